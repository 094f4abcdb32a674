"""The tree of runs as text: which run continues which, and what later runs of their cells made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..core.items import prompt_text
from ..secrets import hidden
from ..session.run import Run
from .cells import CellTree

__all__ = ["History"]

_WIDTH = 48
"""Characters of a prompt that are shown."""

_DEEPEST = 30
"""Branches of branches that move to the right; those further down stay in their column."""


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

    # A list of what is still to be told, and no recursion: chains grow long.
    waiting = [(run, 0) for run in reversed(children.get(None, []))]
    while waiting:
        run, level = waiting.pop()
        yield _line(run, "  " * min(level, _DEEPEST), tree.mark)
        following = children.get(run.id, [])
        # A chain stays in its column; only branches move to the right.
        waiting += [(each, level + (len(following) > 1)) for each in reversed(following)]


def _line(run: Run, indent: str, mark: Callable[[Run], str]) -> str:
    words = " ".join(hidden(prompt_text(run.state.input), run.session.keys).split())
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
