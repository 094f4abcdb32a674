"""Does a batch keep sixteen lanes busy, and what does a row cost? `Session.map` beside what people write themselves.

Each in a process of its own, in turn within each round, over the embedded server on loopback: `map` with 16 lanes,
a loop of `session.ask`, 16 threads each with an `openai` client over HTTP, and `asyncio.gather` over 16 of the SDK's
socket connections; at 200 ms an answer, where the time counts, and at 0 ms, where CPU does. Then memory per
finished row at 10,000 rows, four workers of Dask beside one session, and a server that takes 50 requests a second.

    python benchmarks/batch.py [--rounds N] [--rows N] [--many N] [--only PART] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

import psutil  # noqa: E402
from support.server import running_server  # noqa: E402 - the tests' rig, found by the line above

import ws_notebook as wsn  # noqa: E402

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "batch.json"
PACKAGES = ("openai", "websockets", "msgspec", "distributed")
LANES = 16
VARIABLE = "WSN_BENCH_KEY"
TARGETS = {"times_a_loop": 14.0, "times_less_cpu": 5.0, "bytes_per_row": 2048, "times_one_session": 3.5}


def session(url: str, token: str) -> wsn.Session:
    return wsn.Session(provider=url, profile="local", api_key=token, model="demo")


def prompt(n: int) -> str:
    return f'say "row {n}"'


# The clients: each asks `rows` rows, and says how many were answered rightly.


def by_map(url: str, token: str, rows: int) -> Callable[[], int]:
    opened = session(url, token)
    opened.map(range(LANES), prompt)
    return lambda: sum(row.text == f"row {row.position}" for row in opened.map(range(rows), prompt).rows)


def by_loop(url: str, token: str, rows: int) -> Callable[[], int]:
    opened = session(url, token)
    opened.ask(prompt(0), parent=None)
    return lambda: sum(opened.ask(prompt(n), parent=None).text == f"row {n}" for n in range(rows))


def by_threads(url: str, token: str, rows: int) -> Callable[[], int]:
    from openai import OpenAI

    held = threading.local()

    def ask(n: int) -> bool:
        if not hasattr(held, "client"):
            held.client = OpenAI(base_url=url, api_key=token)
        answer = held.client.responses.create(model="demo", input=prompt(n), store=False)
        return bool(answer.output_text == f"row {n}")

    pool = ThreadPoolExecutor(LANES)
    list(pool.map(ask, range(LANES)))
    return lambda: sum(pool.map(ask, range(rows)))


def by_gather(url: str, token: str, rows: int) -> Callable[[], int]:
    from openai import AsyncOpenAI

    loop = asyncio.new_event_loop()
    client = AsyncOpenAI(base_url=url, api_key=token)
    managers = [client.responses.connect() for _ in range(LANES)]

    async def open_all() -> list[Any]:
        return [await manager.__aenter__() for manager in managers]

    async def worker(connection: Any, numbers: list[int]) -> int:
        right = 0
        for n in numbers:
            await connection.response.create(model="demo", input=prompt(n), store=False)
            async for event in connection:
                if event.type == "response.completed":
                    right += event.response.output_text == f"row {n}"
                    break
        return right

    connections = loop.run_until_complete(open_all())

    async def ask_all() -> int:
        parts = [list(range(start, rows, LANES)) for start in range(LANES)]
        return sum(await asyncio.gather(*map(worker, connections, parts)))

    return lambda: loop.run_until_complete(ask_all())


CLIENTS = {"map": by_map, "loop": by_loop, "threads": by_threads, "gather": by_gather}


def client(name: str, url: str, token: str, rows: int) -> dict[str, Any]:
    """In its own process: the client's figures."""
    ask = CLIENTS[name](url, token, rows)
    cpu, wall = time.process_time(), time.perf_counter()
    right = ask()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    assert right == rows, f"{name}: {right} of {rows} answers are right"
    return {"rows_per_s": rows / wall, "cpu_us_per_row": cpu / rows * 1e6}


def memory(url: str, token: str, rows: int) -> dict[str, Any]:
    """In its own process: what a finished row keeps besides its answer."""
    with session(url, token) as opened:
        opened.map(range(500), prompt)
        gc.collect()
        before = psutil.Process().memory_info().rss
        batch = opened.map(range(rows), prompt)
        gc.collect()
        grown = psutil.Process().memory_info().rss - before
    answers = sum(sys.getsizeof(row.text) for row in batch.rows)
    return {"bytes_per_row": round((grown - answers) / rows)}


