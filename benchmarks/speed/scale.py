"""Scale: cost per unit as each grows, and where it bends

The same unit of work among more and more of its kind, always with CPU of the whole client process: events of one
answer; turns of one run; runs of one session; parallel calls of one turn, by where their function runs, and drawing
that run once it has ended; answers on lanes of one session at once; sessions at once, and raw sockets in one loop
beside them. "To the least" is against the size at which a unit costs least; a cost bends at the first size above that
from which on it is always more than a quarter over it.

Not shown: live views of such runs, which draw by the clock; a provider's limits, which come first: sixteen lanes, an
hour.

    python benchmarks/speed/scale.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from rig.process import Child, Server, say
from rig.report import Report, middle, options

__all__ = ["main"]

Sizes = tuple[int, ...]
SIZES: dict[str, tuple[int, dict[str, Sizes]]] = {
    "full": (
        3,
        {
            "events": (200, 2000, 20_000, 200_000),
            "turns": (5, 50, 200, 500),
            "runs": (10, 100, 300, 1000),
            "calls": (50, 500, 1000, 2500, 5000),
            "lanes": (1, 4, 8, 16),
            "sessions": (1, 8, 16, 32),
        },
    ),
    "quick": (
        1,
        {
            "events": (2000, 20_000, 200_000),
            "turns": (50, 200),
            "runs": (10, 100),
            "calls": (50, 500, 2500),
            "lanes": (1, 16),
            "sessions": (1, 16),
        },
    ),
    "smallest": (
        1,
        {"events": (20, 50), "turns": (5,), "runs": (4,), "calls": (6,), "lanes": (3,), "sessions": (3,)},
    ),
}
"""Rounds, and how many there are of each."""
EVENTS, CALLS = 4000, 25
"""Of an answer among several at once, and of a run among others."""
BEND = 1.25
PARALLEL = 2.0
"""A call of the most may cost so much of what one of 500 does."""
KINDS = {
    "events": ("events", "events of an answer", "burst-{n}", "CPU, µs an event"),
    "turns": ("turns", "turns of a run", "loop-{n}", "CPU, µs a turn"),
    "runs": ("runs", f"runs of {CALLS} calls in a session", f"loop-{CALLS}", "CPU, µs a run"),
    "calls": ("calls", "parallel calls of a turn", "parallel-{n}", "CPU, µs a call"),
    "calls, thread": ("calls", 'parallel calls, `run_in="thread"`', "parallel-{n}", "CPU, µs a call"),
    "calls, coroutine": ("calls", "parallel calls, coroutine functions", "parallel-{n}", "CPU, µs a call"),
    "drawn": ("calls", "drawing a run of parallel calls", "parallel-{n}", "CPU, µs a call"),
    "lanes": ("lanes", "answers at once, on lanes of a session", "lanes-{events}", "CPU, µs an event"),
    "sessions": ("sessions", "sessions at once", "lanes-{events}", "CPU, µs an event"),
    "raw": ("sessions", "raw websockets at once", "lanes-{events}", "CPU, µs an event"),
}
"""Which sizes, what a row is called, what the server answers, the unit."""


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser("scale")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    asked = options("scale", parser)
    if asked.given.child:
        kind, url, n, events = asked.given.child
        print(json.dumps(WORK[kind](kind, url, int(n), int(events))), flush=True)
        os._exit(0)
    rounds, sizes = SIZES[asked.size]
    events = 50 if asked.size == "smallest" else EVENTS
    report = Report("scale", asked, __doc__ or "", **{"rounds": rounds, "events an answer at once": events})
    samples: dict[str, dict[int, list[float]]] = {kind: {} for kind in KINDS}
    with Server() as server:
        for number in range(rounds):
            for kind, (row, said, mode, _) in KINDS.items():
                say(f"  round {number + 1} of {rounds}: {said}")
                for n in sizes[row]:
                    url = server.url(mode.format(n=n, events=events))
                    with Child(sys.executable, "-m", "scale", "--child", kind, url, str(n), str(events)) as running:
                        samples[kind].setdefault(n, []).append(json.loads(running.line()))
    figures = {kind: {n: middle(each) * 1e6 for n, each in found.items()} for kind, found in samples.items()}
    show(report, figures)
    return report.save()


def show(report: Report, figures: dict[str, dict[int, float]]) -> None:
    """A table of all, and what must hold."""
    rows = [
        (KINDS[kind][1], n, cost, KINDS[kind][3].partition(", ")[2], cost / min(found.values()))
        for kind, found in figures.items()
        for n, cost in found.items()
    ]
    report.table("", ("what", "how many", "CPU a unit", "unit", "to the least"), rows)
    bends = [(KINDS[kind][1], bend(found) or "no bend", max(found)) for kind, found in figures.items()]
    report.table("Where it bends", ("what", "from", "tried up to"), bends)
    report.samples = {kind: {str(n): cost for n, cost in found.items()} for kind, found in figures.items()}
    for kind in ("calls", "calls, thread", "calls, coroutine"):
        found = figures[kind]
        few, many = 500 if 500 in found else min(found), max(found)
        said = f"{KINDS[kind][1]}: one of {many:,} over one of {few}"
        report.target(said, found[many] / found[few], "×", most=PARALLEL)


def bend(found: dict[int, float]) -> int | None:
    """The first size above the cheapest from which on every one costs over a quarter more than that."""
    cheapest = min(found, key=lambda n: found[n])
    above = [n for n in sorted(found) if n > cheapest]
    over = [n for n in above if all(found[m] > BEND * found[cheapest] for m in above if m >= n)]
    return over[0] if over else None


# The work, each in a process of its own: CPU seconds a unit. What is asked first warms it up.


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    before = time.process_time()
    work()
    return time.process_time() - before


def one_question(kind: str, url: str, n: int, events: int) -> float:
    """A question of n events, or n turns."""
    client = _ours(url)
    if n <= 20_000:
        client.ask()
    return spent(client.ask) / n


def runs_of_a_session(kind: str, url: str, n: int, events: int) -> float:
    """The last of n runs: a tenth of them."""
    client = _ours(url, chained=True)
    count = max(1, n // 10)
    for _ in range(3 + n - count):
        client.ask()

    def work() -> None:
        for _ in range(count):
            client.ask()

    return spent(work) / count


def calls_of_a_turn(kind: str, url: str, n: int, events: int) -> float:
    """A turn of n calls, or drawing it."""
    import ws_notebook

    def lookup(n: int) -> str:
        """Look a number up."""
        return "x"

    async def lookup_later(n: int) -> str:
        """Look a number up."""
        return "x"

    coroutine = kind.endswith("coroutine")
    tool = ws_notebook.tool(name="lookup", run_in="thread" if kind.endswith("thread") else "kernel")
    made = tool(lookup_later if coroutine else lookup)
    session = ws_notebook.Session(provider=url, profile="openai", api_key="none", model="demo", tools=[made])
    found: list[Any] = []

    async def ask() -> None:
        found.append(await session.ask_async("go", parent=None))

    def work() -> None:
        if coroutine:
            asyncio.run(ask())
        else:
            found.append(session.ask("go", parent=None))

    work()
    seconds = spent(work)
    if [call.output for call in found[-1].tool_calls] != ["x"] * n:
        raise RuntimeError("Not every call was answered.")
    if kind == "drawn":
        found[0]._repr_mimebundle_()
        seconds = spent(found[-1]._repr_mimebundle_)
    return seconds / n


def at_once(kind: str, url: str, n: int, events: int) -> float:
    """n answers, on lanes or in sessions of their own."""
    import ws_notebook

    sessions = [
        ws_notebook.Session(provider=url, profile="openai", api_key="none", model="demo")
        for _ in range(n if kind == "sessions" else 1)
    ]

    def work() -> None:
        runs = [sessions[number % len(sessions)].start("go", parent=None) for number in range(n)]
        for run in runs:
            run.result()

    work()
    return spent(work) / (n * events)


def raw_at_once(kind: str, url: str, n: int, events: int) -> float:
    """n raw clients in one loop."""
    from rig.raw import Websockets
    from rig.tool import Lookup

    clients = [Websockets(url, Lookup()) for _ in range(n)]
    runner = asyncio.Runner()

    async def opened() -> None:
        for each in clients:
            await each.connect()

    async def asked() -> None:
        await asyncio.gather(*(each.asked() for each in clients))

    runner.run(opened())
    runner.run(asked())
    return spent(lambda: runner.run(asked())) / (n * events)


def _ours(url: str, *, chained: bool = False) -> Any:
    from rig.ours import Ours
    from rig.tool import Lookup

    client = Ours(url, Lookup(), chained=chained)
    client.open()
    return client


WORK: dict[str, Callable[[str, str, int, int], float]] = {
    "events": one_question,
    "turns": one_question,
    "runs": runs_of_a_session,
    **dict.fromkeys(("calls", "calls, thread", "calls, coroutine", "drawn"), calls_of_a_turn),
    **dict.fromkeys(("lanes", "sessions"), at_once),
    "raw": raw_at_once,
}

if __name__ == "__main__":
    sys.exit(main())
