"""What does a session keep: of 10,000 runs in one, and of 1,000 sessions that were dropped without a word?

Each part in a process of its own, over the embedded server, which is another process.

    runs      one session is asked again and again, in chains that grow side by side, with a call of a tool in each
              run: resident memory, threads, open files, sockets and the loop's tasks as it grows, and after reset()
    dropped   sessions are made, asked once and dropped, with and without a reference to the run: the same figures

    python benchmarks/retention.py [--runs N] [--sessions N] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import platform
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.server import running_server  # noqa: E402 - the tests' rig, found by the line above

from ws_notebook import Run, Session, tool  # noqa: E402
from ws_notebook.engine.portal import portal  # noqa: E402

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "retention.json"
RUNS, SESSIONS = 10_000, 1_000
CHAINS = 20
POINTS = (100, 1_000, 2_000, 5_000, 10_000)
KEPT = ("threads", "files", "sockets", "tasks", "going", "awaited", "bells", "jobs")
"""What must not grow."""

PROCESS = psutil.Process()


@tool
def add(a: int, b: int) -> int:
    """The sum."""
    return a + b


def held() -> dict[str, int]:
    """What the process holds now, after a garbage collection; memory in bytes."""
    home = portal()
    for _ in range(3):
        # What a collection lets go is closed on the loop.
        gc.collect()
        home.call(lambda: None)
    tasks = home.call(lambda: len(asyncio.all_tasks(home.loop)))
    return {
        "memory": PROCESS.memory_info().rss,
        "threads": threading.active_count(),
        "files": PROCESS.num_fds() if hasattr(PROCESS, "num_fds") else PROCESS.num_handles(),
        "sockets": sum(1 for each in PROCESS.net_connections() if each.raddr and each.status == "ESTABLISHED"),
        "tasks": tasks,
        "going": len(home.going),
        "awaited": len(home.work._awaiting),
        "bells": len(home.work._bells),
        "jobs": len(home.work._jobs),
    }


def settled(wanted: dict[str, int]) -> dict[str, int]:
    """The same once connections that are being closed are closed, or after ten seconds."""
    until = time.monotonic() + 10
    found = held()
    while time.monotonic() < until and any(found[name] > wanted[name] for name in KEPT):
        time.sleep(0.1)
        found = held()
    return found


def runs(url: str, token: str, count: int) -> dict[str, Any]:
    session = Session(provider=url, profile="local", api_key=token, tools=[add])
    for _ in range(5):
        session.ask("call add(a=1, b=2)", parent=None)
    before = held()
    log = session._engine.protocol.frames
    points, began, cpu = [], time.perf_counter(), time.process_time()
    latest: list[Run | None] = [None] * CHAINS
    for number in range(CHAINS, count + 1, CHAINS):
        asked = [session.start(f"call add(a={number}, b=2)", parent=each) for each in latest]
        latest = [run.result() for run in asked]
        if number in POINTS or number == count:
            now = held()
            kept = now["memory"] - before["memory"]
            points.append({
                "runs": number, **now, "bytes_a_run": round(kept / number),
                "bytes_a_run_without_log": round((kept - log._held) / number),
                "seconds": round(time.perf_counter() - began, 1),
                "cpu_ms_a_run": round((time.process_time() - cpu) * 1000 / number, 3),
            })  # fmt: skip
    items = sum(len(json.dumps(run.items, separators=(",", ":"))) for run in session.runs) / (count + 5)
    del asked, latest
    session.reset()
    after_reset = settled(before)
    session.close()
    return {
        "before": before,
        "points": points,
        "items_bytes_a_run": round(items),
        "after_reset": after_reset,
        "after_close": settled(before),
    }


def dropped(url: str, token: str, count: int) -> dict[str, Any]:
    def made() -> Any:
        session = Session(provider=url, profile="local", api_key=token, tools=[add])
        return session.ask("call add(a=1, b=2)")

    for _ in range(5):
        made()
    before = settled(dict.fromkeys(KEPT, 0))
    highest = 0
    kept = []
    for number in range(1, count + 1):
        run = made()
        kept += [run] if number % 10 == 0 else []
        if number % 50 == 0:
            highest = max(highest, sum(1 for each in PROCESS.net_connections() if each.status == "ESTABLISHED"))
    with_runs = settled(before)
    del run
    kept.clear()
    return {"before": before, "sockets_at_most": highest, "every_tenth_run_kept": with_runs, "after": settled(before)}


def child(part: str, count: int) -> dict[str, Any]:
    """A part in a process of its own, beside a server."""
    with running_server() as server:
        command = [sys.executable, __file__, "--part", part, "--count", str(count)]
        told = {**os.environ, "WSN_URL": server.base_url, "WSN_TOKEN": server.token}
        done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def left(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in KEPT if after[name] > before[name]}


def main() -> int:
    """Run as a program; exit 1 when a thread, socket, file or task is left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument("--part", choices=("runs", "dropped"), help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        part = {"runs": runs, "dropped": dropped}[options.part]
        print(json.dumps(part(os.environ["WSN_URL"], os.environ["WSN_TOKEN"], options.count)))
        return 0
    of_runs, of_sessions = child("runs", options.runs), child("dropped", options.sessions)
    kept = {
        "runs": left(of_runs["before"], of_runs["points"][-1]),
        "after_reset": left(of_runs["before"], of_runs["after_reset"]),
        "dropped": left(of_sessions["before"], of_sessions["after"]),
        "dropped_runs_kept": left(of_sessions["before"], of_sessions["every_tenth_run_kept"]),
    }
    result = {
        "question": "what is left of 10,000 runs in one session, and of 1,000 sessions that were dropped",
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version()},
        "runs": of_runs,
        "dropped": of_sessions,
        "left": kept,
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result) + "\n")
    for point in of_runs["points"]:
        print(*(f"{name} {value:,}" for name, value in point.items()), sep="  ")
    print(f"items' JSON: {of_runs['items_bytes_a_run']:,} bytes a run")
    grown = of_sessions["after"]["memory"] - of_sessions["before"]["memory"]
    print(f"{options.sessions:,} sessions dropped: {grown / options.sessions:,.0f} bytes each, {kept['dropped']} left")
    print(f"left: {kept}")
    return 1 if any(kept.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
