from __future__ import annotations

import pytest
from support.kinds_of_secrets import SECRETS, UNCHANGED

from ws_notebook.secrets.kinds import KINDS, open_token, tokens

__all__: list[str] = []

BY_LOOKS = [kind for kind in SECRETS if kind not in ("a known key", "PEM")]


@pytest.mark.parametrize("kind", BY_LOOKS)
def test_a_kind_is_known_by_its_looks(kind: str) -> None:
    data = f"see {SECRETS[kind]} there".encode()
    assert list(tokens(data)) == [(4, 4 + len(SECRETS[kind]))]


@pytest.mark.parametrize("kind", BY_LOOKS)
def test_a_beginning_may_become_a_secret(kind: str) -> None:
    for length in (1, 2, 3, len(SECRETS[kind]) // 2):
        assert min(open_token(f"see {SECRETS[kind][:length]}".encode())) == 4


def test_a_secret_is_found_behind_the_slash_that_a_text_begins_with() -> None:
    assert list(tokens(("/" + SECRETS["GitHub"]).encode())) == [(1, 1 + len(SECRETS["GitHub"]))]


def test_no_word_with_hyphens_is_a_secret() -> None:
    assert not [kind for kind, text in UNCHANGED.items() if list(tokens(text.encode()))]


def test_a_digest_and_a_place_for_a_key_are_none() -> None:
    digest = "r8" + "_DrqAfn6QLwQnmXEggveiSU-UaIL2p2nuPINelfFc"
    assert list(tokens(f"jsonschema/_keywords.py,sha256={digest},14949".encode())) == []
    assert list(tokens(("sk" + "-" + "x" * 24).encode())) == []
    assert list(tokens(("sk" + "-" + "a" * 24).encode())) != []


def test_each_kind_has_a_name_and_heads_that_its_pattern_begins_with() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert all(len(head) >= 3 for kind in KINDS for head in kind.heads)
