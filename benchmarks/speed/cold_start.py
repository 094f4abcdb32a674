"""The first question of a cold process, beyond Python

A new process imports a client, connects, asks one question that calls a function once, reads the answer and ends.
Counted is its CPU time, user and system, by the kernel's account of it; what a Python that does nothing takes is
taken off. The processes take turns; the first round, in which byte code is written and the disk's cache fills, is
dropped.

Not shown: a disk that has to be read first; `%load_ext` in IPython (benchmarks/load_ext.py); the time to connect over
a network.

    python benchmarks/speed/cold_start.py [--size full|quick|smallest] [--json FILE]
"""

from __future__ import annotations

import subprocess
import sys

from rig.process import Server, environment, python_of, say
from rig.report import LABELS, Report, middle, options, spread

__all__ = ["main"]

SIZES = {"full": 11, "quick": 3, "smallest": 1}
"""Rounds."""
ASK = """
from rig.client import load
from rig.tool import Lookup
client = load({name!r}, {url!r}, Lookup())
client.open()
client.ask()
"""
NAMES = ("websockets", "ours", "sdk", "agents")
CASES = {
    "nothing": "pass",
    "import": "import ws_notebook",
    "session": "import ws_notebook; ws_notebook.Session(provider={url!r}, profile='openai', api_key='none')",
    **{name: ASK.replace("{name!r}", repr(name)) for name in NAMES},
}
SAID = {"import": "`import ws_notebook`", "session": "… and `Session()`", "ours": "**ws-notebook**, first question"}
MOST = 160
"""Milliseconds."""


def main() -> int:
    """Run as a program."""
    asked = options("cold_start")
    rounds = SIZES[asked.size]
    report = Report("cold_start", asked, __doc__ or "", rounds=rounds)
    cases = {name: code for name, code in CASES.items() if python_of(name)}
    if "agents" not in cases:
        report.left_out = {"agents": "`make bench` installs it, into an environment of its own"}
        say(f"  LEFT OUT: agents: {report.left_out['agents']}")
    samples: dict[str, list[float]] = {name: [] for name in cases}
    with Server() as server:
        for number in range(-1, rounds):
            say(f"  round {number + 1} of {rounds}" if number >= 0 else "  caches fill")
            for name, code in cases.items():
                spent = cold(python_of(name) or "", code.format(url=server.url("loop-1")))
                if number >= 0:
                    samples[name].append(spent)
    floor = middle(samples["nothing"])
    beyond = {name: middle(each) - floor for name, each in samples.items()}
    rows = [
        (SAID.get(name) or f"{LABELS[name]}, first question", each, each / beyond["websockets"])
        for name, each in beyond.items()
        if name != "nothing"
    ]
    report.table("", ("process", f"CPU, ms beyond Python's {floor:.0f}", "to raw websockets"), rows)
    report.samples = {name: spread(each) for name, each in samples.items()}
    report.target("the first question", beyond["ours"], "ms", most=MOST)
    return report.save()


def cold(python: str, code: str) -> float:
    """Milliseconds of CPU of a process of its own. Raises CalledProcessError when it fails."""
    before = spent_by_children()
    ending = "\nimport os; os._exit(0)"
    subprocess.run([python, "-c", code + ending], env=environment(), stdout=subprocess.DEVNULL, check=True)
    return (spent_by_children() - before) * 1000


def spent_by_children() -> float:
    """CPU seconds of all processes that were started here and have ended."""
    if sys.platform == "win32":
        raise RuntimeError("Windows does not count what a process's children take.")
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
