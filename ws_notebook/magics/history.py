"""The tree of runs as text: which run continues which, and what later runs of their cells made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..core.items import prompt_text
from ..session.run import Run
from .cells import CellTree

__all__ = ["History"]

_WIDTH = 48
"""Characters of a prompt that are shown."""


class History:
    """Shows itself as an indented tree, oldest first: id, status, prompt, and a mark.

    "afresh": it continues no other. "asked again": its cell has a newer run. "stale": what it continues was asked
    again since.
    """

    def __init__(self, runs: Sequence[Run], tree: CellTree) -> None:
        self.lines = list(_lines(runs, tree))

    def __repr__(self) -> str:
        return "\n".join(self.lines) or "No run yet."

    def _repr_markdown_(self) -> str:
        fence = "`" * (3 + max((line.count("`") for line in self.lines), default=0))
        return f"{fence}text\n{self!r}\n{fence}"


def _lines(runs: Sequence[Run], tree: CellTree) -> Iterator[str]:
    known = {run.id for run in runs}
    children: dict[str | None, list[Run]] = {}
    for run in runs:
        parent = run.parent.id if run.parent is not None and run.parent.id in known else None
        children.setdefault(parent, []).append(run)

    def below(parent: str | None, indent: str) -> Iterator[str]:
        mine = children.get(parent, [])
        for run in mine:
            yield _line(run, indent, tree.mark)
            # A chain stays in its column; only branches move to the right.
            yield from below(run.id, indent + ("  " if len(children.get(run.id, [])) > 1 else ""))

    yield from below(None, "")


def _line(run: Run, indent: str, mark: Callable[[Run], str]) -> str:
    words = " ".join(prompt_text(run.state.input).split())
    if not words:
        words = "compaction" if any(turn.compacted for turn in run.turns) else "warm-up"
    words = words if len(words) <= _WIDTH else f"{words[: _WIDTH - 1]}…"
    lane = next((f" on {turn.lane}" for turn in run.turns if turn.lane is not None and turn.beside), "")
    notes = ", ".join(filter(None, [run.status + lane, _beginning(run), mark(run)]))
    return f"{indent}{run.id:<4} {words}  ({notes})"


def _beginning(run: Run) -> str:
    """What a run continues that stands nowhere above it, as chains and what begins anew share a column."""
    if run.parent is not None or not run.turns:
        return ""
    foreign = run.turns[0].foreign_parent
    return "afresh" if foreign is None else f"from {foreign}"
