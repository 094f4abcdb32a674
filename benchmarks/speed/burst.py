"""CPU per text delta, 20,000 in a burst, from the socket to a readable answer

The server has encoded the answer before and sends it in one write; it is a process of its own, and so is each client.
Counted is the CPU time of the whole client process from asking to the whole text, no view; after a round in which
caches fill, the clients take turns, forwards and backwards. The openai SDK and openai-agents, which take long, are left
out of every third round. With `--compression` the connection has permessage-deflate: once as a server uses it that
sends messages under 1 kB as they are, once with every message compressed.

Not shown: the network and TLS; a view, which draws by its own clock; answers that come slowly, where waking up costs
more than reading (below).

    python benchmarks/speed/burst.py [--compression] [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from rig.process import Clients, Server, say
from rig.report import LABELS, Options, Report, middle, options, spread

__all__ = ["main"]

NAMES = ("picows", "websockets", "ours", "sdk", "sdk_http", "agents")
SLOW = ("sdk", "sdk_http", "agents")
SIZES = {"full": (10, 20_000), "quick": (3, 10_000), "smallest": (1, 300)}
"""Rounds, and text deltas in an answer."""
FLAVOURS = {"burst-{}-deflate": "messages under 1 kB as they are", "burst-{}-deflate-all": "every message compressed"}


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser("burst")
    parser.add_argument("--compression", action="store_true", help="with permessage-deflate")
    found = options("burst_deflate" if "--compression" in sys.argv else "burst", parser)
    return deflated(found) if found.given.compression else plain(found)


def measure(report: Report, mode: str, names: tuple[str, ...], asked: Options, **given: Any) -> dict[str, float]:
    """Microseconds of CPU per delta, by client; what was left out and the samples go into the report."""
    rounds, events = SIZES[asked.size]
    say(mode.format(events))
    samples: dict[str, list[float]] = {}
    with Server() as server, Clients.started(names, server.url(mode.format(events)), **given) as clients:
        report.left_out |= clients.left_out
        for number, client in clients.rounds(rounds, seldom=SLOW):
            cpu = client.ask()["cpu"]
            if number >= 0:
                samples.setdefault(client.name, []).append(cpu * 1e6 / events)
    report.samples[mode] = {name: spread(each) for name, each in samples.items()}
    return {name: middle(samples[name]) for name in names if name in samples}


def over(figures: dict[str, float], name: str) -> float | None:
    """How often ours goes into the figure of another client."""
    return figures[name] / figures["ours"] if name in figures and "ours" in figures else None


def plain(asked: Options) -> int:
    """Without compression."""
    report = Report("burst", asked, __doc__ or "", deltas=SIZES[asked.size][1], rounds=SIZES[asked.size][0])
    figures = measure(report, "burst-{}", NAMES, asked)
    base = figures["websockets"]
    rows = [(LABELS[name], each, each / base) for name, each in figures.items()]
    report.table("", ("client", "CPU, µs a delta", "to raw websockets"), rows)
    judge(report, figures)
    report.target("the OpenAI SDK's socket over ours", over(figures, "sdk"), "×", least=50)
    return report.save()


def judge(report: Report, figures: dict[str, float], where: str = "") -> None:
    """What must hold with compression and without."""
    report.target(f"CPU of a delta{where}", figures.get("ours"), "µs", most=1.5)
    report.target(f"raw websockets + msgspec over ours{where}", over(figures, "websockets"), "×", least=3)


def deflated(asked: Options) -> int:
    """With it, in both flavours."""
    doc = (__doc__ or "").replace(" from the socket to a readable answer", " on a connection with permessage-deflate")
    report = Report("burst_deflate", asked, doc, deltas=SIZES[asked.size][1], rounds=SIZES[asked.size][0])
    found = {
        said: measure(report, mode, ("websockets", "ours", "sdk"), asked, compression="deflate")
        for mode, said in FLAVOURS.items()
    }
    rows = [
        (LABELS[name], said, each, each / figures["websockets"])
        for said, figures in found.items()
        for name, each in figures.items()
    ]
    report.table("", ("client", "the server", "CPU, µs a delta", "to raw websockets"), rows)
    judge(report, found["messages under 1 kB as they are"], ", permessage-deflate")
    return report.save()


if __name__ == "__main__":
    sys.exit(main())
