"""How a batch is seen while it runs: a live view in a notebook, a bar in a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import Any, Protocol

from .. import kernel
from ..exceptions import SettingsError
from ..render.batch import LETTERS, forms, packed
from .asker import Asker, RowRun
from .ledger import Ledger
from .pace import Pace
from .picture import facts_of, row_facts, states
from .row import FAILED, Row

__all__ = ["Seen", "check_view", "chosen_view", "forms_of", "show"]

VIEWS = ("auto", "live", "text", "none")


class Seen(Protocol):
    """A view of a batch."""

    def show(self) -> None:
        """Make the first picture."""

    def touch(self, position: int, letter: str) -> None:
        """A row has another state."""

    def refresh(self) -> None:
        """Something else changed."""

    def finish(self) -> None:
        """Make the last picture."""


class Told(Protocol):
    """What asks the rows, as far as views need it."""

    line: RowRun

    def pause(self, paused: bool) -> None:
        """Ask nothing more for now, or go on."""


class Watched(Protocol):
    """A batch, as far as views need it; see `Batch` for what each of these is."""

    _asker: Asker
    _ledger: Ledger
    _pace: Pace
    _words: str
    notes: Sequence[str]

    @property
    def _began(self) -> Told: ...

    @property
    def id(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def stopped(self) -> str: ...

    @property
    def cost(self) -> float | None: ...

    def __len__(self) -> int: ...

    def pause(self) -> None: ...

    def _halt_soon(self) -> None: ...


class _Source:
    """A batch, as views ask it."""

    def __init__(self, batch: Watched) -> None:
        self._batch = batch

    def facts(self) -> dict[str, Any]:
        return _facts(self._batch)

    def letters(self) -> str:
        return states(self._batch._ledger)

    def window(self, start: int, end: int, only: str) -> dict[str, Any]:
        rows, keys = self._batch._ledger.rows, self._batch._asker.engine.keys
        if only:
            rows = [row for row in rows if LETTERS[row.status] in only]
        return {"from": start, "total": len(rows), "rows": [row_facts(row, keys) for row in rows[start:end]]}

    def act(self, kind: str) -> None:
        if kind == "pause":
            self._batch.pause()
        elif kind == "resume":
            self._batch._began.pause(False)
        else:
            self._batch._halt_soon()


def check_view(wanted: str | None) -> None:
    """Raise SettingsError for a word that names no view."""
    if wanted is not None and wanted not in VIEWS:
        raise SettingsError(f"view must be one of {', '.join(VIEWS)}, not {wanted!r}.")


def chosen_view(wanted: str | None, batch: Watched) -> Seen | None:
    """The view for "auto", "live", "text" or "none". Raises SettingsError for what is none of them."""
    check_view(wanted)
    wanted = wanted or "auto"
    if wanted == "none":
        return None
    call_later = batch._asker.engine.portal.call_later
    if kernel.in_kernel() and wanted != "text":
        if kernel.cell_id() is None and wanted == "auto":
            return None
        from ..views.batch import BatchView

        return BatchView(_Source(batch), call_later)
    if wanted == "auto" and (kernel.in_kernel() or not sys.stderr.isatty()):
        return None
    from ..views.bar import BatchBar

    ledger = batch._ledger
    return BatchBar(len(batch), lambda: ledger.done, lambda: sum(ledger.counts[each] for each in FAILED), call_later)


def show(view: Seen, batch: Watched) -> None:
    """Make its first picture, and have it follow the batch. Where it cannot be shown, a warning says why."""
    try:
        view.show()
    except SettingsError as error:
        warnings.warn(f"{error} The batch goes on unseen.", RuntimeWarning, stacklevel=2)
        return

    def touched(row: Row) -> None:
        view.touch(row.position, LETTERS[row.status])

    batch._ledger.watch(touched)


def forms_of(batch: Watched) -> dict[str, Any]:
    """What a notebook that is saved holds of it, by mime type."""
    return forms({**_facts(batch), "states": packed(states(batch._ledger))})


def _facts(batch: Watched) -> dict[str, Any]:
    more = {
        "id": batch.id,
        "status": batch.status,
        "prompt": batch._words,
        "model": batch._asker.model,
        "cost": batch.cost,
        "notes": list(batch.notes),
        "stopped": batch.stopped,
        "ended": batch._began.line.state.ended,
    }
    return facts_of(batch._ledger, batch._pace, batch._asker.engine.keys, more)
