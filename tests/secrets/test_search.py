from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import plotly.offline
import pytest
from support.kinds_of_secrets import FRAGMENTS, KEY, PLACEHOLDERS, SECRETS, UNCHANGED

from ws_notebook.secrets import Keys, counted, hidden, hidden_frame, hidden_value, note, restored
from ws_notebook.secrets.search import spans

__all__: list[str] = []

AROUND = [
    "%s",
    "the key is %s",
    "(%s)",
    '"%s"',
    "a\n%s\nb",
    "x=%s&y",
    "<code>%s</code>",
    "é%s",
    "https://example.org/%s",
]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_is_found_wherever_it_stands(kind: str, around: str) -> None:
    keys = Keys([KEY])
    assert SECRETS[kind] not in hidden(around % SECRETS[kind], keys)
    assert "[secret]" in hidden(around % SECRETS[kind], keys)


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_is_found_behind_the_escapes_of_json(kind: str) -> None:
    keys = Keys([KEY])
    for value in (
        {"a": f"line\n{SECRETS[kind]}"},
        {"a": json.dumps({"b": f"\n{SECRETS[kind]}\t"})},
        [{SECRETS[kind]: 1}],
    ):
        frame = json.dumps(value).encode()
        clean = hidden_frame(frame, keys)
        assert "[secret]" in str(json.loads(clean))
        assert json.dumps(SECRETS[kind])[1:-1].encode() not in clean
        assert hidden_value(value, keys) == json.loads(clean)


@pytest.mark.parametrize("place", FRAGMENTS)
def test_what_stands_as_a_credential_is_hidden_there_and_only_there(place: str) -> None:
    text, secret = FRAGMENTS[place]
    keys = Keys(["ollama", "lm-studio"])
    assert secret not in hidden(text % secret, keys)
    assert hidden(f"{secret.split('=')[0]} is fine", keys) == f"{secret.split('=')[0]} is fine"


@pytest.mark.parametrize("kind", UNCHANGED)
def test_what_is_no_secret_is_the_same_object(kind: str) -> None:
    text, keys = UNCHANGED[kind], Keys([KEY, "another-key-of-2026"])
    assert hidden(text, keys) is text
    frame = json.dumps({"delta": text}).encode()
    assert hidden_frame(frame, keys) is frame


def test_the_html_of_pandas_and_plotly_and_their_scripts_pass() -> None:
    table = pd.DataFrame({"token": ["a", "b"], "key": [1, 2], "sha": ["0a1b2c3d" * 5] * 2})
    figure = go.Figure(go.Scatter(x=[1, 2, 3], y=[1, 4, 9])).to_html(include_plotlyjs=False)
    for text in (table.to_html(), table.style.to_html(), table.to_json(), figure, plotly.offline.get_plotlyjs()):
        assert hidden(text) is text


def test_the_lock_file_of_the_front_end_passes() -> None:
    text = (Path(__file__).parents[2] / "labextension" / "yarn.lock").read_text()
    assert hidden(text) is text


@pytest.mark.parametrize("key", PLACEHOLDERS)
def test_a_word_or_a_number_as_a_key_alters_no_text_and_no_json(key: str) -> None:
    keys = Keys([key])
    text = f"pip install {key}, then import {key}; {key}!"
    assert hidden(text, keys) is text
    value: dict[str, Any] = {"package": key, "n": 12345, "list": [key, 1.5, None], key: True}
    assert hidden_value(value, keys) is value
    frame = json.dumps(value).encode()
    assert hidden_frame(frame, keys) is frame


def test_a_number_that_is_a_key_stays_a_number() -> None:
    frame = b'{"n": 1234567890123456e7, "s": "1234567890123456e7"}'
    assert hidden_frame(frame, Keys(["1234567890123456e7"])) == b'{"n":1.234567890123456e+22,"s":"[secret]"}'


