"""The page about performance: it is what the script makes of the committed results, and each program still runs."""

from __future__ import annotations

import ast
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support.programs import program

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
SPEED = ROOT / "benchmarks" / "speed"
# By a syntax tree: what the programs share is found from their own folder alone.
PROGRAMS: dict[str, tuple[str, ...]] = ast.literal_eval(
    next(node.value for node in ast.parse((SPEED / "rig" / "programs.py").read_text()).body
         if isinstance(node, ast.AnnAssign) and node.value is not None)
)  # fmt: skip


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """scripts/performance.py as a module."""
    return program("performance")


@pytest.fixture(scope="module")
def found(script: ModuleType) -> dict[str, Any]:
    """The committed results."""
    results: dict[str, Any] = script.results(script.RESULTS)
    return results


def test_the_page_is_made_of_the_committed_results(script: ModuleType, found: dict[str, Any]) -> None:
    text = script.PAGE.read_text(encoding="utf-8")
    assert script.page(text, found) == text, "run python scripts/performance.py"


def test_every_program_has_its_result_and_its_section(script: ModuleType, found: dict[str, Any]) -> None:
    assert list(found) == list(PROGRAMS)
    text = script.PAGE.read_text(encoding="utf-8")
    for name, result in found.items():
        assert f"## {result['title']}\n" in text
        assert f"(../benchmarks/speed/{PROGRAMS[name][0]}.py)" in text
        assert result["not_shown"] in text


def test_a_programs_row_is_found_in_the_readme() -> None:
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    modules = {module for module, *_ in PROGRAMS.values()}
    assert modules == {path.stem for path in SPEED.glob("*.py")} - {"__main__"}
    assert [module for module in modules if f"(speed/{module}.py)" not in text] == []


def test_what_stands_around_the_results_is_kept(script: ModuleType, found: dict[str, Any]) -> None:
    text = script.page(f"before\n{script.BEGIN}old\n{script.END}\nafter\n", found)
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text.splitlines()
    assert script.page(text, found) == text


def test_a_result_that_is_missing_or_rough_is_said(script: ModuleType, found: dict[str, Any]) -> None:
    few = {"burst": {**found["burst"], "rough": True}, "paced": {**found["paced"], "rough": False}}
    text = script.made(few)
    assert "Not measured yet: `burst_deflate`, `tool_loop`" in text
    assert "**The figures of burst are rough**" in text


def test_a_missed_target_is_no_met_one(script: ModuleType, found: dict[str, Any]) -> None:
    target = {"what": "a turn", "unit": "ms", "limit": 0.35, "least": False}
    results = {
        "tool_loop": {
            **found["tool_loop"],
            "targets": [
                {**target, "value": 0.351, "met": False},
                {**target, "value": 0.2, "met": True},
                {**target, "value": None, "met": None},
            ],
        }
    }
    rows = [line for line in script.made(results).splitlines() if line.startswith("| a turn")]
    link = "[tool_loop](#tool-loop)"
    assert rows == [
        f"| a turn | 0.351 ms | ≤ 0.35 ms | **missed** | {link} |",
        f"| a turn | 0.2 ms | ≤ 0.35 ms | met | {link} |",
        f"| a turn | – | ≤ 0.35 ms | not measured | {link} |",
    ]


def environment() -> dict[str, str]:
    """Of the programs: without rivals, whether somebody has installed them or not."""
    path = [str(SPEED), *filter(None, [os.environ.get("PYTHONPATH")])]
    more = {"WSN_BENCH_RIVALS": str(ROOT / "none"), "PYTHONPATH": os.pathsep.join(path), "PYTHONSAFEPATH": "1"}
    return {**os.environ, **more}


QUICK = frozenset({"burst", "tool_loop", "tables"})
"""Each of the others takes some ten seconds: they are tried each night."""


@pytest.mark.skipif(sys.platform == "win32", reason="not on this platform: it counts no CPU of child processes")
@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.nightly) for name in PROGRAMS]
)
def test_a_program_runs_in_its_smallest_size(name: str, tmp_path: Path) -> None:
    command = [sys.executable, str(SPEED), name, "--size", "smallest", "--folder", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, env=environment())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
    assert (found["program"], found["rough"]) == (name, True)
    assert found["versions"]["websockets"]
    assert found["targets"]
    assert all(each["value"] is None or math.isfinite(each["value"]) for each in found["targets"])
    assert [each for each in figures(found["tables"]) if not math.isfinite(each)] == []
    if "ours" not in found["left_out"]:
        assert any(each["value"] is not None for each in found["targets"])


def figures(tables: list[dict[str, Any]]) -> Iterator[float]:
    """Every number of some tables, each of which has rows of one length."""
    for table in tables:
        assert table["rows"]
        assert {len(row) for row in table["rows"]} == {len(table["head"])}
        yield from (cell for row in table["rows"] for cell in row if isinstance(cell, int | float))


def test_what_failed_is_said_and_the_rest_is_measured(tmp_path: Path) -> None:
    (tmp_path / "collection.json").mkdir(parents=True)  # nothing can be written there
    command = [sys.executable, str(SPEED), "collection", "tables", "--size", "smallest", "--folder", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, env=environment())
    assert ended.returncode == 1
    assert "FAILED       collection" in ended.stdout
    assert json.loads((tmp_path / "tables.json").read_text(encoding="utf-8"))["program"] == "tables"


def test_an_unknown_program_is_refused_by_name() -> None:
    command = [sys.executable, str(SPEED), "bursts"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment())
    assert ended.returncode == 2
    assert re.search(r"There is no bursts\. There are: burst, ", ended.stderr)
