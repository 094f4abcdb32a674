"""The package's types, as a program that uses it sees them: py.typed is kept by two type checkers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.environment import environment_with

import ws_notebook

__all__: list[str] = []

PROGRAM = Path(__file__).resolve().parent / "consumer" / "program.py"
PACKAGE = Path(ws_notebook.__file__).resolve().parent


def checked(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Check a copy of the program outside of the repository, with none of its settings."""
    (folder / "program.py").write_text(PROGRAM.read_text(encoding="utf-8"), encoding="utf-8")
    environment = {**os.environ, "MYPYPATH": "", "PYTHONPATH": ""}
    if not PACKAGE.is_relative_to(sys.prefix):
        environment |= {"MYPYPATH": str(PACKAGE.parent), "PYTHONPATH": str(PACKAGE.parent)}
    return subprocess.run(
        [*command, "program.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


def test_the_package_says_that_it_has_types() -> None:
    assert (PACKAGE / "py.typed").exists()


@pytest.mark.timeout(300)
def test_mypy_has_nothing_to_say_about_a_program_that_uses_it(tmp_path: Path) -> None:
    settings = ("--config-file=", "--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path / "cache"))
    done = checked(tmp_path, sys.executable, "-m", "mypy", *settings)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_pyright_has_nothing_to_say_about_it_either(tmp_path: Path) -> None:
    python = environment_with(tmp_path / "env", "pyright")
    done = checked(tmp_path, str(python), "-m", "pyright", "--pythonpath", str(python))
    assert done.returncode == 0, done.stdout + done.stderr
