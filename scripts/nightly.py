"""Run what is too heavy for every change: `make nightly`. Its parts are in PARTS; `ARGS="--only tests"` runs some.

What takes over a minute, or installs over 200 MB, belongs here. A test becomes a part of it by `@pytest.mark.nightly`:
`make test` leaves it out. Results go to benchmarks/results/nightly.json; those of parts that were not run now stay.
Exits 1 when a part failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["PARTS", "main"]

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "nightly.json"

PARTS = {
    "tests": (sys.executable, "-m", "pytest", "-m", "nightly"),
    # Twenty times as many as `make test` tries, and others each time.
    "examples": (
        *(sys.executable, "-m", "pytest", "-m", "hypothesis"),
        *("--hypothesis-profile", "nightly", "--timeout", "1800"),
    ),
    "newest": ("make", "newest"),
    "binder": ("make", "binder-check", "ARGS="),
    "notebooks": ("make", "notebooks", "ARGS="),
    # Not the ARGS that chose this part.
    "chaos": ("make", "chaos", "ARGS="),
    "matrix": ("make", "test-matrix", "ARGS="),
}
"""A part's name: its command, run in the repository. pytest is told where its report goes."""

PATIENCE = 3 * 60 * 60
"""Seconds that one part may take."""
NO_TESTS = 5
"""What pytest exits with when it was left with no test."""


@dataclass
class Result:
    """What became of one part. `status`: passed or failed; the counts are those of pytest."""

    name: str
    status: str
    command: str
    at: str = ""
    python: str = ""
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts, one after another, and write down what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=sorted(PARTS), metavar="PART", help=f"of {', '.join(PARTS)}")
    options = parser.parse_args(arguments)
    results = []
    for name, command in PARTS.items():
        if options.only and name not in options.only:
            continue
        print(f"==> nightly: {name}", flush=True)
        results.append(run(name, command))
        write(results)
    for result in results:
        print(f"{result.name}: {result.status} after {result.seconds:.0f} s {' '.join(result.failures)}".rstrip())
    return int(any(result.status != "passed" for result in results))


def run(name: str, command: Sequence[str]) -> Result:
    """Run one part to its end, or until PATIENCE is over."""
    result = Result(name, "failed", _told(command), at=_now(), python=platform.python_version())
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        tests = "pytest" in command
        words = [*command, *(["-q", f"--junitxml={report}"] if tests else [])]
        code = _finish(words, {**os.environ, "WSN_TEST_INSTALLED": "1", "PYTHONSAFEPATH": "1"} if tests else None)
        if report.exists():
            count(result, report)
    result.seconds = round(time.monotonic() - begun, 1)
    if code == 0 or (tests and code == NO_TESTS):
        result.status = "passed"
    return result


def _told(command: Sequence[str]) -> str:
    """The command without the place of this machine's Python."""
    return " ".join("python" if word == sys.executable else word for word in command)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _finish(command: Sequence[str], environment: dict[str, str] | None) -> int | None:
    """The command's exit code; None when it did not end in time."""
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            print(f"Ended after {PATIENCE} s.", flush=True)
            process.terminate()  # make hands it on to what it runs
            return None


def count(result: Result, report: Path) -> None:
    """Put the counts of a JUnit file into the result, and the names of what failed."""
    cases = ElementTree.parse(report).getroot().findall(".//testcase")
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    result.failures = [f"{case.get('classname')}::{case.get('name')}" for case in failed]
    result.failed = len(failed)
    result.skipped = sum(case.find("skipped") is not None for case in cases)
    result.passed = len(cases) - result.failed - result.skipped


def write(results: list[Result]) -> None:
    """The results as JSON, in the order of PARTS."""
    told: dict[str, Any] = {}
    if RESULTS.exists():
        told = {each["name"]: each for each in json.loads(RESULTS.read_text(encoding="utf-8"))["parts"]}
    told |= {result.name: asdict(result) for result in results}
    data = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "parts": [told[name] for name in PARTS if name in told],
    }
    RESULTS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
