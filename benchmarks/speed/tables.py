"""`session.turns` at 1,000 runs of 25 turns

The CPU time of making the DataFrame anew, with one run more each time, so that nothing can be kept from the last;
pandas is loaded before. The two other tables stand beside it.

Not shown: showing the table; the import of pandas, which the first table of a process pays.

    python benchmarks/speed/tables.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from rig.kept import asked
from rig.process import Server
from rig.report import Report, middle, options, spread

__all__ = ["main"]

SIZES = {"full": (7, 1000), "quick": (3, 500), "smallest": (1, 5)}
"""Rounds and runs. Fewer runs than in full are judged by their share of the rows."""
TURNS = 25
MOST = 100
"""Milliseconds."""
TABLES: dict[str, Callable[[Any], Any]] = {
    "turns": lambda session: session.turns,
    "tool_calls": lambda session: session.tool_calls,
    "frames": lambda session: session.frames,
}


def main() -> int:
    """Run as a program."""
    found = options("tables")
    rounds, runs = SIZES[found.size]
    report = Report("tables", found, __doc__ or "", **{"runs": runs, "turns a run": TURNS, "rounds": rounds})
    samples: dict[str, list[float]] = {name: [] for name in TABLES}
    lengths: dict[str, int] = {}
    with Server() as server:
        client = asked(server.url(f"loop-{TURNS - 1}"), 0)
        for table in TABLES.values():
            table(client.session)
        client = asked(server.url(f"loop-{TURNS - 1}"), runs)
        for _ in range(rounds):
            client.ask()
            for name, table in TABLES.items():
                before = time.process_time()
                lengths[name] = len(table(client.session))
                samples[name].append((time.process_time() - before) * 1000)
    figures = {name: middle(each) for name, each in samples.items()}
    rows = [(f"`session.{name}`", lengths[name], each, each * 1000 / lengths[name]) for name, each in figures.items()]
    report.table("", ("table", "rows", "CPU, ms", "µs a row"), rows)
    report.samples = {name: spread(each) for name, each in samples.items()}
    whole = figures["turns"] * SIZES["full"][1] / runs
    report.target(
        f"`session.turns`{'' if runs == 1000 else f', of {runs} runs, times {1000 // runs}'}", whole, "ms", most=MOST
    )
    report.save()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