def test_a_frame_with_a_secret_is_else_as_it_was_written() -> None:
    frame = b'{"type": "x",  "a": 1.50, "b": "say sk-' + b"a1b2c3d4e5f6" + b' now"}'
    assert hidden_frame(frame) == b'{"type": "x",  "a": 1.50, "b": "say [secret] now"}'
    assert hidden_frame(b"no json: sk-" + b"a1b2c3d4e5f6") == b"no json: [secret]"


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "use sk-proj-abcdefgh12345678 now"}',
        '{"authorization": "Bearer abcdefghijk.lmnop"}',
        '{"x": "ghp_abcdefghij0123456789"}',
        '{"x": "AKIAABCDEFGHIJKLMNOP"}',
        '{"x": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3.c2lnbmF0dXJl"}',
        '{"api_key": "hunter2"}',
        '{"headers": {"X-Api-Key": "hunter2 and more"}}',
        '{"arguments": "{\\"password\\": \\"hunter2\\"}"}',
        '{"password": "hun\\nter2"}',
    ],
)
def test_without_a_key_secrets_are_known_by_their_looks_and_their_place_and_the_frame_stays_json(text: str) -> None:
    kept = hidden_frame(text.encode())
    json.loads(kept)
    assert b"[secret]" in kept
    for part in ("abcdefgh", "hunter", "hun", "ter2", "AKIAAB", "eyJhb", "ghp_"):
        assert part.encode() not in kept


@pytest.mark.parametrize(
    "text", ['{"text": "a task-force of secrets"}', '{"password": ""}', '{"secret": null, "x": "y"}', '{"tokens": 5}']
)
def test_a_frame_without_a_secret_stays(text: str) -> None:
    assert hidden_frame(text.encode()) == text.encode()


def test_a_slash_behind_a_backslash_hides_no_key() -> None:
    keys = Keys(["made/up/key-0123456789"])
    assert hidden_frame(b'{"a": "made\\/up\\/key-0123456789"}', keys) == b'{"a": "[secret]"}'


def test_the_pieces_of_a_text_that_stand_beside_it_go_with_its_secret() -> None:
    text = "sk" + "-" + "a1b2c3d4e5f6"
    value = {"text": text, "logprobs": [{"token": "sk"}, {"token": "-a1"}]}
    assert hidden_value(value) == {"text": "[secret]", "logprobs": []}
    untouched = {"text": "Hi", "logprobs": [{"token": "Hi"}]}
    assert hidden_value(untouched) is untouched


def test_values_keep_their_types_and_odd_ones_do_not_hurt() -> None:
    class Odd(dict[str, Any]):
        pass

    clean = hidden_value([Odd(a="sk" + "-" + "a1b2c3d4e5f6")])
    assert (type(clean[0]), clean) == (Odd, [{"a": "[secret]"}])
    lone = {"a": "\ud800 sk" + "-" + "a1b2c3d4e5f6"}
    assert hidden_value(lone) == {"a": "\ud800 [secret]"}


def test_a_note_counts_what_was_taken_out() -> None:
    text, taken = counted(f"{SECRETS['GitHub']} and {SECRETS['npm']}")
    assert (text, taken) == ("[secret] and [secret]", 2)
    assert note(taken) == "2 secrets were taken out of this output"
    assert (note(1), note(0)) == ("1 secret was taken out of this output", "")


def test_what_was_edited_where_secrets_are_hidden_has_them_again() -> None:
    original = '{"user": "ada", "password": "hunter2"}'
    assert restored(hidden(original).replace("ada", "eve"), original) == '{"user": "eve", "password": "hunter2"}'
    assert restored('{"user": "eve"}', original) == '{"user": "eve"}'
    assert restored('{"user": "[secret]", "password": "[secret]"}', original) is None
    assert restored('{"text": "[secret]"}', '{"text": "[secret]"}') == '{"text": "[secret]"}'


HOSTILE = [
    "a", "sk-", "://", "://a:b@", "eyJ", "token=", '"password":"', "password: ", "Bearer ",
    "-----BEGIN PRIVATE" + " KEY-----",
    "AKIA", "ghp_", "/", "\\", "-", "=", "@", "Cookie: a=b; ", "sk-a1b2c3d4e5f6/", "xoxb-", "~8Q~", "{", "api_key=",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_search_takes_time_in_proportion_to_the_length(piece: str) -> None:
    # One that grows with the square of the length would not come back within the test's limit.
    spans((piece * (400_000 // len(piece))).encode(), Keys([KEY]))


def test_a_frame_that_is_no_text_is_cleaned_as_bytes() -> None:
    key = "made-up-key-0123456789"
    assert hidden_frame(b"\x80 " + key.encode() + b" \xff", Keys([key])) == b"\x80 [secret] \xff"
