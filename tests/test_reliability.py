"""The page about reliability: its tables are those of the committed result, and that result breaks no promise."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support.programs import program

from ws_notebook.core.waits import Waits
from ws_notebook.transports.websocket import WebSocketTransport

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """scripts/reliability.py as a module."""
    return program("reliability")


@pytest.fixture(scope="module")
def found(script: ModuleType) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(script.RESULTS.read_text(encoding="utf-8"))
    return result


def test_the_tables_are_those_of_the_last_result(script: ModuleType, found: dict[str, Any]) -> None:
    text = script.PAGE.read_text(encoding="utf-8")
    assert script.page(text, found) == text, "run python scripts/reliability.py"


def test_what_stands_around_the_tables_is_kept(script: ModuleType, found: dict[str, Any]) -> None:
    text = script.page(f"before\n{script.BEGIN}old\n{script.END}\nafter\n", found)
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    ours = found["results"]["ws_notebook"]
    assert f"| questions | {ours['runs']} |" in text
    assert f"| … answered | {ours['outcomes']['completed']} |" in text
    assert script.page(text, found) == text


def test_the_last_result_is_whole_and_breaks_no_promise(found: dict[str, Any]) -> None:
    ours = found["results"]["ws_notebook"]
    assert found["runs"] == ours["runs"] == sum(ours["outcomes"].values()) >= 500
    assert ours["must_not_happen"] == []
    assert ours["outcomes"]["hung"] == ours["tools_executed_twice"] == ours["text_lost_or_changed"] == 0
    assert ours["faults_struck"] > 100
    assert ours["server_kills"] > 10
    assert len(found["results"]) == 3


def test_the_program_behind_it_still_runs(tmp_path: Path) -> None:
    path = tmp_path / "chaos.json"
    program = [sys.executable, str(ROOT / "benchmarks" / "chaos"), "--runs", "12", "--no-rivals", "--json", str(path)]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=50, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "--seed" in ended.stdout
    ours = json.loads(path.read_text())["results"]["ws_notebook"]
    assert (ours["runs"], ours["must_not_happen"]) == (12, [])


def test_the_page_names_the_times_that_hold(script: ModuleType) -> None:
    text = " ".join(script.PAGE.read_text(encoding="utf-8").split())
    usual = WebSocketTransport()
    assert f"every {usual.ping_interval:g} s" in text
    assert f"for {usual.doubt:g} s" in text
    assert f"for {usual.ping_timeout:g} s" in text


def test_the_table_of_waits_has_each_with_its_default(script: ModuleType) -> None:
    _, _, below = script.PAGE.read_text(encoding="utf-8").partition("\n## Waits\n")
    rows = re.findall(r"^\| `(\w+)` \| (None|[\d.]+) \|", below.partition("\n## ")[0], re.MULTILINE)
    usual = Waits()
    told = {name: None if default == "None" else float(default) for name, default in rows}
    assert told == {name: getattr(usual, name) for name in Waits.__struct_fields__}
    assert [name for name, _ in rows] == list(Waits.__struct_fields__)
