"""A result as JSON, of which docs/performance.md is made: what was measured, tables, targets and their fate."""

from __future__ import annotations

import argparse
import inspect
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig.process import SPEED, python_of

__all__ = ["LABELS", "RESULTS", "Options", "Report", "Target", "middle", "options", "spread"]

RESULTS = SPEED.parent / "results" / "speed"
LABELS = {
    "websockets": "raw websockets + msgspec",
    "picows": "raw picows + msgspec",
    "sdk": "OpenAI SDK, socket",
    "sdk_http": "OpenAI SDK, HTTP with the full context",
    "agents": "openai-agents, socket",
    "agents_coroutine": "openai-agents, socket, a coroutine function",
    "ours": "**ws-notebook**",
    "ours_thread": '**ws-notebook**, `run_in="thread"`',
    "ours_http": "ws-notebook, HTTP with the full context",
}
"""What the clients are called."""
MINE = ("ws-notebook", "websockets", "msgspec", "openai", "pydantic", "httpx2", "ipykernel")
THEIRS = ("openai-agents", "openai", "websockets", "picows", "msgspec")
VERSIONS = """
import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Options:
    """What a program was asked for."""

    size: str
    """"full", "quick" or "smallest"."""
    path: Path
    given: argparse.Namespace


def options(program: str, parser: argparse.ArgumentParser | None = None) -> Options:
    """Read the command line. `parser`: with the program's own options."""
    parser = parser or argparse.ArgumentParser(program)
    parser.add_argument("--size", choices=("full", "quick", "smallest"), default="full")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the result goes")
    given = parser.parse_args()
    return Options(given.size, given.json or RESULTS / f"{program}.json", given)


@dataclass(frozen=True)
class Target:
    """What must hold: `value` is at most, or at least, `limit`. A value of None was not measured."""

    what: str
    value: float | None
    unit: str
    limit: float
    least: bool = False

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        word = {True: "met", False: "MISSED", None: "not measured"}[self.met]
        value = "–" if self.value is None else f"{self.value:.3g} {self.unit}".strip()
        return (
            f"{word:12} {self.what}: {value}; target {'≥' if self.least else '≤'} {self.limit:g} {self.unit}".rstrip()
        )


class Report:
    """What one program found. `doc` is its docstring: the title, how it is measured, and `Not shown: …`.

    `sizes`: how many of what, by what they are called.
    """

    def __init__(self, program: str, asked: Options, doc: str, **sizes: int) -> None:
        title, *paragraphs = inspect.cleandoc(doc).split("\n\n")
        mark = "Not shown: "
        self._program, self._asked = program, asked
        self._title = title
        self._measured = "\n\n".join(each for each in paragraphs if not each.startswith((mark, "    ")))
        self._not_shown = next(each for each in paragraphs if each.startswith(mark)).removeprefix(mark)
        self._sizes = sizes
        self._begun, self._load = time.monotonic(), os.getloadavg() if hasattr(os, "getloadavg") else None
        self.tables: list[dict[str, Any]] = []
        self.targets: list[Target] = []
        self.left_out: dict[str, str] = {}
        self.samples: dict[str, Any] = {}

    def table(self, caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add a table of words and figures; None: there is none. The first column says what a row is of."""
        self.tables.append({"caption": caption, "head": list(head), "rows": [list(map(_short, row)) for row in rows]})

    def target(self, what: str, value: float | None, unit: str, *, most: float | None = None, least: float = 0) -> None:
        """Add something that must hold: at `most`, or at `least`."""
        limit = least if most is None else most
        self.targets.append(Target(what, _short(value), unit, limit, least=most is None))

    def save(self) -> int:
        """Write it, say in short what it found, and return 0: a missed target is a result."""
        found = {
            "program": self._program,
            "title": self._title,
            "measured": self._measured,
            "not_shown": self._not_shown,
            "size": self._asked.size,
            "rough": self._asked.size != "full",
            "seconds": round(time.monotonic() - self._begun),
            "machine": machine(self._load),
            "versions": versions(),
            "sizes": self._sizes,
            "targets": [vars(each) | {"met": each.met} for each in self.targets],
            "tables": self.tables,
            "left_out": self.left_out,
            "samples": _rounded(self.samples),
        }
        self._asked.path.parent.mkdir(parents=True, exist_ok=True)
        self._asked.path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for each in self.targets:
            print(f"{self._program:12} {each}")
        if found["rough"]:
            print(f"{self._program:12} rough: measured in the size {self._asked.size!r}")
        return 0


def machine(load: Sequence[float] | None) -> dict[str, Any]:
    """Where it ran, and how busy that was when it began."""
    facts: dict[str, Any] = {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()}
    return facts if load is None else {**facts, "load": round(load[0], 1)}


def versions() -> dict[str, Any]:
    """What ran, here and in the rivals' environment."""
    found: dict[str, Any] = {"python": platform.python_version(), **_versions(sys.executable, MINE)}
    rivals = python_of("agents")
    return found if rivals is None else {**found, "rivals": _versions(rivals, THEIRS)}


def _versions(python: str, names: Sequence[str]) -> dict[str, str]:
    told = subprocess.run([python, "-c", VERSIONS, *names], capture_output=True, text=True, check=True).stdout
    found: dict[str, str] = json.loads(told)
    return found


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, quartiles and the least of samples, and how many there are."""
    low, median, high = statistics.quantiles(values, n=4) if len(values) > 1 else (values[0],) * 3
    return {"median": median, "q1": low, "q3": high, "least": min(values), "n": len(values)}


def _short(value: Any) -> Any:
    """Five figures are more than is known."""
    return float(f"{value:.5g}") if isinstance(value, float) else value


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else _short(value)
