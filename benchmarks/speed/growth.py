"""Growth: over 500 turns of a run, and over 1,000 runs of a session

A client that keeps what it was told must not become slower by it. First 500 turns of one tool loop with outputs of
0.2 kB: the CPU time of the last fifty turns over that of the first fifty, of the whole client process. Then 1,000
runs of 25 calls in one session, each continuing the one before: the last hundred runs over the first hundred, after
twenty more in which caches fill. Medians of a turn and of a run; the means, which have the pauses of the garbage
collector in them, stand beside. Only ws-notebook has the second: the others keep no session.

Not shown: what such a session keeps in memory (below); views of the runs; more than one chain.

    python benchmarks/speed/growth.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import statistics
import sys
from itertools import pairwise

from rig.process import Client, Clients, Server, say
from rig.report import LABELS, Report, middle, options, spread

__all__ = ["main"]

NAMES = ("websockets", "ours", "sdk", "agents")
SLOW = ("sdk", "agents")
SIZES = {"full": (5, 500, 3, 1000), "quick": (2, 200, 1, 200), "smallest": (1, 60, 1, 8)}
"""Rounds and turns of a run, rounds and runs of a session."""
CALLS = 25
MOST = 1.05
Ends = tuple[float, float, float, float]
"""Milliseconds at the beginning and at the end: medians, and means."""


def main() -> int:
    """Run as a program."""
    asked = options("growth")
    rounds, turns, sessions, runs = SIZES[asked.size]
    report = Report("growth", asked, __doc__ or "", turns=turns, rounds=rounds, runs=runs, sessions=sessions)
    with Server() as server:
        found = of_turns(report, server, rounds, turns)
        show(report, f"Over {turns} turns", "CPU, ms a turn", found)
        report.target(f"the last turns of {turns} over the first", growth(found["ours"]), "×", most=MOST)
        found = {"ours": [of_runs(server, runs, number) for number in range(sessions)]}
        show(report, f"Over {runs} runs of {CALLS} calls", "CPU, ms a run", found)
        report.target(f"the last runs of {runs} over the first", growth(found["ours"]), "×", most=MOST)
    return report.save()


def of_turns(report: Report, server: Server, rounds: int, turns: int) -> dict[str, list[Ends]]:
    """Each question of each client."""
    found: dict[str, list[Ends]] = {}
    with Clients.started(NAMES, server.url(f"loop-{turns}")) as clients:
        report.left_out = clients.left_out
        for number, client in clients.rounds(rounds, seldom=SLOW):
            marks = client.ask(marks=True)["marks"]
            if number >= 0:
                cpu = [(after - before) * 1000 for before, after in pairwise(marks)]
                found.setdefault(client.name, []).append(ends(cpu, turns // 10))
    return {name: found[name] for name in NAMES if name in found}


def of_runs(server: Server, runs: int, number: int) -> Ends:
    """One session in a process of its own."""
    with Client("ours", server.url(f"loop-{CALLS}"), chained=True) as client:
        for _ in range(min(20, runs)):
            client.ask(as_it_is=True)
        cpu = []
        for done in range(runs):
            if done % 250 == 0:
                say(f"  session {number + 1}: {done} of {runs} runs")
            cpu.append(client.ask(as_it_is=True)["cpu"] * 1000)
    return ends(cpu, max(1, runs // 10))


def ends(cpu: list[float], count: int) -> Ends:
    """Of so many samples at either end."""
    first, last = cpu[:count], cpu[-count:]
    return statistics.median(first), statistics.median(last), statistics.fmean(first), statistics.fmean(last)


def growth(found: list[Ends]) -> float:
    """The median of all."""
    return middle([last / first for first, last, *_ in found])


def show(report: Report, caption: str, unit: str, found: dict[str, list[Ends]]) -> None:
    """A row for each client."""
    rows = []
    for name, each in found.items():
        first, last, *_ = (middle([one[at] for one in each]) for at in range(4))
        means = middle([one[3] / one[2] for one in each])
        rows.append((LABELS[name], first, last, growth(each), means))
        report.samples[f"{caption}: {name}"] = spread([one[1] / one[0] for one in each])
    report.table(caption, ("client", f"{unit}, at first", "at last", "growth", "growth of the mean"), rows)


if __name__ == "__main__":
    sys.exit(main())
