"""Bytes sent: 25 calls with outputs of 4 kB

All that goes over the connection to the server counts: upgrade, headers, masks. The outputs are rows of a table as
JSON, the same text each time, and random words, which compress worst. "Less" is against HTTP with the full context in
each request, by ws-notebook's own; the ceiling is what remains when each output is sent once and nothing else at all.
With permessage-deflate both sides keep their windows from message to message. CPU is that of the client's process a
turn, on a connection that has been used before.

Not shown: TLS, which adds some to each message; other sizes of the context: with much instruction text and many
tools, which every request of a turn repeats, the socket alone saves less, and deflate more.

    python benchmarks/speed/bytes_sent.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import sys
from typing import Any

from rig.process import Client, Server, say
from rig.report import LABELS, Report, middle, options
from rig.tool import KINDS

__all__ = ["main"]

SIZES = {"full": (5, 25, 4000, KINDS), "quick": (1, 25, 4000, KINDS), "smallest": (1, 3, 4000, ("rows",))}
"""Rounds, calls, the bytes of an output, and what the outputs are."""
CLIENTS: dict[str, dict[str, Any]] = {
    "ours_http": {},
    "sdk_http": {},
    "sdk": {},
    "ours": {},
    "websockets": {"compression": "deflate"},
    "ours, deflate": {"compression": "deflate"},
}
SAID = {"rows": "rows of a table as JSON", "same": "the same text each time", "words": "random words"}
DEFLATED = 0.986
"""The share less that a table's rows must come to."""


def main() -> int:
    """Run as a program."""
    asked = options("bytes_sent")
    rounds, calls, size, kinds = SIZES[asked.size]
    report = Report("bytes_sent", asked, __doc__ or "", **{"calls": calls, "bytes an output": size, "rounds": rounds})
    # Each request of the full context holds the outputs before it again.
    ceiling = 1 - calls / (calls * (calls + 1) / 2)
    found = {}
    with Server() as server:
        for kind in kinds:
            say(SAID[kind])
            found[kind] = {
                name: each
                for name in CLIENTS
                if (each := of(report, server, name, kind=kind, rounds=rounds, calls=calls, size=size))
            }
    for kind, figures in found.items():
        show(report, kind, figures, ceiling)
    report.samples = found
    judge(report, found)
    return report.save()


def of(
    report: Report, server: Server, name: str, *, kind: str, rounds: int, calls: int, size: int
) -> dict[str, float] | None:
    """Bytes of the first question, with the upgrade, and milliseconds of CPU a turn of the next ones."""
    given = CLIENTS[name]
    mode = f"loop-{calls}-deflate" if given.get("compression") else f"loop-{calls}"
    server.tally()
    with Client(name.partition(",")[0], server.url(mode), output=size, kind=kind, **given) as client:
        if client.unavailable:
            report.left_out[name] = client.unavailable
            say(f"  LEFT OUT: {name}: {client.unavailable}")
            return None
        client.ask()
        told = server.tally()
        cpu = [client.ask()["cpu"] * 1000 / (calls + 1) for _ in range(rounds)]
    return {"up": told["up"], "down": told["down"], "cpu": middle(cpu)}


def less(figures: dict[str, dict[str, float]], name: str) -> float | None:
    """The share less than the full context over HTTP."""
    return 1 - figures[name]["up"] / figures["ours_http"]["up"] if name in figures else None


def show(report: Report, kind: str, figures: dict[str, dict[str, float]], ceiling: float) -> None:
    """The table of one kind of output."""
    rows: list[tuple[Any, ...]] = [
        (label(name), each["up"], f"{less(figures, name) or 0:.1%}", each["down"], each["cpu"])
        for name, each in figures.items()
    ]
    rows.append(("the ceiling without compression", None, f"{ceiling:.1%}", None, None))
    head = ("client", "bytes sent", "less", "bytes received", "CPU, ms a turn")
    report.table(f"Outputs: {SAID[kind]}", head, rows)


def label(name: str) -> str:
    """What a row is called."""
    base, _, _ = name.partition(",")
    return f"{LABELS[base]}, permessage-deflate" if CLIENTS[name].get("compression") else LABELS[base]


def judge(report: Report, found: dict[str, dict[str, dict[str, float]]]) -> None:
    """As few as the SDK's socket, and far fewer with deflate."""
    for kind, figures in found.items():
        over = figures["ours"]["up"] / figures["sdk"]["up"] if "sdk" in figures else None
        report.target(f"bytes sent over the SDK's socket, {SAID[kind]}", over, "×", most=1)
    share = less(found["rows"], "ours, deflate")
    report.target(
        "less with deflate, rows of a table", None if share is None else share * 100, "%", least=DEFLATED * 100
    )


if __name__ == "__main__":
    sys.exit(main())
