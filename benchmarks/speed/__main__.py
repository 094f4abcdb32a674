"""Run the programs of this folder one after another; a row of docs/performance.md each. `make bench`, `make
bench-quick`.

    python benchmarks/speed [NAME …] [--size full|quick|smallest] [--folder FOLDER]

What one of them found is written when it ends, whatever becomes of the others; without `--folder`, in full, to
benchmarks/results/speed, and in the other sizes to benchmarks/results/rough, which git ignores. Exits 1 when one
failed to measure; a missed target is a result.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rig.process import environment, python_of, say
from rig.programs import PROGRAMS
from rig.report import RESULTS

__all__ = ["main"]

PATIENCE = 900
"""Seconds that one of them may take."""
ROUGH = RESULTS.with_name("rough")


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PROGRAMS))
    parser.add_argument("--size", choices=("full", "quick", "smallest"), default="full")
    parser.add_argument("--folder", type=Path, help="where the results go")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in PROGRAMS]:
        parser.error(f"There is no {unknown[0]}. There are: {', '.join(PROGRAMS)}.")
    folder: Path = (options.folder or (RESULTS if options.size == "full" else ROUGH)).resolve()
    if python_of("agents") is None:
        say("LEFT OUT: openai-agents and picows, which `make bench` installs into an environment of their own.")
    names = options.names or list(PROGRAMS)
    begun = time.monotonic()
    failed = [name for number, name in enumerate(names) if not run(name, f"{number + 1}/{len(names)}", folder, options)]
    tell(names, folder, failed, time.monotonic() - begun)
    return 1 if failed else 0


def run(name: str, place: str, folder: Path, options: argparse.Namespace) -> bool:
    """One of them, in processes that all end with it. Whether it has measured."""
    say(f"==> {place} {name}")
    module, *given = PROGRAMS[name]
    path = folder / f"{name}.json"
    command = [sys.executable, "-m", module, *given, "--size", options.size, "--json", str(path)]
    begun = time.monotonic()
    process = subprocess.Popen(command, env=environment(), start_new_session=True)
    try:
        code: int | str = process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        code = f"no result in {PATIENCE} s"
    finally:
        end(process)
    say(f"    {time.monotonic() - begun:.0f} s" + (f"; FAILED: {code}" if code else ""))
    return not code


def end(process: subprocess.Popen[bytes]) -> None:
    """End it and what it started."""
    if os.name == "nt":
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    process.wait()


def tell(names: list[str], folder: Path, failed: list[str], seconds: float) -> None:
    """All targets together, at the end."""
    print(f"\n{seconds / 60:.1f} minutes; results are in {folder}\n")
    for name in names:
        if name in failed:
            print(f"FAILED       {name}: what it said is above")
            continue
        found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for each in found["targets"]:
            word = {True: "met", False: "MISSED", None: "not measured"}[each["met"]]
            value = "–" if each["value"] is None else f"{each['value']:.3g}"
            sense = "≥" if each["least"] else "≤"
            print(f"{word:12} {name}: {each['what']}: {value}, target {sense} {each['limit']:g} {each['unit']}")
        for client, why in found["left_out"].items():
            print(f"LEFT OUT     {name}: {client}: {why}")
        if found["rough"]:
            print(f"rough        {name}: few and small rounds ({found['size']})")


if __name__ == "__main__":
    sys.exit(main())
