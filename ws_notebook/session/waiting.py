"""Cells that wait at their end for the runs that they have left going, where nothing could be shown later.

nbclient, papermill and nbconvert heed what a cell shows only until it ends: a run that went on would stay in the file
as it stood then, for ever.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Final

from .. import kernel
from ..core.handle import RunHandle
from ..engine.portal import portal

__all__ = ["wait_at_the_end"]

_SHARED: Final = "waiting"


_Left = tuple[RunHandle, Callable[[], None]]
"""A run, and what is called at its end."""


def wait_at_the_end(run: RunHandle, finish: Callable[[], None]) -> None:
    """Have the cell that runs here wait for the run when all else of it is done, and call `finish()` then, in the cell.

    The cell says so in one line. An interrupt, of the cell or of its wait, stops the run.
    """
    left: list[_Left] = portal().shared.setdefault(_SHARED, [])
    left.append((run, finish))
    if len(left) == 1:
        kernel.at_cell_end(_end)


def _end(interrupted: bool) -> None:
    left: list[_Left] = portal().shared.pop(_SHARED, [])
    running = [run for run, _ in left if not run.done]
    if running and not interrupted:
        _say(running)
        interrupted = not _waited(running)
    for run, finish in left:
        if interrupted:
            run.cancel()
        finish()


def _say(running: list[RunHandle]) -> None:
    names = " and ".join(dict.fromkeys(run.id for run in running))
    which = f"run {names} has" if len(running) == 1 else f"runs {names} have"
    sys.stdout.write(f"No page shows what comes after this cell, so it waits until {which} ended.\n")
    sys.stdout.flush()


def _waited(running: list[RunHandle]) -> bool:
    """False: the user has interrupted the wait."""
    for run in running:
        try:
            # Its own error is shown by the run, and is no error of the cell.
            with contextlib.suppress(Exception):
                run.result()
        except KeyboardInterrupt:
            return False
    return True
