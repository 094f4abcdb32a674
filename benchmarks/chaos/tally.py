"""What is counted for each rival, and the tables of it."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from typing import Any

from plan import Case, Question

__all__ = ["Ledger", "Tally", "comparison", "quotes", "summary"]


class Ledger:
    """How often the function was called with each argument; every argument belongs to one call. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.executed: Counter[int] = Counter()

    def note(self, n: int) -> str:
        """Count a call and give its output."""
        with self._lock:
            self.executed[n] += 1
        return f"ok {n}"


class Tally:
    """The counts of one rival. Notes come from one thread at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ledger = Ledger()
        self.outcomes: Counter[str] = Counter()
        """completed, stopped, error, hung."""
        self.by_fault: dict[str, Counter[str]] = defaultdict(Counter)
        """The same by family, of questions that were asked alone: what a fault does to one run."""
        self.errors: Counter[str] = Counter()
        self.recovered: Counter[str] = Counter()
        self.numbers: Counter[str] = Counter()
        self.broken: list[str] = []
        """What must not happen, in words, with where."""
        self._lock = threading.Lock()

    def add(self, **numbers: int) -> None:
        """Add to counts."""
        with self._lock:
            self.numbers.update(numbers)

    def breach(self, count: str, words: str) -> None:
        """Something that must not happen."""
        with self._lock:
            self.numbers[count] += 1
            self.broken.append(f"{count}: {words}")

    def ended(self, case: Case, outcome: str, where: str, question: Question, text: str) -> None:
        """A run has ended: is its text what was sent?"""
        with self._lock:
            self.numbers["runs"] += 1
            self.outcomes[outcome] += 1
            if len(case.questions) == 1:
                self.by_fault[case.family][outcome] += 1
        whole = text == question.text if outcome == "completed" else question.text.startswith(text)
        if not whole:
            self.breach("text_lost_or_changed", f"{where}: {outcome} with {text!r} of {question.text!r}")
        if outcome == "completed":
            self._check_calls(where, question)

    def _check_calls(self, where: str, question: Question) -> None:
        counts = {n: self.ledger.executed[n] for n in question.calls}
        if any(count != 1 for count in counts.values()):
            wrong = {n: count for n, count in counts.items() if count != 1}
            self.breach("tools_not_executed_once", f"{where}: completed, calls executed {wrong}")

    def result(self) -> dict[str, Any]:
        """Everything, for JSON."""
        executed = self.ledger.executed
        return {
            "runs": self.numbers["runs"],
            "outcomes": {name: self.outcomes[name] for name in ("completed", "stopped", "error", "hung")},
            "recovered_turns": dict(sorted(self.recovered.items())),
            "errors": dict(sorted(self.errors.items())),
            "tools_executed": sum(executed.values()),
            "tools_executed_twice": sum(count > 1 for count in executed.values()),
            "text_lost_or_changed": self.numbers["text_lost_or_changed"],
            **{
                name: count
                for name, count in sorted(self.numbers.items())
                if name not in ("runs", "text_lost_or_changed")
            },
            "by_fault": {name: dict(counts) for name, counts in sorted(self.by_fault.items())},
            "must_not_happen": self.broken,
        }


def quotes(answer: str, prompt: str) -> bool:
    """Whether the demo model's answer quotes this prompt, of which it shows the beginning."""
    _, found, quoted = answer.partition("you wrote:\n\n> ")
    return bool(found) and prompt.replace("\n", " ").startswith(quoted.removesuffix("…").rstrip())


def summary(results: dict[str, dict[str, Any]]) -> str:
    """The counts of every rival, one line for each count."""
    rows: list[tuple[str, list[str]]] = []
    every = list(results.values())

    def add(label: str, *path: str) -> None:
        values = []
        for result in every:
            value: Any = result
            for key in path:
                value = value.get(key, "") if isinstance(value, dict) else ""
            values.append("-" if value == "" else str(value))
        rows.append((label, values))

    add("runs", "runs")
    for name in ("completed", "stopped", "error", "hung"):
        add(f"  {name}", "outcomes", name)
    for group, label in (("recovered_turns", "turns recovered"), ("errors", "errors")):
        for name in sorted({key for result in every for key in result[group]}):
            add(f"{label}: {name}", group, name)
    plain = {key: None for result in every for key, value in result.items() if isinstance(value, int) and key != "runs"}
    for name in plain:
        add(name.replace("_", " "), name)
    return _table(["", *results], rows)


def comparison(results: dict[str, dict[str, Any]]) -> str:
    """What became of the runs, by fault: completed / stopped / error / hung."""
    families = sorted({family for result in results.values() for family in result["by_fault"]})
    rows = []
    for family in families:
        cells = []
        for result in results.values():
            counts = result["by_fault"].get(family, {})
            cells.append(" / ".join(str(counts.get(name, 0)) for name in ("completed", "stopped", "error", "hung")))
        rows.append((family, cells))
    return _table(["completed / stopped / error / hung", *results], rows)


def _table(head: list[str], rows: list[tuple[str, list[str]]]) -> str:
    lines = [head, *([label, *cells] for label, cells in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
