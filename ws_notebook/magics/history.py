"""The tree of runs as text: which run continues which, and what later runs of their cells made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..core.items import prompt_text
from ..render.format import as_html, one_line
from ..secrets import hidden
from ..session.run import Run
from .cells import CellTree

__all__ = ["History"]

_WIDTH = 48
"""Characters of a prompt that are shown."""

_DEEPEST = 20
"""Branches of branches that move to the right; those further down stay in their column."""
_STEP = 3
"""Characters by which a branch moves."""


class History:
    """Shows itself as a tree, oldest first: id, prompt, status, and a mark.

    What continues a run stands below it in the same column; where several do, lines lead to each.

    "afresh": it continues no other. "asked again": its cell has a newer run. "stale": what it continues was asked
    again since.
    """

    def __init__(self, runs: Sequence[Run], tree: CellTree) -> None:
        self.lines = list(_lines(runs, tree))

    def __repr__(self) -> str:
        return "\n".join(self.lines) or "No run yet."

    def _repr_html_(self) -> str:
        """The same lines, close enough for those of the branches to join."""
        return f'<pre style="line-height:1.25">{as_html(repr(self), quote=False)}</pre>'

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
    waiting = [(run, "", "") for run in reversed(children.get(None, []))]
    while waiting:
        run, lead, below = waiting.pop()
        yield _line(run, lead, tree.mark)
        waiting += reversed(_following(children.get(run.id, []), below))


def _following(runs: Sequence[Run], below: str) -> list[tuple[Run, str, str]]:
    """Each with what stands before its line, and before the lines below it. A chain stays in its column."""
    if len(runs) < 2:
        return [(run, below, below) for run in runs]
    column = below if len(below) < _DEEPEST * _STEP else below[:-_STEP]
    branches = [(run, f"{column}├─ ", f"{column}│  ") for run in runs[:-1]]
    return [*branches, (runs[-1], f"{column}└─ ", f"{column}   ")]


def _line(run: Run, lead: str, mark: Callable[[Run], str]) -> str:
    words = one_line(hidden(prompt_text(run.state.input), run.session.keys), _WIDTH)
    if not words:
        words = "compaction" if any(turn.compacted for turn in run.turns) else "warm-up"
    lane = next((f" on {turn.lane}" for turn in run.turns if turn.lane is not None and turn.beside), "")
    notes = ", ".join(filter(None, [run.status + lane, _beginning(run), mark(run)]))
    return f"{lead}{run.id:<4} {words}  ({notes})"


def _beginning(run: Run) -> str:
    """What a run continues that stands nowhere above it, as chains and what begins anew share a column."""
    if run.parent is not None or not run.turns:
        return ""
    foreign = run.turns[0].foreign_parent
    return "afresh" if foreign is None else f"from {foreign}"
