"""A full garbage collection at 1,000 runs

Python looks through every object that may be part of a circle, and meanwhile everything stands still, the socket too.
The CPU time of `gc.collect()` in a process with one session of 1,000 runs of 25 calls, outputs of 0.2 kB, and before
these runs; and which objects it looks through.

Not shown: the objects of the notebook's other packages, which come on top, pandas' and plotly's among them.

    python benchmarks/speed/collection.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import collections
import gc
import os
import sys
import time

from rig.kept import asked, more
from rig.process import Server
from rig.report import Report, middle, options, spread

__all__ = ["main"]

SIZES = {"full": (9, 1000), "quick": (5, 300), "smallest": (1, 5)}
"""Rounds and runs. Fewer runs than in full are judged by their share of what comes on top."""
CALLS = 25
MOST = 90
"""Milliseconds."""
SHOWN = 12
"""Types of which the table tells."""


def main() -> int:
    """Run as a program."""
    found = options("collection")
    rounds, runs = SIZES[found.size]
    report = Report("collection", found, __doc__ or "", **{"runs": runs, "calls a run": CALLS, "rounds": rounds})
    with Server() as server:
        client = asked(server.url(f"loop-{CALLS}"), 0)
        before, at_first = collected(rounds), types()
        more(client, runs)
        after, at_last = collected(rounds), types()
    first, last = middle(before), middle(after)
    report.table(
        "",
        ("runs", "CPU of a full collection, ms", "objects"),
        [(0, first, at_first.total()), (runs, last, at_last.total())],
    )
    new = (at_last - at_first).most_common()
    rows = [(f"`{name}`", count / runs) for name, count in new[:SHOWN]]
    rows.append((f"{len(new[SHOWN:])} others", sum(count for _, count in new[SHOWN:]) / runs))
    report.table("What it looks through", ("type", "objects a run"), rows)
    report.samples = {"before": spread(before), "after": spread(after)}
    whole = first + (last - first) * SIZES["full"][1] / runs
    report.target(f"a full collection at {SIZES['full'][1]:,} runs", whole, "ms", most=MOST)
    report.save()
    sys.stdout.flush()
    os._exit(0)


def collected(rounds: int) -> list[float]:
    """Milliseconds of CPU of full collections, when there is nothing left to free."""
    gc.collect()
    spent = []
    for _ in range(rounds):
        before = time.process_time()
        gc.collect()
        spent.append((time.process_time() - before) * 1000)
    return spent


def types() -> collections.Counter[str]:
    """How many objects of each type the collector knows."""
    return collections.Counter(f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.get_objects())


if __name__ == "__main__":
    sys.exit(main())
