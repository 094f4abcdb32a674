"""A turn of a tool loop: 50 turns, outputs of 0.2, 4 and 50 kB

Each answer is one call of a function that returns at once; the server answers at once. CPU is that of the whole client
process from one call of the function to the next, in milliseconds: the median over the turns of a question, then over
the rounds. Wall is taken at the server, from the sending of an answer to the next request being there; it has the
way over the loopback in it. Growth is the mean of the last ten turns over that of the first ten.

Not shown: a model, whose time dwarfs all of this; the network; tools that do something; calls that wait for approval; a
kernel (below), in which the function runs on another thread than the socket.

    python benchmarks/speed/tool_loop.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import statistics
import sys
from itertools import pairwise
from typing import Any

from rig.process import Client, Clients, Server, say
from rig.report import LABELS, Report, middle, options

__all__ = ["main"]

NAMES = ("picows", "websockets", "ours", "ours_thread", "sdk", "agents", "sdk_http")
SLOW = ("agents", "sdk_http")
SIZES = {"full": (7, 50, (200, 4000, 50_000)), "quick": (3, 30, (200, 50_000)), "smallest": (1, 12, (200,))}
"""Rounds, turns, and the bytes of an output."""
TARGETS = {200: (0.35, 6), 4000: (0.35, 6), 50_000: (0.45, 5)}
"""Milliseconds a turn at most, and how often they go into the SDK's at least, by the bytes of an output."""
AGENTS = 14
"""The same for openai-agents."""


def main() -> int:
    """Run as a program."""
    asked = options("tool_loop")
    rounds, turns, sizes = SIZES[asked.size]
    report = Report("tool_loop", asked, __doc__ or "", turns=turns, rounds=rounds)
    samples: dict[tuple[int, str], list[dict[str, float]]] = {}
    with Server() as server, Clients.started(NAMES, server.url(f"loop-{turns}")) as clients:
        report.left_out = clients.left_out
        for size in sizes:
            say(f"outputs of {size} bytes")
            for number, client in clients.rounds(rounds, seldom=SLOW):
                found = parts(client, server, turns, size)
                if number >= 0:
                    samples.setdefault((size, client.name), []).append(found)
    figures = {key: {part: middle([one[part] for one in each]) for part in each[0]} for key, each in samples.items()}
    report.samples = {f"{name} {size}": each for (size, name), each in figures.items()}
    for (size, _), each in figures.items():
        each["ratio"] = each["cpu"] / figures[size, "websockets"]["cpu"]
    for size in sizes:
        show(report, size, {name: figures[size, name] for name in NAMES if (size, name) in figures})
    return report.save()


def parts(client: Client, server: Server, turns: int, size: int) -> dict[str, float]:
    """One question in milliseconds. Raises RuntimeError when it was not as many turns as it should."""
    server.tally()
    found: dict[str, Any] = client.ask(marks=True, output=size)
    told = server.tally()
    if len(found["marks"]) != turns or len(told["turns"]) != turns:
        raise RuntimeError(
            f"{client.name} made {len(found['marks'])} calls in {len(told['turns'])} turns, not {turns}."
        )
    cpu = [(after - before) * 1000 for before, after in pairwise(found["marks"])]
    return {
        "cpu": statistics.median(cpu),
        "mean": statistics.fmean(cpu),
        "growth": sum(cpu[-10:]) / sum(cpu[:10]),
        "wall": statistics.median(told["turns"]),
        "up": told["up"] / turns,
    }


def show(report: Report, size: int, figures: dict[str, dict[str, float]]) -> None:
    """The table of one size, and its targets."""
    rows = [
        (LABELS[name], *(each[part] for part in ("cpu", "mean", "wall", "ratio", "growth", "up")))
        for name, each in figures.items()
    ]
    head = ("client", "CPU, ms a turn", "mean", "wall, ms", "CPU to raw websockets", "growth", "bytes sent a turn")
    kilobytes = f"{size / 1000:g} kB"
    report.table(f"Outputs of {kilobytes}", head, rows)
    most, sdk = TARGETS[size]
    ours = figures["ours"]["cpu"]
    report.target(f"CPU of a turn, {kilobytes}", ours, "ms", most=most)
    for name, least in (("sdk", sdk), ("agents", AGENTS)):
        over = figures[name]["cpu"] / ours if name in figures else None
        report.target(f"{LABELS[name]}, over ours, {kilobytes}", over, "×", least=least)


if __name__ == "__main__":
    sys.exit(main())
