"""From what users pass to a batch that can be asked: everything is checked before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from ..exceptions import FormatError, SettingsError
from ..render.format import one_line
from ..secrets import Keys, hidden
from .asker import Asker
from .budget import Budget, checked_prices
from .data import Data
from .engines import Remote
from .journal import PROMPT, Journal, Record, row_key
from .ledger import Ledger
from .pace import Pace
from .row import Row
from .template import Asked, Template, described

__all__ = ["Plan", "Questions", "planned", "take_over"]

_LANES, _WORDS = 16, 100


class Questions:
    """What each row is asked, and its name in the journal. A function is called once for each, when it is first needed.

    `journaled`: whether the rows need names.
    """

    def __init__(self, template: Template, data: Data, *, journaled: bool) -> None:
        self._template, self._data = template, data
        self._made: dict[int, Asked] = {}
        self.keys = self._names() if journaled else []

    def ask(self, position: int) -> Asked:
        """What the row is asked. Raises what an expression, or the user's function, raises."""
        if position in self._made:
            return self._made[position]
        made = self._template.question(self._data.row(position), self.whole(position))
        if self._template.by_function:
            self._made[position] = made
        return made

    def whole(self, position: int) -> Any:
        """The row as a function of the row gets it."""
        return self._data.whole(position)

    def forget(self, position: int) -> None:
        """It is answered."""
        self._made.pop(position, None)

    def record(self, row: Row, status: str, secrets: Keys, more: int = 0) -> Record:
        """The row as a journal has it, without these secrets; `more`: attempts that begin now."""
        return Record(
            key=self.keys[row.position],
            position=row.position,
            status=status,
            attempts=row.attempts + more,
            prompt=hidden(self._words(row.position), secrets),
            answer=row.text,
            error=row.error,
            input_tokens=row.input_tokens,
            cached_tokens=row.cached_tokens,
            output_tokens=row.output_tokens,
            ms=row.ms,
        )

    def _words(self, position: int) -> str:
        """What the row is asked, as a journal has it; empty where that cannot be made."""
        try:
            return str(self.ask(position))[:PROMPT]
        except Exception:  # noqa: BLE001 - said where the row is asked
            return ""

    def _names(self) -> list[str]:
        seen: dict[str, int] = {}
        found = []
        for position in range(len(self._data)):
            try:
                found.append(row_key(self.ask(position), seen))
            except Exception as error:  # noqa: BLE001 - said where the row is asked
                found.append(row_key(f"{position}: {error!r}", seen))
        return found


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a batch is asked with, checked."""

    asker: Asker
    words: str
    """Its prompt in short, for people."""
    data: Data
    questions: Questions
    budget: Budget
    pace: Pace
    journal: Callable[[], Journal | None]
    """Opens it; None where there is none."""
    keep_runs: bool
    notes: Sequence[str]
    remote: Remote | None
    """Who asks instead of this session."""


def planned(
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
    remote: Remote | None = None,
) -> Plan:
    """`names`: what a template may use besides columns; `remote`: who asks instead of this session.

    Raises SettingsError, in words, for whatever cannot be asked.
    """
    most = lanes or _LANES
    table = data if isinstance(data, Data) else Data(data)
    template = Template(prompt, table.columns, names)
    budget = Budget(max_tokens, max_cost, checked_prices(prices, asker.model), asker.longest)
    notes = [_missing_note(name, count) for name, count in table.missing_in(template.uses).items()]
    if remote is not None and (budget.limited or keep_runs):
        raise SettingsError("max_tokens=, max_cost= and keep_runs= are for rows that are asked from here, without on=.")
    if remote is None and lanes is not None and lanes > asker.at_once:
        notes.append(f"{asker.at_once} rows are asked at once, not {lanes}: the provider takes no more.")
    question = {"prompt": described(prompt), **asker.facts}
    return Plan(
        asker=asker,
        words=one_line(str(described(prompt)), _WORDS),
        data=table,
        questions=Questions(template, table, journaled=journal is not None),
        budget=budget,
        pace=Pace(most if remote is not None else min(most, asker.at_once)),
        journal=(lambda: None) if journal is None else partial(Journal, journal, question),
        keep_runs=keep_runs,
        notes=tuple(notes),
        remote=remote,
    )


def take_over(records: Mapping[str, Record], plan: Plan, ledger: Ledger) -> None:
    """Take over what the journal has: rows that were being asked are asked again, which counts as another attempt."""
    form = plan.asker.format
    for row, key in zip(ledger.rows, plan.questions.keys, strict=True):
        record = records.get(key)
        if record is None:
            continue
        row.attempts = record.attempts
        if record.status == "asked":
            continue
        row.text, row.error, row.ms = record.answer, record.error, record.ms
        row.input_tokens, row.cached_tokens = record.input_tokens, record.cached_tokens
        row.output_tokens = record.output_tokens
        if form is not None and record.status == "completed":
            try:
                row.value = form.parse(record.answer)
            except FormatError:
                # Secrets are hidden in a journal, which may be what no longer fits.
                row.attempts, row.text = record.attempts, ""
                continue
        ledger.move(row, record.status)


def _missing_note(name: str, count: int) -> str:
    cells = "1 cell of the column" if count == 1 else f"{count:,} cells of the column"
    return f"{cells} {name!r} {'is' if count == 1 else 'are'} empty, and stand{'s' if count == 1 else ''} as nothing."
