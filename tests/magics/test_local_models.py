"""Models on this machine in the magics: connecting without a key, Tab, and what a header says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from magics.shells import shell_here
from support.index import gguf

import ws_notebook as wsn
from ws_notebook.shelf.shelf import VARIABLE, Shelf, ShelvedModel

__all__: list[str] = []


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A folder with one model, which is only named here."""
    path = tmp_path / "tiny.gguf"
    path.write_bytes(gguf("Tiny"))
    here = Shelf(tmp_path)
    here.note(ShelvedModel("tiny", path, "Tiny-1M", note="made for tests"))
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return here


def test_a_header_says_what_a_model_on_this_machine_is(here: Shelf) -> None:
    with wsn.Session(provider="local", model="tiny") as session:
        assert session.header().note == "Tiny-1M on this machine: made for tests"
    with wsn.Session(provider="local") as session:
        assert session.header().note == "embedded server: a script, no AI"


@pytest.fixture
def shell(here: Shelf, tmp_path: Path) -> Iterator[InteractiveShell]:
    """An IPython where the folder holds the model."""
    with shell_here(str(tmp_path / "ipython")) as shell:
        yield shell


def test_connecting_to_a_model_on_this_machine_asks_for_no_key(shell: InteractiveShell) -> None:
    shell.run_line_magic("responses", "connect local -m tiny")
    found = str(shell.run_line_magic("responses", "status"))
    assert "tiny" in found
    assert shell.run_line_magic("config", "ResponsesMagics.model") == "tiny"
    with pytest.raises(wsn.SettingsError, match="ws-notebook model get smollm2"):
        shell.run_line_magic("responses", "connect local -m smollm2")


@pytest.mark.parametrize("line", ["%responses connect local -m t", "%%responses -m t"])
def test_tab_lists_the_models_that_are_there(shell: InteractiveShell, line: str) -> None:
    with provisionalcompleter():
        found = list(shell.Completer.completions(line, len(line)))
    assert "tiny" in [each.text for each in found]
