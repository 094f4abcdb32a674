"""From what users pass to a batch that can be asked: everything is checked before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..exceptions import FormatError, SettingsError
from ..render.format import one_line
from .asker import Asker
from .batch import Batch, Plan
from .budget import Budget, checked_prices
from .cluster import Remote
from .data import Data
from .driver import Questions
from .journal import Journal, Record, row_key
from .ledger import Ledger
from .pace import Pace
from .row import Row
from .template import Asked, Template, described

__all__ = ["made_batch"]

_LANES, _WORDS = 16, 100


def made_batch(
    asker: Asker,
    data: Any,
    prompt: Any,
    *,
    lanes: int | None = None,
    journal: str | os.PathLike[str] | None = None,
    keep_runs: bool = False,
    max_tokens: int | None = None,
    max_cost: float | None = None,
    prices: Any = None,
    names: Mapping[str, Any] | None = None,
    columns: Sequence[str] | None = None,
    remote: Remote | None = None,
) -> Batch:
    """A batch that has begun. `names`: what a template may use besides columns; `columns`: the only ones it may;
    `remote`: who asks instead of this session.

    Raises SettingsError, in words, for whatever cannot be asked.
    """
    most = _checked_lanes(lanes)
    table = data if isinstance(data, Data) else Data(data, columns)
    template = Template(prompt, table.columns, names)
    budget = Budget(max_tokens, max_cost, checked_prices(prices, asker.model), asker.longest)
    notes = [_missing_note(name, count) for name, count in table.missing_in(template.uses).items()]
    if remote is not None and (budget.limited or keep_runs):
        raise SettingsError("max_tokens=, max_cost= and keep_runs= are for rows that are asked from here, without on=.")
    if remote is None and lanes is not None and lanes > asker.at_once:
        notes.append(f"{asker.at_once} rows are asked at once, not {lanes}: the provider takes no more.")
    rows = [Row(position, table.label(position)) for position in range(len(table))]
    questions = _Made(template, table)
    keys = _keys(questions, len(table)) if journal is not None else ()
    opened = None if journal is None else partial(Journal, journal, {"prompt": described(prompt), **asker.facts})
    plan = Plan(
        words=one_line(str(described(prompt)), _WORDS),
        data=table,
        questions=Questions(questions.ask, table.whole, keys, questions.forget),
        budget=budget,
        pace=Pace(most if remote is not None else min(most, asker.at_once)),
        journal=opened,
        keep_runs=keep_runs,
        notes=notes,
        remote=remote,
    )
    ledger = Ledger(rows)
    batch = Batch(asker, plan, ledger)
    batch._first_journal = None if opened is None else opened()
    if batch._first_journal is not None:
        _resume(batch._first_journal.records, keys, ledger, asker)
    return batch._start(ledger.positions(["waiting"]))


class _Made:
    """The questions of all rows. A function is called once for each, when it is first needed."""

    def __init__(self, template: Template, data: Data) -> None:
        self._template, self._data = template, data
        self._made: dict[int, Asked] = {}

    def ask(self, position: int) -> Asked:
        if position in self._made:
            return self._made[position]
        made = self._template.question(self._data.row(position), self._data.whole(position))
        if self._template.by_function:
            self._made[position] = made
        return made

    def forget(self, position: int) -> None:
        """It is answered."""
        self._made.pop(position, None)


def _keys(questions: _Made, count: int) -> list[str]:
    seen: dict[str, int] = {}
    found = []
    for position in range(count):
        try:
            found.append(row_key(questions.ask(position), seen))
        except Exception as error:  # noqa: BLE001 - said where the row is asked
            found.append(row_key(f"{position}: {error!r}", seen))
    return found


def _resume(records: Mapping[str, Record], keys: Sequence[str], ledger: Ledger, asker: Asker) -> None:
    """Take over what the journal has: rows that were being asked are asked again, which counts as another attempt."""
    for row, key in zip(ledger.rows, keys, strict=True):
        record = records.get(key)
        if record is None:
            continue
        row.attempts = record.attempts
        if record.status == "asked":
            continue
        row.text, row.error, row.ms = record.answer, record.error, record.ms
        row.input_tokens, row.cached_tokens = record.input_tokens, record.cached_tokens
        row.output_tokens = record.output_tokens
        if asker.format is not None and record.status == "completed":
            try:
                row.value = asker.format.parse(record.answer)
            except FormatError:
                # Secrets are hidden in a journal, which may be what no longer fits.
                row.attempts, row.text = record.attempts, ""
                continue
        ledger.move(row, record.status)


def _missing_note(name: str, count: int) -> str:
    cells = "1 cell of the column" if count == 1 else f"{count:,} cells of the column"
    return f"{cells} {name!r} {'is' if count == 1 else 'are'} empty, and stand{'s' if count == 1 else ''} as nothing."


def _checked_lanes(lanes: Any) -> int:
    if lanes is None:
        return _LANES
    if isinstance(lanes, bool) or not isinstance(lanes, int) or lanes < 1:
        raise SettingsError(f"lanes must be a whole number of at least 1, not {lanes!r}.")
    return lanes
