"""Cells as nodes of the tree of runs: running a cell again asks again from the parent it had before."""

from __future__ import annotations

from ..core.run import LATEST, Latest
from ..session.run import Run

__all__ = ["CellTree"]


class CellTree:
    """Remembers which run each cell made last, and what that run continued. One for each session."""

    def __init__(self) -> None:
        self._latest: dict[str, Run] = {}
        self._parents: dict[str, Run | None] = {}
        self._makers: dict[str, str] = {}

    def parent(self, cell: str | None) -> Run | Latest | None:
        """What this cell continues: the parent it had before, in that cell's newest form; else the latest run."""
        if cell is None or cell not in self._parents:
            return LATEST
        before = self._parents[cell]
        if before is None:
            return None
        maker = self._makers.get(before.id)
        newest = self._latest.get(maker, before) if maker is not None else before
        return newest if newest.turns else LATEST

    def remember(self, cell: str | None, run: Run) -> None:
        """The cell made this run; call it when the run has begun."""
        if cell is not None and run.turns:
            self._latest[cell], self._parents[cell] = run, run.parent
            self._makers[run.id] = cell
