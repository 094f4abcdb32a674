"""What do more workers bring? A session on each worker of Dask and of ipyparallel, with one connection each.

The same questions, each a loop of five tool calls, are asked by one worker and by four; a worker makes its session at
its first question and keeps it, as `Session` in a module of your own would. The embedded server takes 60 ms before each
answer, as a model does. Where a place is not installed it is left out, and the result says so.

    python benchmarks/scale_out.py [--questions N] [--rounds N] [--json FILE]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import logging
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.server import running_server  # noqa: E402 - the tests' rig, found by the line above

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "scale_out.json"
WORKERS, CALLS, FIRST_TOKEN = 4, 5, 60
PACKAGES = ("distributed", "ipyparallel", "cloudpickle")


def ask(base_url: str, token: str, number: int, calls: int) -> tuple[int, int, int]:
    """Ask one question over this worker's session: the process, its connections so far, and the calls it made."""
    # Sent to a worker as it is, so it brings its imports; the session stays there.
    import builtins
    import os

    from ws_notebook import Session, tool

    session = getattr(builtins, "wsn_session", None)
    if session is None:

        @tool(run_in="thread")
        def step(i: int) -> str:
            """One step."""
            return f"page {i} " * 50

        session = Session(provider=base_url, profile="local", api_key=token, tools=[step])
        builtins.wsn_session = session  # type: ignore[attr-defined]
    run = session.ask(f'{calls} times: call step(i=…), then say "{number}"', parent=None)
    return os.getpid(), session.connections, len(run.tool_calls)


@contextmanager
def dask(workers: int) -> Iterator[Executor]:
    from distributed import Client, LocalCluster

    options = {"n_workers": workers, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with LocalCluster(**options, silence_logs=logging.ERROR) as cluster, Client(cluster) as client:
        yield client.get_executor(pure=False)


@contextmanager
def ipyparallel(workers: int) -> Iterator[Executor]:
    import ipyparallel as parallel

    with parallel.Cluster(n=workers, log_level=logging.ERROR) as client:
        client.wait_for_engines(workers, timeout=120)
        yield client.load_balanced_view().executor


PLACES: dict[str, tuple[str, Callable[[int], Any]]] = {
    "Dask": ("distributed", dask),
    "ipyparallel": ("ipyparallel", ipyparallel),
}


def throughput(executor: Executor, server: Any, workers: int, questions: int) -> dict[str, Any]:
    """Questions a second, once each worker has its session."""

    def asked(count: int) -> list[tuple[int, int, int]]:
        futures = [executor.submit(ask, server.base_url, server.token, number, CALLS) for number in range(count)]
        return [future.result(300) for future in futures]

    known: set[int] = set()
    while len(known) < workers:
        known |= {process for process, _, _ in asked(4 * workers)}
    began = time.perf_counter()
    found = asked(questions)
    took = time.perf_counter() - began
    connections = {process: count for process, count, _ in found}
    assert all(calls == CALLS for _, _, calls in found)
    return {
        "per_second": questions / took,
        "seconds": took,
        "workers": len(connections),
        "connections": sorted(connections.values()),
    }


def measure(questions: int, rounds: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with running_server("--first-token", str(FIRST_TOKEN), "--tokens-per-second", "0", fast=False) as server:
        for name, (package, place) in PLACES.items():
            if not find_spec(package):
                found[name] = "not installed"
                continue
            samples: dict[int, list[dict[str, Any]]] = {1: [], WORKERS: []}
            for number in range(rounds):
                for workers in (1, WORKERS) if number % 2 == 0 else (WORKERS, 1):
                    with place(workers) as executor:
                        samples[workers].append(throughput(executor, server, workers, questions))
            one, four = (statistics.median(each["per_second"] for each in samples[count]) for count in (1, WORKERS))
            found[name] = {"one": one, "four": four, "times": four / one, "samples": samples}
            print(
                f"{name}: {one:.2f} questions a second by one worker, {four:.2f} by {WORKERS}: {four / one:.2f} times"
            )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    result = {
        "question": f"questions of {CALLS} calls a second, by one worker and by {WORKERS}, each with a session",
        "first_token_ms": FIRST_TOKEN,
        "questions": options.questions,
        "rounds": options.rounds,
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in PACKAGES if find_spec(name)},
        },
        "found": measure(options.questions, options.rounds),
    }
    options.json.write_text(json.dumps(result, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
