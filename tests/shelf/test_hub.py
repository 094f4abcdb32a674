"""Addresses of the Hub, and what is said without its client."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from ws_notebook.shelf.download import FetchFailed
from ws_notebook.shelf.hub import get_from_hub
from ws_notebook.shelf.shelf import Shelf

__all__: list[str] = []


@pytest.mark.parametrize("address", ["hf:", "hf:owner/file.gguf", "hf:a/b/c.bin", "hf:a/b/../../c.gguf", "hf:a/b/"])
def test_an_address_that_is_none_is_said(tmp_path: Path, address: str) -> None:
    with pytest.raises(FetchFailed, match=r"looks like hf:OWNER/REPO/FILE\.gguf"):
        get_from_hub(address, Shelf(tmp_path), lambda _: None)


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its client how to get it; with it, but nowhere to ask, that there may be no network."""
    if importlib.util.find_spec("huggingface_hub") is not None:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(FetchFailed, match=r"pip install huggingface_hub|Is there a network"):
        get_from_hub("hf:owner/repo/file.gguf", Shelf(tmp_path), lambda _: None)
    assert Shelf(tmp_path).models() == []