def dask(url: str, token: str, rows: int) -> dict[str, Any]:
    """In its own process: four workers beside one session, at 16 lanes each."""
    from distributed import Client, LocalCluster

    os.environ[VARIABLE] = token
    opened = wsn.Session(provider=url, profile="local", api_key=lambda: os.environ["WSN_BENCH_KEY"], model="demo")
    with (
        LocalCluster(n_workers=4, threads_per_worker=2, host="127.0.0.1", dashboard_address=None) as cluster,
        Client(cluster) as engine,
    ):
        opened.map(range(256), prompt, on=engine)
        began = time.perf_counter()
        assert opened.map(range(rows), prompt, on=engine).counts == {"completed": rows}
        four = time.perf_counter() - began
    opened.map(range(LANES), prompt)
    began = time.perf_counter()
    opened.map(range(rows // 4), prompt)
    one = (time.perf_counter() - began) * 4
    return {"times_one_session": round(one / four, 2), "rows_per_s": round(rows / four, 1)}


def bucket(url: str, token: str, rows: int) -> dict[str, Any]:
    """In its own process: a server that takes 50 requests a second."""
    with session(url, token) as opened:
        began = time.perf_counter()
        batch = opened.map(range(rows), prompt)
        took = time.perf_counter() - began
        assert batch.counts == {"completed": rows}
        widths = [lanes for _, lanes in batch._plan.pace.history]
    return {"seconds": round(took, 1), "limit": rows / 50 * 1.5, "lanes": [min(widths), max(widths)]}


PARTS: dict[str, Callable[[str, str, int], dict[str, Any]]] = {"memory": memory, "dask": dask, "bucket": bucket}


def apart(name: str, server: Any, rows: int) -> dict[str, Any]:
    """The figures of a client, or a part, in a process of its own."""
    command = [sys.executable, __file__, "--client", name, "--url", server.base_url, "--rows", str(rows)]
    environment = {**os.environ, VARIABLE: server.token, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{name}, {rows} rows: {found}", flush=True)
    return found


def throughput(options: argparse.Namespace) -> dict[str, Any]:
    figures: dict[str, dict[str, list[float]]] = {}
    for wait in (200, 0):
        with running_server("--tokens-per-second", "0", "--first-token", str(wait), fast=False) as server:
            for _ in range(options.rounds):
                for name in CLIENTS:
                    rows = options.rows // LANES if wait and name == "loop" else options.rows
                    for key, value in apart(name, server, rows).items():
                        figures.setdefault(f"{name} at {wait} ms", {}).setdefault(key, []).append(value)
    return {
        name: {key: round(statistics.median(all_), 1) for key, all_ in each.items()} for name, each in figures.items()
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Everything, or what --only names."""
    found: dict[str, Any] = {}
    if options.only in (None, "throughput"):
        found["throughput"] = figures = throughput(options)
        rate = {name: each["rows_per_s"] for name, each in figures.items()}
        cost = {name: each["cpu_us_per_row"] for name, each in figures.items()}
        found["times_a_loop"] = round(rate["map at 200 ms"] / rate["loop at 200 ms"], 1)
        rivals = min(cost["threads at 0 ms"], cost["gather at 0 ms"])
        found["times_less_cpu"] = round(rivals / cost["map at 0 ms"], 1)
    if options.only in (None, "memory"):
        with running_server() as server:
            found |= apart("memory", server, options.many)
    if options.only in (None, "dask"):
        with running_server("--tokens-per-second", "0", "--first-token", "200", fast=False) as server:
            found |= {"dask": apart("dask", server, options.rows * 4)}
            found["times_one_session"] = found["dask"]["times_one_session"]
    if options.only in (None, "bucket"):
        with running_server("--requests-per-second", "50") as server:
            found["bucket"] = apart("bucket", server, options.rows)
    return found


def met(found: dict[str, Any]) -> dict[str, bool]:
    """Which targets are met, of those that were measured."""
    reached = {name: found[name] >= target for name, target in TARGETS.items() if name in found}
    if "bytes_per_row" in found:
        reached["bytes_per_row"] = found["bytes_per_row"] <= TARGETS["bytes_per_row"]
    if "bucket" in found:
        reached["bucket"] = found["bucket"]["seconds"] <= found["bucket"]["limit"]
    return reached


def main() -> int:
    """Measure, print, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=640)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--only", choices=("throughput", *PARTS))
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument("--client", choices=(*CLIENTS, *PARTS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        token = os.environ[VARIABLE]
        part = PARTS.get(options.client)
        figures = (
            part(options.url, token, options.rows) if part else client(options.client, options.url, token, options.rows)
        )
        print(json.dumps(figures), flush=True)
        os._exit(0)  # pools and loops of the rivals
    found = measure(options)
    told = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "rounds": options.rounds,
        "rows": options.rows,
        **found,
        "targets": TARGETS,
        "met": met(found),
    }
    print(json.dumps(told, indent=1, ensure_ascii=False))
    options.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
