"""Write the tables of docs/reliability.md from the last `make chaos`; tests/test_reliability.py says when it is due."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
RESULTS = ROOT / "benchmarks" / "results" / "chaos.json"
BEGIN, END = "<!-- from benchmarks/results/chaos.json -->\n", "<!-- end -->"

COUNTS = (
    ("questions", ("runs",)),
    ("… answered", ("outcomes", "completed")),
    ("… stopped, as asked", ("outcomes", "stopped")),
    ("… ended with an error", ("outcomes", "error")),
    ("… waited for what never comes", ("outcomes", "hung")),
    ("functions executed", ("tools_executed",)),
    ("… of them twice for one call", ("tools_executed_twice",)),
    ("answers with text lost, doubled or changed", ("text_lost_or_changed",)),
    ("after a fault, the next question: answered", ("next_question_answered",)),
    ("… not answered", ("next_question_failed",)),
    ("… waited for what never comes", ("next_question_hung",)),
    ("… answered without knowing what was said before", ("next_question_without_the_history",)),
    ("requests sent once more after an error that proves that nothing had begun", ("requests_sent_again",)),
    ("requests sent once more otherwise", ("sent_twice",)),
    ("connections left for their age, between two turns", ("left_for_age",)),
)
"""What the first table shows of a result, and where it stands there; what is not there never happened."""

NOT_COUNTED = frozenset({"requests_sent_again", "sent_twice", "left_for_age"})
"""Counted for this package alone: in the SDK's loop there is nothing that could do it."""

OUTCOMES = ("completed", "stopped", "error", "hung")


def main() -> int:
    """Bring the page up to date."""
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
    return 0


def page(text: str, found: Mapping[str, Any]) -> str:
    """*text* with the part between the marks written anew from a result."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{tables(found)}\n{END}{after}"


def tables(found: Mapping[str, Any]) -> str:
    """How it was run, all counts, and what became of the questions by fault."""
    results: Mapping[str, Mapping[str, Any]] = found["results"]
    versions = found["versions"]
    names = [name.replace("ws_notebook", "ws-notebook") for name in results]
    families = sorted({family for result in results.values() for family in result["by_fault"]})
    ours = results["ws_notebook"]
    return "\n".join(
        [
            f"{found['runs']} questions from seed {found['seed']}, {ours['faults_struck']} faults that struck and "
            f"{ours['server_kills']} servers killed; ws-notebook {versions['ws-notebook']}, openai "
            f"{versions['openai']}, websockets {versions['websockets']}, Python {versions['python']}, "
            f"{found['machine']['system']} on {found['machine']['cores']} cores; {found['seconds']} s.\n",
            _table(("", *names), (_count(label, path, results) for label, path in COUNTS)),
            "\nWhat a fault does to a question that is asked alone: answered · stopped · error · waiting for what "
            "never comes.\n",
            _table(("fault", *names), (_family(family, results) for family in families)),
            "\nWhat ws-notebook recovered, by the words of the `recovered` column:\n",
            _table(("`recovered`", "turns"), ((f"`{name}`", str(n)) for name, n in ours["recovered_turns"].items())),
            "",
        ]
    )


def _count(label: str, path: Sequence[str], results: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    cells = []
    for name, result in results.items():
        value: Any = result
        for key in path:
            value = value.get(key, 0)
        cells.append("" if name != "ws_notebook" and path[0] in NOT_COUNTED else f"{value:,}")
    return label, *cells


def _family(family: str, results: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    counts = [result["by_fault"].get(family, {}) for result in results.values()]
    return family, *(" · ".join(str(each.get(outcome, 0)) for outcome in OUTCOMES) for each in counts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |") for cells in lines)


if __name__ == "__main__":
    sys.exit(main())
