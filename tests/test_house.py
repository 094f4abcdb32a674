"""The house rules that a program can check: sizes, mirrored tests, public names, words, versions, a current build."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import os
import re
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import ModuleType

import pytest
from support.programs import program

import ws_notebook

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "ws_notebook"
BUILT = (SOURCE / "labextension", SOURCE / "views" / "static")
MODULES = sorted(path for path in SOURCE.rglob("*.py") if not any(path.is_relative_to(built) for built in BUILT))
SCRIPTS = sorted((ROOT / "labextension" / "src").rglob("*.ts"))
PURE_FLOORS = ("core", "render", "cassette", "profiles", "dialects", "secrets", "pictures", "values", "checks")
MODULE_LINES = 500
FUNCTION_LINES = 60

# Left open, or a path of somebody's machine.
FORBIDDEN = re.compile(
    r"\bTO" + r"DO\b|\bFIX" + r"ME\b|\bXX" + r"X\b|raise NotImplemented" + r"Error|/(root|home|work|Users)/\w"
)
TEXTS = {".cfg", ".css", ".ini", ".ipynb", ".js", ".json", ".md", ".mjs", ".py", ".sh", ".toml", ".ts", ".yaml", ".yml"}
SKIPPED = {".git", ".venv", "node_modules", "lib", "dist", "test-results", "__pycache__"}


def name_of(path: Path) -> str:
    """A path below the root, for a test's id and a failure's text."""
    return path.relative_to(ROOT).as_posix()


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module, nested ones too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def module_of(path: Path) -> str:
    """The name under which Python imports it."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> set[str]:
    """The package's modules that this one imports anywhere: at its top, inside of functions, for types alone."""
    known = {module_of(each) for each in MODULES}
    package = module_of(path) if path.name == "__init__.py" else module_of(path).rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            home = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            names = {f"{home}.{alias.name}" for alias in node.names}
            found |= names & known or {home}
    return found & known


def test_modules_are_at_most_500_lines() -> None:
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in [*MODULES, *SCRIPTS]}
    assert {name: size for name, size in sizes.items() if size > MODULE_LINES} == {}


def test_functions_are_at_most_60_lines() -> None:
    sizes = {
        f"{name_of(path)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in MODULES
        for node in functions_of(path)
    }
    assert {name: size for name, size in sizes.items() if size > FUNCTION_LINES} == {}


def test_each_module_has_its_test_file() -> None:
    expected = [
        ROOT / "tests" / path.relative_to(SOURCE).parent / f"test_{path.name}"
        for path in MODULES
        if not path.name.startswith("__")
    ]
    assert [name_of(path) for path in expected if not path.is_file()] == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "__main__.py"], ids=name_of)
def test_a_module_lists_its_public_names_and_has_them(path: Path) -> None:
    module = importlib.import_module(module_of(path))
    assert [public for public in module.__all__ if not hasattr(module, public)] == []


def test_no_file_leaves_work_open_or_names_a_machine() -> None:
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED and Path(folder, name) not in BUILT]
        for path in (Path(folder, name) for name in names if Path(name).suffix in TEXTS):
            matches = FORBIDDEN.finditer(path.read_text(encoding="utf-8"))
            found += [f"{name_of(path)}: {match.group()}" for match in matches]
    assert found == []


def test_python_and_the_front_end_have_one_version() -> None:
    package = json.loads((ROOT / "labextension" / "package.json").read_text())
    assert package["version"] == ws_notebook.__version__


def test_no_module_imports_itself_by_way_of_others() -> None:
    circle: list[str] = []
    try:
        TopologicalSorter({module_of(path): imports_of(path) for path in MODULES}).prepare()
    except CycleError as error:
        circle = error.args[1]
    assert " imports ".join(reversed(circle)) == ""


def test_the_purity_contract_names_every_pure_floor() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    listed = next(contract for contract in contracts if contract["type"] == "forbidden")["source_modules"]
    there = [f"ws_notebook.{name}" for name in PURE_FLOORS if list(SOURCE.glob(f"{name}*"))]
    assert listed == there


@pytest.mark.skipif(os.environ.get("WSN_TEST_INSTALLED") != "1", reason="only an installed package is built afresh")
def test_the_installed_front_end_was_built_from_these_sources() -> None:
    built = Path(ws_notebook.__file__).parent / "views" / "static" / "sources.sha256"
    assert built.read_text().strip() == load_build_script().sources_digest()


def load_build_script() -> ModuleType:
    """scripts/frontend.py as a module."""
    return program("frontend")
