"""The main thread spins: what it adds until an observer knows of a token

1,000 tokens a second, each the moment at which the server sent it, by the one clock of the machine, while the main
thread runs pure Python without a pause, with the interpreter's usual switch interval of 5 ms. An observer of the run,
on the session's loop, says how old a token is; the raw client and the SDK, which read in a thread of their own,
say it where they append the text. The first tenth of each answer is left out. Idle: the main thread sleeps instead.

Not shown: functions in C that hold the interpreter's lock, which stop everybody alike; the page, which draws 25 times a
second.

    python benchmarks/speed/busy_thread.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from rig.process import Child, Server, say
from rig.report import LABELS, Report, middle, options, spread

__all__ = ["main"]

SIZES = {"full": (5, 3000), "quick": (2, 1500), "smallest": (1, 150)}
"""Rounds, and tokens in an answer."""
RATE = 1000
"""Tokens a second."""
NAMES = ("websockets", "ours", "sdk")
MOST = 1.1
Note = Callable[[str], None]


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser("busy_thread")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    asked = options("busy_thread", parser)
    if asked.given.child:
        print(json.dumps(child(*asked.given.child)), flush=True)
        os._exit(0)
    rounds, tokens = SIZES[asked.size]
    report = Report("busy_thread", asked, __doc__ or "", **{"tokens": tokens, "a second": RATE, "rounds": rounds})
    samples: dict[tuple[str, str], list[dict[str, float]]] = {}
    with Server() as server:
        url = server.url(f"clock-{tokens}-{RATE}")
        for number in range(rounds):
            say(f"  round {number + 1} of {rounds}")
            for kind in ("idle", "spinning"):
                for name in NAMES if number % 2 else reversed(NAMES):
                    with Child(sys.executable, "-m", "busy_thread", "--child", name, url, kind) as running:
                        samples.setdefault((name, kind), []).append(json.loads(running.line()))
    figures = {key: {at: middle([one[at] for one in each]) for at in each[0]} for key, each in samples.items()}
    rows = [
        (LABELS[name], *(figures[name, kind][at] for kind in ("idle", "spinning") for at in ("p50", "p99")))
        for name in NAMES
    ]
    head = ("client", "idle, ms: median", "99th percentile", "spinning, ms: median", "99th percentile")
    report.table("", head, rows)
    report.samples = {f"{name} {kind}": spread([one["p99"] for one in each]) for (name, kind), each in samples.items()}
    over = figures["ours", "spinning"]["p99"] / figures["websockets", "spinning"]["p99"]
    report.target("99th percentile while the main thread spins, over raw websockets", over, "×", most=MOST)
    return report.save()


def child(name: str, url: str, kind: str) -> dict[str, float]:
    """One answer, read beside the main thread: its lags in milliseconds."""
    lags: list[float] = []
    done = threading.Event()

    def note(text: str) -> None:
        now = time.monotonic()
        lags.extend(now - float(each) for each in text.split())

    def work() -> None:
        READERS[name](url, note)
        done.set()

    threading.Thread(target=work, daemon=True).start()
    if kind == "spinning":
        spin(done)
    done.wait()
    later = sorted(lags[len(lags) // 10 :])
    return {"p50": statistics.median(later) * 1000, "p99": later[int(len(later) * 0.99)] * 1000}


def spin(done: threading.Event) -> int:
    """Run Python until then."""
    count = 0
    while not done.is_set():
        for n in range(2000):
            count += n * n % 7
    return count


def read_websockets(url: str, note: Note) -> None:
    """The raw client, told of each text as it appends it."""
    from rig.raw import Websockets
    from rig.tool import Lookup

    class Told(list[str]):
        def append(self, text: str) -> None:
            note(text)

    client = Websockets(url, Lookup())
    client.open()
    client.runner.run(client.asked(Told()))


def read_ours(url: str, note: Note) -> None:
    """An observer of the run."""
    from rig.ours import Ours
    from rig.tool import Lookup

    from ws_notebook import TextAppended

    def observe(_: Any, change: Any) -> None:
        if isinstance(change, TextAppended):
            note(change.text)

    client = Ours(url, Lookup())
    client.open()
    client.session.start("go", parent=None, watch=lambda run: observe).result()


def read_sdk(url: str, note: Note) -> None:
    """The SDK's events."""
    from rig.sdk import Socket
    from rig.tool import Lookup

    client = Socket(url, Lookup(), told=note)
    client.open()
    client.ask()


READERS = {"websockets": read_websockets, "ours": read_ours, "sdk": read_sdk}

if __name__ == "__main__":
    sys.exit(main())
