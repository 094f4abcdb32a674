"""CPU per text delta at 1,000 a second

The server sends each delta when it is due, by the clock, so a client wakes up for nearly each of them: that, and not
reading, is most of the cost. Counted is the CPU time of the whole client process over the answer; no view.

Not shown: the network; providers send many tokens in one read, which costs less; a view (below).

    python benchmarks/speed/paced.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import sys

from rig.process import Clients, Server
from rig.report import LABELS, Report, middle, options, spread

__all__ = ["main"]

NAMES = ("picows", "websockets", "ours", "sdk", "agents")
SIZES = {"full": (5, 4000), "quick": (2, 1500), "smallest": (1, 100)}
"""Rounds, and text deltas in an answer."""
RATE = 1000
"""Text deltas a second."""


def main() -> int:
    """Run as a program."""
    asked = options("paced")
    rounds, events = SIZES[asked.size]
    report = Report("paced", asked, __doc__ or "", **{"deltas": events, "a second": RATE, "rounds": rounds})
    samples: dict[str, list[float]] = {}
    with Server() as server, Clients.started(NAMES, server.url(f"pace-{events}-{RATE}")) as clients:
        report.left_out = clients.left_out
        for number, client in clients.rounds(rounds):
            cpu = client.ask()["cpu"]
            if number >= 0:
                samples.setdefault(client.name, []).append(cpu * 1e6 / events)
    report.samples = {name: spread(each) for name, each in samples.items()}
    figures = {name: middle(samples[name]) for name in NAMES if name in samples}
    rows = [
        (LABELS[name], each, each / figures["websockets"], min(samples[name]), each * RATE / 1e4)
        for name, each in figures.items()
    ]
    report.table("", ("client", "CPU, µs a delta", "to raw websockets", "least, µs", "% of a core"), rows)
    report.target("ours over raw websockets + msgspec", figures["ours"] / figures["websockets"], "×", most=0.9)
    return report.save()


if __name__ == "__main__":
    sys.exit(main())
