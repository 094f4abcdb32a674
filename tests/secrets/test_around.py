from __future__ import annotations

from support.kinds_of_secrets import SECRETS

from ws_notebook.secrets.around import open_places, places
from ws_notebook.secrets.keys import Keys

__all__: list[str] = []


def found(text: str, *known: str) -> list[str]:
    return [text[start:end] for start, end in places(text.encode(), Keys(known))]


def test_a_private_key_is_found_whole_and_cut_off() -> None:
    pem = SECRETS["PEM"]
    assert found(f"a {pem} b") == [pem]
    assert found(pem[:80]) == [pem[:80]]
    assert found("A file begins with -----BEGIN PRIVATE" + " KEY----- and goes on.") == []
    assert found(pem.replace("PRIVATE", "PUBLIC")) == []


def test_a_password_in_a_url_is_found_and_its_user_stays() -> None:
    assert found("redis://:hunter2@h and mysql://ada:pw@h:3306/x") == ["hunter2", "pw"]
    assert found("http://localhost:8000/a@b ssh://git@github.com:22 https://${USER}:${PASS}@h") == []


def test_behind_bearer_and_basic_stands_a_secret_or_a_word() -> None:
    assert found("Bearer abc123def456.") == ["Bearer abc123def456"]
    assert found("Basic YWRhOmh1bnRlcjI=") == ["Basic YWRhOmh1bnRlcjI="]
    assert found("Bearer authentication, Basic knowledge, Bearer tokens") == []
    assert found("Bearer ollama", "ollama") == ["Bearer ollama"]


def test_a_beginning_of_one_is_held() -> None:
    for text in ("x Bearer ab", "x -----BEGIN PRI", "x -----BE", "x B"):
        assert min(open_places(text.encode())) == 2
    assert min(open_places(b"postgres://ada:hunt")) == len("postgres://ada:")
    assert min(open_places(b"nothing here "), default=13) == 13
