"""What importing loads, seen in a fresh process: the pure floors load nothing impure, and nothing heavy comes early."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import ws_notebook

__all__: list[str] = []

PACKAGE = Path(ws_notebook.__file__).resolve().parent

IMPURE = {
    "asyncio", "threading", "socket", "ssl", "random", "selectors", "subprocess",
    "IPython", "ipywidgets", "tornado", "websockets", "httpx2", "pandas", "plotly",
}  # fmt: skip
HEAVY = {"anywidget", "docstring_parser", "httpx2", "ipywidgets", "pandas", "plotly", "pydantic", "websockets"}

PURE_MODULES = [
    f"ws_notebook.{name}" for name in ("core", "render", "cassette", "secrets", "pictures", "values", "checks.check")
]

REPORT = """
import json, sys
before = set(sys.modules)
{code}
print(json.dumps(sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})))
"""
LOAD_EXTENSION = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
shell.run_line_magic("load_ext", "ws_notebook")
"""


def loaded_by(code: str) -> tuple[set[str], str]:
    """The top-level modules that the code loads in a fresh interpreter, and what it printed before the report."""
    report = REPORT.format(code=code)
    run = subprocess.run(
        [sys.executable, "-c", report], cwd=PACKAGE.parent, capture_output=True, text=True, timeout=50, check=False
    )
    assert run.returncode == 0, run.stderr
    *printed, names = run.stdout.splitlines()
    return set(json.loads(names)), "\n".join(printed) + run.stderr


@pytest.mark.parametrize("module", PURE_MODULES)
def test_a_pure_floor_loads_no_input_output_thread_or_front_end(module: str) -> None:
    names, _ = loaded_by(f"import {module}")
    assert "ws_notebook" in names
    assert names & IMPURE == set()


def test_importing_the_package_loads_nothing_heavy() -> None:
    names, printed = loaded_by("import ws_notebook")
    assert "ws_notebook" in names
    assert names & HEAVY == set()
    assert printed == ""


def test_loading_the_extension_prints_nothing_and_loads_nothing_heavy() -> None:
    names, printed = loaded_by(LOAD_EXTENSION)
    assert "ws_notebook" in names
    assert names & HEAVY == set()
    assert printed == ""
