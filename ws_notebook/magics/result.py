"""The run as the result of the cell that has already shown it."""

from __future__ import annotations

from typing import Any

from .. import kernel
from ..session.run import Run
from ..session.showing import can_show_live, show_live

__all__ = ["CellResult"]


class CellResult:
    """Keeps a shell from showing a run a second time where its own cell returns it.

    The run is the cell's result all the same: it is in `_`, and in any later cell it shows itself.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._shown: tuple[Run, int] | None = None

    def shown(self, run: Run) -> Run:
        """The run, which the running cell has shown and will now return."""
        self._shown = run, self._shell.execution_count
        return run

    def display(self, run: Run) -> None:
        """How IPython displays a run."""
        shown, self._shown = self._shown, None
        if shown is None or shown[0] is not run or shown[1] != self._shell.execution_count:
            if can_show_live(run):
                show_live(run)
            else:
                _publish(run)
        elif not kernel.in_kernel():
            # A terminal has already written "Out[3]: ".
            print(f"<Run {run.id} {run.status}>")  # noqa: T201 - where that belongs


def _publish(run: Run) -> None:
    from IPython.display import publish_display_data

    publish_display_data(run._repr_mimebundle_())  # type: ignore[no-untyped-call]
