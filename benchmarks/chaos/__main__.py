"""Does every run end, is every tool called once, is all text kept, whatever breaks?

So many runs with up to 20 tool calls each, drawn from a seed, against servers that drop, stall, close, refuse, forget,
grow old and are killed; the same plan with the `openai` SDK's connection and its example's tool loop. Exits 1 when a
promise of ws_notebook is broken.

    python benchmarks/chaos [--seed N] [--runs N] [--no-rivals] [--json FILE]
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import platform
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ours import Ours
from plan import Chunk, make_plan
from tally import comparison, summary

from ws_notebook import __version__

if TYPE_CHECKING:
    from rival import Rival

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parents[1] / "results" / "chaos.json"
RUNS = 500
SEED = 20261121
PATIENCE = 5.0
"""Seconds after which a run counts as hung: the plan's longest wait is 0.3 s, and a restart takes about one."""
STUCK = 120.0
"""Seconds after which a case that does not even time out ends the program."""


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=SEED, help="what is drawn (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=RUNS, help="how many (default: %(default)s)")
    parser.add_argument("--only", type=int, metavar="CHUNK", help="only this chunk of the plan (each has 50 runs)")
    parser.add_argument("--no-rivals", action="store_true", help="without the comparison")
    parser.add_argument("--json", type=Path, help="where the result goes; with no option at all, to benchmarks/results")
    options = parser.parse_args()
    if sys.argv[1:] == []:
        options.json = RESULTS
    plan = [chunk for chunk in make_plan(options.seed, options.runs) if options.only in (None, chunk.number)]
    print(f"chaos: --seed {options.seed} --runs {options.runs}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        ours = _ours(plan, Path(folder))
        rivals = [] if options.no_rivals else _rivals(plan, Path(folder))
    results = {"ws_notebook": ours.tally.result()}
    results |= {rival.tally.name: rival.tally.result() for rival in rivals}
    _tell(results, options, time.monotonic() - began)
    return 1 if ours.tally.broken or results["ws_notebook"]["tools_executed_twice"] else 0


def _ours(plan: list[Chunk], folder: Path) -> Ours:
    """The plan in this thread. A case that neither ends nor times out ends the program, with every thread's stack."""
    ours = Ours(PATIENCE)
    for chunk in plan:
        watchdog = threading.Timer(STUCK, lambda: print(f"stuck: {ours.now}", file=sys.stderr, flush=True))
        watchdog.daemon = True
        watchdog.start()
        faulthandler.dump_traceback_later(STUCK + 1, exit=True)
        ours.run(chunk, folder)
        watchdog.cancel()
        faulthandler.cancel_dump_traceback_later()
    return ours


def _rivals(plan: list[Chunk], folder: Path) -> list[Rival]:
    """The plan with every rival, in a thread each: more at a time would have limits strike them more often."""
    from rival import Rival

    rivals = [
        Rival("openai SDK, on_reconnecting", PATIENCE, reconnects=True),
        Rival("openai SDK, plain", PATIENCE, reconnects=False),
    ]

    def run(rival: Rival) -> None:
        for chunk in plan:
            rival.run(chunk, folder)

    with ThreadPoolExecutor(len(rivals)) as pool:
        for done in [pool.submit(run, rival) for rival in rivals]:
            done.result()
    return rivals


def _tell(results: dict[str, dict[str, Any]], options: argparse.Namespace, seconds: float) -> None:
    print(summary(results), "", comparison(results), sep="\n")
    for line in results["ws_notebook"]["must_not_happen"]:
        print(f"BROKEN {line}")
    print(f"{seconds:.0f} s")
    found = {
        "question": "does every run end, is every tool called once, is all text kept, whatever breaks?",
        "seed": options.seed,
        "runs": options.runs,
        "patience_seconds": PATIENCE,
        "seconds": round(seconds),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {
            "python": platform.python_version(),
            "ws-notebook": __version__,
            **_versions("openai", "websockets"),
        },
        "results": results,
    }
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def _versions(*names: str) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    sys.exit(main())
