"""Notebooks that `jupyter nbconvert --execute` and papermill execute hold the answers of runs in the background."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from magics.shells import MIME, SETUP
from support.started import kernel_environment

__all__: list[str] = []

# A kernel and a process that starts it: longer than other tests on a busy machine.
pytestmark = pytest.mark.timeout(300)

TOOL = "import time\n@wsn.tool(run_in='thread')\ndef slow() -> str:\n    'Slow.'\n    time.sleep(1)\n    return 'late'"
CELLS = (
    SETUP,
    TOOL,
    '%%responses --background\ncall slow() then say "the end"',
    "session = wsn.Session(provider='local', tools=[slow])\nsession.start('call slow() then say \"shown\"')",
    '%%responses\nsay "in front"',
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    cells = [nbformat.v4.new_code_cell(each) for each in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), tmp_path / "source.ipynb")
    return tmp_path / "source.ipynb"


def execute(*command: str, cwd: Path) -> None:
    given = kernel_environment()
    done = subprocess.run(command, cwd=cwd, env=given, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr


def answers(path: Path) -> list[list[tuple[str, str]]]:
    """Of each cell with a question: how its runs stand, and what they answer, the same in every form."""
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    return [[answer(output.data) for output in cell.outputs if "data" in output] for cell in notebook.cells[-3:]]


def answer(data: Any) -> tuple[str, str]:
    run = data[MIME]
    last = run["text"].splitlines()[-1]
    for form in ("text/plain", "text/markdown", "text/html"):
        assert last in data[form]
        assert "running" not in data[form]
    return run["status"], last


EXPECTED = [[("completed", "the end")], [("completed", "shown")], [("completed", "in front")]]


def test_nbconvert_executes_and_saves_every_answer(source: Path) -> None:
    command = (sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", "--output", "executed.ipynb")
    execute(*command, source.name, cwd=source.parent)
    assert answers(source.parent / "executed.ipynb") == EXPECTED


def test_a_page_made_by_executing_has_every_answer(source: Path) -> None:
    command = (sys.executable, "-m", "nbconvert", "--execute", "--to", "html")
    execute(*command, "--output", "page.html", source.name, cwd=source.parent)
    page = (source.parent / "page.html").read_text()
    assert all(words in page for words in ("the end", "shown", "in front"))
    assert ">running<" not in page


def test_papermill_executes_and_saves_every_answer(source: Path) -> None:
    command = (sys.executable, "-m", "papermill", source.name, "executed.ipynb", "-k", "python3")
    execute(*command, cwd=source.parent)
    assert answers(source.parent / "executed.ipynb") == EXPECTED
