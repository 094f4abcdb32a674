"""One tool call in a kernel, over the floor

The server takes the time from sending a model's call to the request that brings its output; a call follows its
arguments after 2 ms, as a model's tokens do. Between the two a client reads the call, validates the arguments, runs
`lookup(n)`, writes the output and asks for the next turn. ws-notebook runs in a real kernel, the function on its main
thread: `session.ask` in a cell, a `%%responses` cell, `run_in="thread"`, and a coroutine function. The floor is raw
websockets + msgspec in a plain process, which calls the function where it reads; openai-agents runs in a plain process
too, with response ids, for a plain and for a coroutine function. CPU is that of the client's process, a call.

Not shown: a view, which draws beside the loop by its own clock; tools of other processes; many calls at once, whose
outputs go out together.

    python benchmarks/speed/tool_call.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import sys

from rig.kernel import Kernel
from rig.process import Clients, Server
from rig.report import LABELS, Report, options, spread

__all__ = ["main"]

SIZES = {"full": (10, 50), "quick": (3, 25), "smallest": (1, 4)}
"""Rounds, and calls in a question."""
OTHERS = ("websockets", "agents", "agents_coroutine")
SETUP = """
%load_ext ws_notebook
import ws_notebook as wsn
from rig.wire import INSTRUCTIONS, PROMPT

def lookup(n: int) -> str:
    "Look a number up."
    return "x" * 200

async def lookup_later(n: int) -> str:
    "Look a number up."
    return "x" * 200

def connect(function=lookup, **options):
    tools = [wsn.tool(name="lookup", **options)(function)]
    return wsn.Session(provider={url!r}, profile="openai", api_key="none", model="demo", instructions=INSTRUCTIONS,
                       tools=tools, max_turns=1000)

kernel, magic, thread, coroutine = connect(), connect(), connect(run_in="thread"), connect(lookup_later)
"""
CELLS = {
    "`session.ask`": "_run = kernel.ask(PROMPT, parent=None)",
    "a `%%responses` cell": "%%responses -s magic --new -o _run\nLook the numbers up, one after another.",
    '`run_in="thread"`': "_run = thread.ask(PROMPT, parent=None)",
    "a coroutine function": "_run = coroutine.ask(PROMPT, parent=None)",
}
JUDGED = "`session.ask`"
MOST_MS, MOST_SHARE = 0.3, 10
"""Milliseconds over the floor, and of what openai-agents takes over it in percent."""
Sample = tuple[list[float], float]
"""The milliseconds of each call on the wire, and those of CPU a call."""


def main() -> int:
    """Run as a program."""
    asked = options("tool_call")
    rounds, calls = SIZES[asked.size]
    report = Report("tool_call", asked, __doc__ or "", calls=calls, rounds=rounds)
    samples: dict[str, list[Sample]] = {}
    with Server() as server, Kernel() as kernel:
        url = server.url(f"calls-{calls}")
        kernel.execute(SETUP.format(url=url))
        with Clients.started(OTHERS, url) as clients:
            report.left_out = clients.left_out
            for _, client in clients.rounds(rounds):
                server.tally()
                cpu = client.ask()["cpu"]
                samples.setdefault(client.name, []).append(taken(server, calls, cpu))
                # The places in the kernel are spread over the round.
                for cell in list(CELLS)[clients.there.index(client) :: len(clients.there)]:
                    samples.setdefault(cell, []).append(in_kernel(server, kernel, cell, calls))
    show(report, {name: each[1:] for name, each in samples.items()})
    return report.save()


def in_kernel(server: Server, kernel: Kernel, name: str, calls: int) -> Sample:
    """One question in a cell."""
    before = kernel.cpu()
    server.tally()
    kernel.execute(CELLS[name])
    return taken(server, calls, kernel.cpu() - before)


def taken(server: Server, calls: int, cpu: float) -> Sample:
    """What the server has counted. Raises RuntimeError when it is not as many calls as it should be."""
    turns = server.tally()["turns"]
    if len(turns) != calls:
        raise RuntimeError(f"There were {len(turns)} calls, not {calls}.")
    return turns, cpu * 1000 / calls


def show(report: Report, samples: dict[str, list[Sample]]) -> None:
    """The table, and what must hold."""
    wall = {name: spread([each for turns, _ in found for each in turns]) for name, found in samples.items()}
    cpu = {name: spread([each for _, each in found]) for name, found in samples.items()}
    floor = wall["websockets"]["median"]
    over = {name: each["median"] - floor for name, each in wall.items()}
    best = min((over[name] for name in OTHERS[1:] if name in over), default=None)
    rows = [
        (
            LABELS.get(name, f"**ws-notebook**, {name}"),
            wall[name]["median"],
            over[name],
            None if best is None else f"{over[name] / best:.0%}",
            wall[name]["q1"],
            cpu[name]["median"],
        )
        for name in (*CELLS, *OTHERS)
        if name in samples
    ]
    head = ("where", "wall, ms a call", "over the floor", "of openai-agents", "least quarter", "CPU, ms a call")
    report.table("", head, rows)
    report.samples = {name: {"wall": wall[name], "cpu": cpu[name]} for name in samples}
    report.target("a call over the floor", over[JUDGED], "ms", most=MOST_MS)
    share = None if best is None else over[JUDGED] / best * 100
    report.target("of what openai-agents takes over the floor", share, "%", most=MOST_SHARE)


if __name__ == "__main__":
    sys.exit(main())
