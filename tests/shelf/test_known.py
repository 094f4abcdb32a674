"""The table of models by short names."""

from __future__ import annotations

import re

import pytest

from ws_notebook.shelf.known import KNOWN, KnownModel

__all__: list[str] = []


@pytest.mark.parametrize("known", KNOWN.values(), ids=list(KNOWN))
def test_each_is_pinned_by_version_and_digests_and_says_its_licence(known: KnownModel) -> None:
    assert KNOWN[known.name] is known
    assert re.fullmatch(r"[\w-]+==[\d.]+", known.package)
    assert all(re.fullmatch(r"[0-9a-f]{64}", each) for each in (known.package_sha256, known.sha256))
    assert known.member.endswith(".gguf")
    assert known.license
    assert known.note
