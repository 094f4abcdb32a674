"""scripts/nightly.py: what is too heavy for every change runs there, and its last result is written down."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from support.programs import program

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
FEW = """
import pytest
def test_light(): assert True
@pytest.mark.nightly
def test_heavy(): assert True
@pytest.mark.nightly
def test_heavy_and_wrong(): assert False
@pytest.mark.nightly
@pytest.mark.skip(reason="not here")
def test_heavy_elsewhere(): pass
"""


@pytest.fixture
def nightly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program as a module; its results go to a folder of the test's."""
    module = program("nightly")
    monkeypatch.setattr(module, "RESULTS", tmp_path / "nightly.json")
    return module


def few(folder: Path) -> tuple[str, ...]:
    """pytest on four tests, with this project's settings."""
    file = folder / "test_few.py"
    file.write_text(FEW)
    settings = ("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), "-p", "no:cacheprovider")
    return (sys.executable, "-m", "pytest", *settings, str(file))


def test_a_test_marked_nightly_is_left_out_elsewhere(tmp_path: Path) -> None:
    command = [*few(tmp_path), "--collect-only", "-q"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert "test_light" in told
    assert "test_heavy" not in told
    assert "3 deselected" in told


def test_the_marked_tests_are_run_and_counted(nightly: ModuleType, tmp_path: Path) -> None:
    found = nightly.run("tests", (*few(tmp_path), "-m", "nightly"))
    assert (found.status, found.passed, found.failed, found.skipped) == ("failed", 1, 1, 1)
    assert [name.rpartition("::")[2] for name in found.failures] == ["test_heavy_and_wrong"]
    assert found.command.startswith("python -m pytest")


def test_no_marked_test_is_no_failure(nightly: ModuleType, tmp_path: Path) -> None:
    found = nightly.run("tests", (*few(tmp_path), "-m", "nightly and browser"))
    assert (found.status, found.passed) == ("passed", 0)


def test_a_command_passes_by_its_exit_code(nightly: ModuleType) -> None:
    assert nightly.run("good", (sys.executable, "-c", "pass")).status == "passed"
    assert nightly.run("bad", (sys.executable, "-c", "raise SystemExit(2)")).status == "failed"


def test_what_does_not_end_has_failed(nightly: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "PATIENCE", 0.5)
    endless = (sys.executable, "-c", "import threading; threading.Event().wait()")
    assert nightly.run("endless", endless).status == "failed"


def test_the_results_keep_what_was_not_run_again(nightly: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = (sys.executable, "-c", "pass"), (sys.executable, "-c", "raise SystemExit(1)")
    monkeypatch.setattr(nightly, "PARTS", {"one": good, "two": good})
    assert nightly.main([]) == 0
    monkeypatch.setattr(nightly, "PARTS", {"one": bad, "two": good})
    assert nightly.main(["--only", "one"]) == 1
    told = json.loads(nightly.RESULTS.read_text())
    assert [(each["name"], each["status"]) for each in told["parts"]] == [("one", "failed"), ("two", "passed")]


def test_the_targets_it_names_are_there(nightly: ModuleType) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = [command[1] for command in nightly.PARTS.values() if command[0] == "make"]
    assert [name for name in targets if f"\n{name}:" not in makefile] == []
