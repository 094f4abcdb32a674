"""What does it cost to run a tool elsewhere, and do ten slow calls at once take the time of one?

The same tools in each place, in turn within each round, over the embedded server: the thread that waits for the run, a
pool of threads, two processes, and, where they are installed, Dask's workers and ipyparallel's engines on loopback.

    trivial   a turn with one call that does nothing: from the call being ready to its output, in milliseconds; and as
              the yardstick the executor's own `submit(…).result()` of the bare function
    ten       a turn with ten calls that sleep for half a second: from the first function's start to the last one's end,
              and the same ten handed to the bare executor

    python benchmarks/executors.py [--rounds N] [--json FILE]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import logging
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.server import running_server  # noqa: E402 - the tests' rig, found by the line above

from ws_notebook import Session, tool  # noqa: E402

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "executors.json"
ROUNDS, DROPPED = 22, 2
TEN_ROUNDS = 3
SLEEP = 0.5
PACKAGES = ("distributed", "ipyparallel", "cloudpickle")


def nothing(n: int) -> int:
    """Does nothing."""
    return n


def nap(n: int) -> int:
    """Sleeps for half a second."""
    # ipyparallel sends a bare function without its module.
    import time

    time.sleep(0.5)
    return n


def places(stack: ExitStack) -> dict[str, Any]:
    """Where tools can run on this machine, by name."""
    found: dict[str, Any] = {"kernel": "kernel", "thread": "thread"}
    spawn = multiprocessing.get_context("spawn")
    found["processes"] = stack.enter_context(ProcessPoolExecutor(10, mp_context=spawn))
    if find_spec("distributed"):
        from distributed import Client, LocalCluster

        cluster = LocalCluster(n_workers=2, threads_per_worker=5, host="127.0.0.1", dashboard_address=None)
        client = stack.enter_context(Client(stack.enter_context(cluster)))
        found["dask"] = client.get_executor()
    if find_spec("ipyparallel"):
        import ipyparallel

        client = stack.enter_context(ipyparallel.Cluster(n=10, log_level=logging.ERROR))
        client.wait_for_engines(10, timeout=120)
        found["ipyparallel"] = client.executor()
    return found


def bare_executor(place: Any, threads: Executor) -> Executor:
    """What the function is handed to without us; a pool of threads stands for our own places."""
    return place if isinstance(place, Executor) else threads


def timed(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def trivial(session: Session) -> float:
    """Milliseconds from one call being ready to its output."""
    call = session.ask("call nothing(n=1)", parent=None).tool_calls[0]
    assert call.output == "1", call.error
    return (call.queued_ms or 0.0) + (call.run_ms or 0.0)


def ten(session: Session) -> float:
    """Milliseconds from the first start to the last end of ten calls of one turn."""
    asked = " and ".join(f"nap(n={n})" for n in range(10))
    calls = session.ask(f"call {asked}", parent=None).tool_calls
    assert [call.output for call in calls] == [str(n) for n in range(10)], [call.error for call in calls]
    started = min(call.timing.started for call in calls if call.timing.started is not None)
    return (max(call.timing.ended for call in calls if call.timing.ended is not None) - started) * 1000


def ten_bare(executor: Executor) -> float:
    futures = []

    def run() -> None:
        # The arguments differ: Dask would run equal calls once.
        futures.extend(executor.submit(nap, time.perf_counter_ns() + n) for n in range(10))
        for future in futures:
            future.result()

    return timed(run) * 1000


def measure(rounds: int) -> dict[str, dict[str, list[float]]]:
    samples: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        found = places(stack)
        server = stack.enter_context(running_server())
        threads = stack.enter_context(ThreadPoolExecutor(10))
        sessions = {}
        for name, place in found.items():
            options = {"provider": server.base_url, "profile": "local", "api_key": server.token}
            tools = [tool(nothing, run_in=place), tool(nap, run_in=place)]
            sessions[name] = stack.enter_context(Session(tools=tools, **options))
            samples[name] = {"trivial": [], "trivial_bare": [], "ten": [], "ten_bare": []}
        for number in range(rounds):
            for name, place in found.items():
                bare = bare_executor(place, threads)
                samples[name]["trivial"].append(trivial(sessions[name]))
                argument = time.perf_counter_ns()
                samples[name]["trivial_bare"].append(
                    timed(lambda bare=bare, argument=argument: bare.submit(nothing, argument).result()) * 1000
                )
                if number >= DROPPED and number < DROPPED + TEN_ROUNDS and name != "kernel":
                    samples[name]["ten"].append(ten(sessions[name]))
                    samples[name]["ten_bare"].append(ten_bare(bare))
    return samples


def summary(samples: dict[str, list[float]]) -> dict[str, float]:
    """The medians, without the rounds in which caches fill."""
    kept = {name: values[DROPPED:] if name.startswith("trivial") else values for name, values in samples.items()}
    return {name: round(statistics.median(values), 3) for name, values in kept.items() if values}


def versions() -> dict[str, str]:
    there = [name for name in PACKAGES if find_spec(name)]
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in there}}


def main() -> int:
    """Run as a program; exit 1 when ten calls at once take as long as two one after another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    samples = measure(max(options.rounds, DROPPED + TEN_ROUNDS))
    figures = {name: summary(values) for name, values in samples.items()}
    kept = all(figure["ten"] < 2000 * SLEEP for figure in figures.values() if "ten" in figure)
    result = {
        "question": "milliseconds of a trivial call, and of ten calls at once that sleep half a second, by place",
        "rounds": options.rounds,
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": versions(),
        "milliseconds": figures,
        "promise": {"ten_below": 2000 * SLEEP, "kept": kept},
        "samples": {
            name: {kind: [round(each, 3) for each in values] for kind, values in kinds.items()}
            for name, kinds in samples.items()
        },
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=None) + "\n")
    for name, figure in figures.items():
        print(f"{name:12}", "  ".join(f"{key} {value:.1f}" for key, value in figure.items()))
    print(f"ten calls at once in the time of one: {'yes' if kept else 'no'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
