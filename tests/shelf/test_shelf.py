"""The folder of models: what is in it, what is found by a name or a path, what goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.index import gguf

from ws_notebook.exceptions import SettingsError
from ws_notebook.shelf.shelf import VARIABLE, Shelf, ShelvedModel, is_path, missing, shelf

__all__: list[str] = []


@pytest.fixture
def here(tmp_path: Path) -> Shelf:
    """A folder with one model that something is known of, and one that was put there by hand."""
    (tmp_path / "known.gguf").write_bytes(gguf("Inside"))
    (tmp_path / "other.gguf").write_bytes(gguf("Inside too"))
    here = Shelf(tmp_path)
    here.note(ShelvedModel("known", tmp_path / "known.gguf", "Known-1B", "MIT", "it is made up", "the tests"))
    return here


def test_what_is_there_is_listed_with_what_is_known_of_it(here: Shelf) -> None:
    known, other = here.models()
    assert (known.name, known.title, known.license) == ("known", "Known-1B", "MIT")
    assert known.said == "Known-1B on this machine: it is made up"
    assert (other.name, other.title) == ("other", "Inside too")
    assert other.said == "Inside too on this machine: a real model; it may be wrong"


def test_a_model_is_found_by_its_name_or_by_a_path(here: Shelf, tmp_path: Path) -> None:
    assert here.find("other") == here.models()[1]
    assert here.find("nowhere") is None
    elsewhere = tmp_path / "deep" / "b.gguf"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"broken")
    found = here.find(str(elsewhere))
    assert found is not None
    assert (found.name, found.title) == (str(elsewhere), "b")
    with pytest.raises(SettingsError, match="no file"):
        here.find(str(tmp_path / "not.gguf"))


@pytest.mark.parametrize("name", ["", ".", "..", "../known", "a\0b", "demo"])
def test_no_name_leads_out_of_the_folder(here: Shelf, name: str) -> None:
    if not is_path(name):
        assert here.find(name) is None
        return
    with pytest.raises(SettingsError):
        here.find(name)


def test_a_model_is_removed_with_what_is_known_of_it(here: Shelf) -> None:
    here.remove("known")
    assert [model.name for model in here.models()] == ["other"]
    assert sorted(path.name for path in here.folder.iterdir()) == ["other.gguf"]
    with pytest.raises(SettingsError, match="There is: other"):
        here.remove("known")
    with pytest.raises(SettingsError):
        here.remove(str(here.folder / "other.gguf"))


def test_a_note_that_is_garbled_is_as_none(here: Shelf) -> None:
    (here.folder / "known.json").write_text("[1")
    assert here.models()[0].title == "Inside"


def test_the_folder_is_the_variable_s_or_the_user_s_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mine"))
    assert shelf().folder == tmp_path / "mine"
    assert shelf().models() == []
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert shelf().folder.parts[-2:] == ("ws-notebook", "models")


def test_what_is_not_there_is_said_with_the_next_step() -> None:
    assert missing("smollm2", []) == (
        "SmolLM2-135M is not on this machine yet. Get it (93 MB): ws-notebook model get smollm2"
    )
    assert "There is: none" in missing("other", [])
