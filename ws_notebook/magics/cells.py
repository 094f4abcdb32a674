"""Cells as nodes of the tree of runs: running a cell again asks again from the parent it had before."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.lineage import continuable
from ..core.run import LATEST, Latest, RunState
from ..session.host import Host
from ..session.run import Run
from ..session.session import Session

__all__ = ["CellTree"]


class CellTree:
    """Remembers, by their ids, which run each cell made last and what that run continued. One for each session."""

    def __init__(self) -> None:
        # Ids and no runs: a run holds its session, and the tree is to end with that.
        self._latest: dict[str, str] = {}
        self._makers: dict[str, str] = {}
        self._parents: dict[str, str | None] = {}
        self._responses: dict[str, str] = {}
        self._pins: dict[str, str] = {}
        """By cell: the run that its --from names, if that was its own cell's newest when it was asked from."""
        self._on_purpose: set[str] = set()
        """Runs that were asked from one that had been asked again already."""
        self._marks: dict[str, str] = {}
        """What became of runs that have begun, as long as no cell asks."""

    def parent(self, cell: str | None, session: Session) -> Run | str | Latest | None:
        """What this cell continues: the parent it had before, in the newest form that parent's cell gave it.

        The latest run for a cell that is new, or whose parent the session has forgotten. A str is a response id.
        """
        if cell in self._responses:
            return self._responses[cell]
        if cell is None or cell not in self._parents:
            return LATEST
        before = self._parents[cell]
        if before is None:
            return None
        return self._newest(before, cell, session) or LATEST

    def followed(self, cell: str | None, named: Run) -> Run:
        """What a cell continues whose --from names this run: its newest form, if it became old since the cell asked.

        A run that was old when the cell first named it is meant as it is.
        """
        if cell is None or not self._is_old(named.id):
            self._pins.update({} if cell is None else {cell: named.id})
            return named
        if self._pins.get(cell) != named.id:
            return named
        return self._newest(named.id, cell, named.session) or named

    def begins(self, run: Run) -> None:
        """It was asked just now. What continues an old run from the start is not stale because of that."""
        wants = run.state.wants
        self._marks.clear()
        if isinstance(wants, RunState) and self._is_old(wants.id):
            self._on_purpose.add(run.id)

    def remember(self, cell: str | None, run: Run) -> None:
        """The cell made this run. One that never began leaves no trace."""
        if cell is None or not run.turns:
            return
        self._marks.clear()
        self._makers[run.id] = cell
        self._parents[cell] = run.parent.id if run.parent is not None else None
        self._responses.pop(cell, None)
        if isinstance(run.state.wants, str):
            self._responses[cell] = run.state.wants
        if continuable(run.state):
            self._latest[cell] = run.id

    def mark(self, run: Run) -> str:
        """What became of it: "asked again" by its cell, "stale" below such a run, or nothing.

        Thousands in one chain cost little: of each it is found out once.
        """
        line: list[Run] = []
        above: Run | None = run
        while above is not None and above.id not in self._marks:
            line.append(above)
            above = above.parent
        mark = "" if above is None else self._marks.get(above.id, "")
        for each in reversed(line):
            mark = self._mark_below(mark, each)
            if each.turns:
                self._marks[each.id] = mark
        return mark

    def marks(self, runs: Iterable[Run]) -> dict[str, str]:
        """The marks of many runs, by their ids; those without one are left out."""
        found = {run.id: self.mark(run) for run in runs}
        return {name: mark for name, mark in found.items() if mark}

    def _mark_below(self, above: str, run: Run) -> str:
        if self._is_old(run.id):
            return "asked again"
        return "stale" if above == "stale" or (above == "asked again" and not self._is_pinned(run)) else ""

    def _is_old(self, run: str) -> bool:
        """Whether the cell that made it has asked again since."""
        return self._latest.get(self._makers.get(run, ""), run) != run

    def _is_pinned(self, run: Run) -> bool:
        """Whether it would continue the very same run if it were asked again."""
        return run.id in self._on_purpose or isinstance(run.state.wants, str)

    def _newest(self, run: str, cell: str, session: Host[Run]) -> Run | None:
        """The newest form that its cell gave a run, unless that continues this cell's own; None: it is forgotten."""
        runs = {each.id: each for each in session.runs}
        newest = runs.get(self._latest.get(self._makers.get(run, ""), run))
        return runs.get(run) if newest is None or self._descends(newest, cell) else newest

    def _descends(self, run: Run, cell: str) -> bool:
        """Whether the run is, or continues at some remove, one of this cell's own."""
        above: Run | None = run
        while above is not None:
            if self._makers.get(above.id) == cell:
                return True
            above = above.parent
        return False
