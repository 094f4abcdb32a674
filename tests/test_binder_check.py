"""`make binder-check`: what it builds with. That it builds is a matter of minutes, and of `make nightly`."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import pytest
from support.programs import FOLDER, program

__all__: list[str] = []


@pytest.fixture
def binder(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    return program("binder_check")


def test_the_python_is_the_one_that_binder_names(binder: ModuleType) -> None:
    assert binder.wanted_version((FOLDER.parent / "binder" / "runtime.txt").read_text()) == "3.12"
    assert binder.wanted_version("python-3.13.1\n") == "3.13"
    with pytest.raises(SystemExit, match="not 'r-4'"):
        binder.wanted_version("r-4")


def test_the_copy_has_what_git_has_and_nothing_that_was_built(binder: ModuleType, tmp_path: Path) -> None:
    if not (FOLDER.parent / ".git").exists():
        pytest.skip("not on this platform: a source distribution has no repository")
    binder.copy(tmp_path)
    assert (tmp_path / "binder" / "postBuild").is_file()
    assert os.access(tmp_path / "binder" / "postBuild", os.X_OK)
    assert (tmp_path / "notebooks" / "01_quickstart.ipynb").is_file()
    assert not (tmp_path / "ws_notebook" / "labextension").exists()


def test_the_build_sees_nothing_of_a_user(binder: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key-for-tests-42")
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    variables = binder.clean_environment(tmp_path / "home", tmp_path / "environment")
    # Its last step removes caches below the home: never those of whoever checks.
    assert variables["HOME"] == str(tmp_path / "home")
    assert variables["PATH"].startswith(str(tmp_path / "environment"))
    assert not {"OPENAI_API_KEY", "PYTHONPATH"} & set(variables)


def test_a_step_that_fails_shows_what_it_printed(
    binder: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert binder.run("fine", ["sh", "-c", "echo hidden"], tmp_path, dict(os.environ))
    assert "hidden" not in capsys.readouterr().out
    assert not binder.run("broken", ["sh", "-c", "echo shown; exit 3"], tmp_path, dict(os.environ))
    assert "shown" in capsys.readouterr().out
    (tmp_path / "file").write_bytes(b"x" * 1000)
    assert binder.size(tmp_path) == 1000
