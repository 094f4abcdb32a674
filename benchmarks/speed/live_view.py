"""1,000 tokens a second into the live view: the kernel's CPU, all in

A `%%responses` cell with its live view in a real kernel, on a page that draws runs itself, as JupyterLab's with the
extension: it is played by this program, which says hello, asks for the run and reads all that comes. Counted is the CPU
time of the whole kernel process from the cell's beginning to its end: socket, run, view, messages, the forms that are
saved. Beside it the same cell with `--view none`, and the clients that only read, in processes of their own; they take
turns.

Not shown: the page's own work (benchmarks/streaming.py has it, in JupyterLab in Chromium); widgets, where the extension
is missing; several views at once.

    python benchmarks/speed/live_view.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import sys

from rig.kernel import Kernel
from rig.process import Clients, Server
from rig.report import LABELS, Report, middle, options, spread

__all__ = ["main"]

SIZES = {"full": (4, 6000), "quick": (1, 4000), "smallest": (1, 150)}
"""Rounds, and tokens in an answer."""
RATE = 1000
"""Tokens a second."""
OTHERS = ("websockets", "ours")
SETUP = """
%load_ext ws_notebook
import ws_notebook as wsn
session = wsn.Session(provider={url!r}, profile="openai", api_key="none", model="demo")
"""
CELL = "%%responses -s session --new --view {view} -o _run\nGo."
VIEWS = ("live", "none")
MOST_OVER, MOST_SHARE = 1.5, 12
"""Over the raw client without a view, and percent of a core."""


def main() -> int:
    """Run as a program."""
    asked = options("live_view")
    rounds, tokens = SIZES[asked.size]
    report = Report("live_view", asked, __doc__ or "", **{"tokens": tokens, "a second": RATE, "rounds": rounds})
    samples: dict[str, list[float]] = {}
    with Server() as server, Kernel() as kernel:
        url = server.url(f"pace-{tokens}-{RATE}")
        kernel.execute(SETUP.format(url=server.url(f"pace-100-{RATE}")))
        in_kernel(kernel, "live", 0, 100)
        kernel.open_page()
        in_kernel(kernel, "live", 1, 100)
        kernel.execute(SETUP.format(url=url))
        with Clients.started(OTHERS, url) as clients:
            for number, client in clients.rounds(rounds, dropped=0):
                samples.setdefault(client.name, []).append(client.ask()["cpu"] * RATE / tokens * 100)
                view = VIEWS[clients.there.index(client)]
                samples.setdefault(view, []).append(in_kernel(kernel, view, number, tokens))
        if not kernel.shown:
            raise RuntimeError("No view was followed.")
    show(report, samples)
    return report.save()


def in_kernel(kernel: Kernel, view: str, number: int, tokens: int) -> float:
    """Percent of a core that one answer takes, with this view. Raises RuntimeError where not all of it came."""
    before = kernel.cpu()
    kernel.execute(CELL.format(view=view), cell=f"cell-{view}-{number}")
    spent = kernel.cpu() - before
    told = int(kernel.execute("print(_run.turns[0].events)"))
    if told < tokens:
        raise RuntimeError(f"{told} events came, not {tokens}.")
    return spent * RATE / tokens * 100


def show(report: Report, samples: dict[str, list[float]]) -> None:
    """The table, and what must hold."""
    figures = {name: middle(each) for name, each in samples.items()}
    named = {"live": "**ws-notebook** in a kernel, live view", "none": "**ws-notebook** in a kernel, `--view none`"}
    rows = [
        (named.get(name, f"{LABELS.get(name)}, no view"), each, each / figures["websockets"])
        for name, each in ((name, figures[name]) for name in (*VIEWS, *OTHERS))
    ]
    report.table("", ("client", "CPU, % of a core", "to raw websockets"), rows)
    report.samples = {name: spread(each) for name, each in samples.items()}
    over = figures["live"] / figures["websockets"]
    report.target("with the live view, over raw websockets without one", over, "×", most=MOST_OVER)
    report.target("the kernel's CPU", figures["live"], "% of a core", most=MOST_SHARE)


if __name__ == "__main__":
    sys.exit(main())
