"""Saved runs as terminals and TeX set them: the real programs, which are much to install."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from ecosystem.test_converted import PANDOC, executed, run
from render.play import HEADER, Play
from support.environment import environment_with

from ws_notebook.render.bundle import bundle
from ws_notebook.render.snapshot import snapshot

__all__: list[str] = []


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_euporie_sets_the_cells_of_a_table_apart(tmp_path: Path) -> None:
    python = environment_with(tmp_path / "env", "euporie")
    source = executed(tmp_path)
    notebook = nbformat.read(source, 4)
    words = "| a | b |\n|---|---|\n| exactly as wide | as it must be |"
    notebook.cells[-1].outputs[0].data["text/html"] = table_of(words)
    nbformat.write(notebook, source)
    done = subprocess.run(
        [str(python.with_name("euporie")), "preview", source.name],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", done.stdout)
    assert "exactly as wide as it must be" in shown, done.stderr


def table_of(words: str) -> str:
    """The HTML form of an answer."""
    play = Play().send().created("resp_1").text(words).completed()
    return snapshot(bundle(play.run, HEADER, now=play.now))


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("xelatex") is None, reason="not on this platform: there is no xelatex")
def test_nbconvert_makes_a_pdf_of_it(tmp_path: Path) -> None:
    source = executed(tmp_path)
    run("nbconvert", "--to", "pdf", "--output", "made", source.name, cwd=tmp_path, environment=PANDOC)
    assert (tmp_path / "made.pdf").read_bytes().startswith(b"%PDF")
