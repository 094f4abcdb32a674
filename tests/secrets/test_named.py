from __future__ import annotations

import pytest

from ws_notebook.secrets.keys import Keys
from ws_notebook.secrets.named import is_named_secret, is_placeholder, named

__all__: list[str] = []


def found(text: str, *known: str) -> list[str]:
    return [text[each.start : each.end] for each in named(text.encode(), Keys(known)) if each.secret]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('{"api_key": "hunter2"}', "hunter2"),
        ('{"headers": {"X-Api-Key": "hunter2 and more"}}', "hunter2 and more"),
        ("{'X-Goog-Api-Key': 'swordfish'}", "swordfish"),
        ('clientSecret: "a1b2c3d4e5"', "a1b2c3d4e5"),
        ("GITHUB_TOKEN=0123abcd4567efgh", "0123abcd4567efgh"),
        ("password: hunter2", "hunter2"),
        ("Authorization: token 0123abcd", "token 0123abcd"),
        ("Set-Cookie: sid=abc; Path=/", "sid=abc; Path=/"),
        ("?access_token=v1&y=1", "v1"),
        ("#login&password=123456", "123456"),
    ],
)
def test_a_value_is_a_secret_by_the_name_before_it(text: str, secret: str) -> None:
    assert found(text) == [secret]


@pytest.mark.parametrize(
    "text",
    [
        '{"password": "string", "token": "the", "secret": "of life", "key": "a1b2c3d4e5f6"}',
        "password = get_password(user)",
        "token == other_token_1234567",
        '{"cookie": "~0.6.0", "auth-token": ">=1.2,<2"}',
        "the password: see below",
        "pad_token: abc123def456ghi789",
        '{"cookie": ">=0.4.1 <1", "password": "1 - 2", "api-key": "workspace:*", "client-secret": "npm:x@1.2.3"}',
        '{"access-token": "latest", "cookie": "^0.4.0 || ^0.5.1"}',
        "Authorization: required",
        'api_key="${API_KEY}"',
    ],
)
def test_other_values_are_none(text: str) -> None:
    assert found(text) == []


def test_a_short_known_key_is_one_in_any_such_place() -> None:
    assert found("X-Team-Token: ollama, token='x' api-key: 12", "ollama", "x", "12") == ["ollama", "x", "12"]
    assert found("model: ollama, keyword: x", "ollama", "x") == []


def test_a_short_known_key_is_none_where_a_name_stands_for_other_things() -> None:
    assert found('{"key": "ollama", "sort_key": "ollama", "next_token": "ollama", "token": 1}', "ollama", "1") == []
    assert found('{"accent-token":1,messageKey:1}', "1") == []
    assert found("https://h/v1?key=1&x=1", "1") == ["1"]


def test_placeholders_are_shown() -> None:
    assert all(map(is_placeholder, (b"<your key>", b"${KEY}", b"PASSWORD", b"***", b"[secret]", b"...", b"xxxx")))
    assert not is_named_secret(b"apikey", b"<key>", Keys(), whole=True)
    assert is_named_secret(b"apikey", b"hunter2", Keys(), whole=True)
