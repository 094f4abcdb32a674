"""How much does `%load_ext ws_notebook` add to IPython's start?

Each sample is a fresh process. Two ways of measuring, side by side: the clock around `%load_ext` inside a shell that is
up, and the whole process with and without it. Two surroundings: terminal IPython, and IPython with the modules that
every kernel has loaded already (ipykernel, so tornado and asyncio). Bare and loaded processes alternate, so that a busy
machine slows both; the medians are reported.

It measures the installed package, byte code and all, as users have it; the working directory is left out of the path.

    python benchmarks/load_ext.py [--rounds N] [--json FILE]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "load_ext.json"
ROUNDS = 15
WARM_UP = 2
LIMIT_MS = 150.0

SHELL = "from IPython.core.interactiveshell import InteractiveShell; shell = InteractiveShell.instance()"
LOAD = """
import json, time
wall, cpu = time.perf_counter(), time.process_time()
shell.run_line_magic("load_ext", "ws_notebook")
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
assert "responses" in shell.magics_manager.magics["cell"], "the extension did not load"
print(json.dumps([1000 * wall, 1000 * cpu]))
"""
SURROUNDINGS = {"terminal": "", "kernel": "import ipykernel.kernelapp, ipykernel.ipkernel\n"}
PACKAGES = ("ws-notebook", "ipython", "ipykernel", "msgspec", "traitlets")


def run_once(code: str) -> tuple[float, str]:
    """Run the code in a fresh interpreter: milliseconds of the whole process, and what it printed."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    elapsed = 1000 * (time.perf_counter() - started)
    if done.returncode:
        sys.exit(done.stderr)
    return elapsed, done.stdout


def measure(rounds: int) -> dict[str, dict[str, list[float]]]:
    """All samples, by surroundings: milliseconds of each kind. The first rounds (cold disk cache) are dropped."""
    samples: dict[str, dict[str, list[float]]] = {
        name: {"bare_process": [], "loaded_process": [], "load_wall": [], "load_cpu": []} for name in SURROUNDINGS
    }
    for number in range(rounds + WARM_UP):
        for name, before in SURROUNDINGS.items():
            # Which of the two comes first changes each round.
            loaded_first = number % 2 == 1
            bare = 0.0 if loaded_first else run_once(before + SHELL)[0]
            loaded, printed = run_once(before + SHELL + LOAD)
            bare = run_once(before + SHELL)[0] if loaded_first else bare
            wall, cpu = json.loads(printed)
            if number >= WARM_UP:
                for kind, value in zip(samples[name], (bare, loaded, wall, cpu), strict=True):
                    samples[name][kind].append(round(value, 2))
    return samples


def summary(values: list[float]) -> dict[str, float]:
    """Median, smallest and largest."""
    median, least, most = statistics.median(values), min(values), max(values)
    return {"median": round(median, 1), "min": round(least, 1), "max": round(most, 1)}


def report(samples: dict[str, dict[str, list[float]]], rounds: int) -> dict[str, object]:
    """The result as it is written: the machine's kind, the versions, the medians and every sample."""
    medians = {
        name: {kind: summary(values) for kind, values in kinds.items()}
        | {
            "process_difference": summary(
                [b - a for a, b in zip(kinds["bare_process"], kinds["loaded_process"], strict=True)]
            )
        }
        for name, kinds in samples.items()
    }
    return {
        "question": "milliseconds that %load_ext ws_notebook adds to IPython",
        "limit_ms": LIMIT_MS,
        "rounds": rounds,
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in PACKAGES},
        "milliseconds": medians,
        "samples": samples,
    }


def main() -> int:
    """Run as a program. 1 if the load itself takes longer than the limit in either surroundings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    result = report(measure(options.rounds), options.rounds)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=1) + "\n")
    slow = False
    for name, kinds in result["milliseconds"].items():  # type: ignore[attr-defined]
        load = kinds["load_wall"]["median"]
        slow |= load > LIMIT_MS
        print(
            f"{name:9} load_ext {load:6.1f} ms (CPU {kinds['load_cpu']['median']:.1f}), whole process "
            f"{kinds['bare_process']['median']:.0f} -> {kinds['loaded_process']['median']:.0f} ms"
        )
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
