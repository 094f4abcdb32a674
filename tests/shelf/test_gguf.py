"""The head of a GGUF file, whole, cut off anywhere, and of other files."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.index import gguf
from support.real_model import real_model

from ws_notebook.shelf.gguf import BrokenModel, read_head

__all__: list[str] = []


def test_the_head_tells_name_context_and_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(gguf("Tiny", 128))
    head = read_head(path)
    assert (head.title, head.context) == ("Tiny", 128)
    # Keys and values, 2 bytes each, of 2 layers of 64 numbers.
    assert head.kept == 2 * 2 * 2 * 64


def test_a_real_model_is_read() -> None:
    head = read_head(real_model().path)
    assert (head.context, head.kept) == (8192, 23040)


@given(cut=st.integers(0, 400))
def test_a_head_that_is_cut_off_is_broken_in_words(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    whole = gguf()
    path = tmp_path_factory.mktemp("cut") / "a.gguf"
    path.write_bytes(whole[:cut])
    head = len(whole) - 200_000
    if cut < head:
        with pytest.raises(BrokenModel, match=r"cut off|no GGUF"):
            read_head(path)
    else:
        assert read_head(path).context == 64


@given(noise=st.binary(max_size=300))
def test_noise_behind_the_magic_raises_nothing_else(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "a.gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00" + noise)
    with suppress(BrokenModel):
        read_head(path)


def test_another_file_is_no_gguf(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.write_text("<html>Sign in first</html>")
    with pytest.raises(BrokenModel, match="no GGUF"):
        read_head(path)
