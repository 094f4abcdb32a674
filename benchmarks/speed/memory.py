"""Memory kept per run of 25 calls

Runs of one session, outputs of 4 kB and of 0.2 kB, beside the JSON of their items: what a request with the full
context would hold. Kept is what Python has allocated since, by tracemalloc, after a collection and without the log of
the newest frames, which has a bound of its own (64 MB); in a process without tracemalloc, what the process grew by.
What it is made of is found by walking from the package's objects: the size of everything counts for the field below
which it hangs.

Not shown: DataFrames and views, which are made when they are asked for; what the allocator holds besides; other
clients, which keep nothing.

    python benchmarks/speed/memory.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tracemalloc
from typing import Any

import psutil
from rig.kept import asked, clear_log, fields_of, more, tracked
from rig.process import Child, Server, say
from rig.report import Report, options

__all__ = ["main"]

SIZES = {"full": (200, (4000, 200)), "quick": (60, (4000, 200)), "smallest": (5, (200,))}
"""Runs, and the bytes of an output."""
CALLS = 25
TARGETS = {4000: 1.3, 200: 6.0}
"""Kept bytes over those of the items as JSON, at most, by the bytes of an output."""
SHOWN = 18
"""Fields of which the table tells."""


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser("memory")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    found = options("memory", parser)
    if found.given.child:
        url, output, runs, how = found.given.child
        print(json.dumps((traced if how == "traced" else resident)(url, int(output), int(runs))), flush=True)
        os._exit(0)
    runs, outputs = SIZES[found.size]
    report = Report("memory", found, __doc__ or "", **{"runs": runs, "calls a run": CALLS})
    rows, parts = [], {}
    with Server() as server:
        url = server.url(f"loop-{CALLS}")
        for output in outputs:
            figures: dict[str, Any] = {}
            for how in ("traced", "resident"):
                say(f"outputs of {output} bytes, {how}")
                with Child(sys.executable, "-m", "memory", "--child", url, str(output), str(runs), how) as child:
                    figures |= json.loads(child.line())
            kilobytes = f"{output / 1000:g} kB"
            ratio = figures["kept"] / figures["items"]
            rows.append(
                [kilobytes, *(figures[key] / 1000 for key in ("items", "kept")), ratio, figures["grown"] / 1000]
            )
            parts[kilobytes] = figures
            report.target(f"kept over the items as JSON, outputs of {kilobytes}", ratio, "×", most=TARGETS[output])
    head = ("outputs", "items as JSON, kB a run", "kept, kB a run", "ratio", "the process grew, kB a run")
    report.table("", head, rows)
    for kilobytes, figures in parts.items():
        show(report, kilobytes, figures)
    return report.save()


def show(report: Report, kilobytes: str, figures: dict[str, Any]) -> None:
    """What the memory is made of."""
    fields = sorted(figures["fields"].items(), key=lambda each: -each[1])
    kept, walked = figures["kept"], sum(figures["fields"].values())
    rows = [(f"`{name}`", size, f"{size / kept:.0%}") for name, size in fields[:SHOWN]]
    rest = sum(size for _, size in fields[SHOWN:])
    rows.append((f"{len(fields[SHOWN:])} others", rest, f"{rest / kept:.0%}"))
    rows.append(("not found by walking", kept - walked, f"{(kept - walked) / kept:.0%}"))
    rows.append(("besides: frames in the log", figures["log"], ""))
    rows.append(("besides: what the log takes beyond their bytes", figures["log_beyond"], ""))
    report.table(f"What is kept, outputs of {kilobytes}", ("field", "bytes a run", "share"), rows)


def traced(url: str, output: int, runs: int) -> dict[str, Any]:
    """Bytes a run by tracemalloc and by field."""
    client = asked(url, 0, output=output)
    gc.collect()
    held = tracked()
    known = set(map(id, held))
    tracemalloc.start(1)
    more(client, runs)
    held.clear()  # it holds the log's old records as well
    gc.collect()
    with_log = tracemalloc.get_traced_memory()[0]
    log = clear_log()
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    fields = fields_of(known)
    items = [item for run in client.session.runs[-runs:] for item in run.items]
    return {
        "kept": kept / runs,
        "log": log / runs,
        "log_beyond": (with_log - kept - log) / runs,
        "items": sum(len(json.dumps(each, separators=(",", ":"))) + 1 for each in items) / runs,
        "fields": {name: size / runs for name, size in fields.items() if size},
    }


def resident(url: str, output: int, runs: int) -> dict[str, Any]:
    """Bytes a run by which the process grew, log left out."""
    client = asked(url, 0, output=output)
    clear_log()
    gc.collect()
    before = psutil.Process().memory_info().rss
    for _ in range(runs):
        client.ask()
        clear_log()
    gc.collect()
    return {"grown": (psutil.Process().memory_info().rss - before) / runs}


if __name__ == "__main__":
    sys.exit(main())
