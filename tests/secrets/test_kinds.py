from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.kinds_of_secrets import SECRETS, UNCHANGED

from ws_notebook.secrets.kinds import KINDS, Kind, open_token, tokens

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


HEADS = sorted({head[:length] for kind in KINDS for head in kind.heads for length in (3, None)})
BETWEEN = [*" \n\"'\\/:=@;,.-_+~%<>()x0é", "\\n", "\\u003d", "%3D", "://", "--", "abcdefghijkl", "0a1b2c3d" * 4]
PIECES = st.sampled_from(HEADS) | st.sampled_from(BETWEEN) | st.sampled_from([SECRETS[kind] for kind in BY_LOOKS])
RUN = re.compile(rb"[A-Za-z0-9_\-.+/]{12,}")
BEGINS = [
    re.compile(begin, re.ASCII)
    for begin in (rb"(?<![\w\-.+/])", rb"(?<![\w\-.+/])[\-_.+]+", rb"(?<=\\)(?:u[0-9a-f]{4}|n)", rb"(?<=%)3D", rb"/")
]


def plainly(data: bytes) -> set[int]:
    """Where the expression of a kind finds one that is long, in every place where one may begin."""
    runs = [match.span() for match in RUN.finditer(data)]
    begun = [match for begin in BEGINS for run in runs for match in begin.finditer(data, *run) if match[0] != b"--"]
    return {match.end() for match in begun for kind in KINDS if begins_as(kind, data, match.end())}


def begins_as(kind: Kind, data: bytes, at: int) -> bool:
    match = kind.expression.match(data, at) if data.startswith(tuple(map(str.encode, kind.heads)), at) else None
    return match is not None and re.search(rb"[A-WYZa-wyz0-9]{20}", match[0]) is not None


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_the_quick_search_finds_what_the_plain_expressions_find(text: str) -> None:
    data = text.encode()
    found = list(tokens(data))
    assert not [at for at in plainly(data) if not any(start <= at < end for start, end in found)]
