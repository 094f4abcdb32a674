"""What a model's name leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from ws_notebook.shelf.download import FetchFailed
from ws_notebook.shelf.get import get
from ws_notebook.shelf.shelf import Shelf

__all__: list[str] = []


def test_a_name_that_is_not_known_is_said_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match=r"Known: smollm2, or hf:OWNER/REPO/FILE\.gguf"):
        get("gpt", Shelf(tmp_path), lambda _: None, lambda *_: None)
    with pytest.raises(FetchFailed, match="looks like hf:"):
        get("hf:nothing", Shelf(tmp_path), lambda _: None, lambda *_: None)
