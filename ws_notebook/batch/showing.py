"""How a batch is seen while it runs: a live view in a notebook, a bar in a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from .. import kernel
from ..exceptions import SettingsError
from ..render.batch import LETTERS, forms, packed
from ..secrets import Keys
from .ledger import Ledger
from .picture import row_facts, states
from .row import FAILED, Row

if TYPE_CHECKING:
    from ..views.base import CallLater

__all__ = ["Seen", "Shown", "check_view", "chosen_view", "show"]

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


class Shown:
    """A batch, as views ask it. `facts`: its picture without every row's state; `act`: does what a reader wants."""

    def __init__(
        self, ledger: Ledger, keys: Keys, facts: Callable[[], dict[str, Any]], act: Callable[[str], None]
    ) -> None:
        self.ledger, self._keys = ledger, keys
        self.facts, self.act = facts, act

    def letters(self) -> str:
        return states(self.ledger)

    def window(self, start: int, end: int, only: str) -> dict[str, Any]:
        rows = self.ledger.rows
        if only:
            rows = [row for row in rows if LETTERS[row.status] in only]
        return {"from": start, "total": len(rows), "rows": [row_facts(row, self._keys) for row in rows[start:end]]}

    def forms(self) -> dict[str, Any]:
        """What a notebook that is saved holds of it, by mime type."""
        return forms({**self.facts(), "states": packed(self.letters())})


def check_view(wanted: str | None) -> None:
    """Raise SettingsError for a word that names no view."""
    if wanted is not None and wanted not in VIEWS:
        raise SettingsError(f"view must be one of {', '.join(VIEWS)}, not {wanted!r}.")


def chosen_view(wanted: str | None, batch: Shown, call_later: CallLater) -> Seen | None:
    """The view for "auto", "live", "text" or "none". Raises SettingsError for what is none of them."""
    check_view(wanted)
    wanted = wanted or "auto"
    if wanted == "none":
        return None
    if kernel.in_kernel() and wanted != "text":
        if kernel.cell_id() is None and wanted == "auto":
            return None
        from ..views.batch import BatchView

        return BatchView(batch, call_later)
    if wanted == "auto" and (kernel.in_kernel() or not sys.stderr.isatty()):
        return None
    from ..views.bar import BatchBar

    ledger = batch.ledger

    def failed() -> int:
        return sum(ledger.counts[each] for each in FAILED)

    return BatchBar(len(ledger.rows), lambda: ledger.done, failed, call_later)


def show(view: Seen, ledger: Ledger) -> None:
    """Make its first picture, and have it follow the rows. Where it cannot be shown, a warning says why."""
    try:
        view.show()
    except SettingsError as error:
        warnings.warn(f"{error} The batch goes on unseen.", RuntimeWarning, stacklevel=2)
        return

    def touched(row: Row) -> None:
        view.touch(row.position, LETTERS[row.status])

    ledger.watch(touched)
