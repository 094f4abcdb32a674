"""What each row is asked: a template whose `{column}` are replaced, a function of the row, or a list of items.

Braces are those of a `%%responses` cell (see `prompt`): `{column}`, `{price * 2:.2f}`, `{name!r}`; `{row['odd name']}`
for a column whose name is no Python name; doubled braces stay. What a cell holds is put in as it is: braces in it are
text. One form for each kind of cell: text as such, an empty cell (None, NaN, NaT, NA) as nothing, times in ISO 8601,
a category as its value, tables and pictures as in cells.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from ..exceptions import SettingsError
from ..tools.values.pictures import Picture
from ..values import as_text, replaced
from .data import missing
from .placeholder import Misfit, Placeholder
from .prompt import parsed

__all__ = ["ROW", "Asked", "Template", "described"]

ROW = "row"
"""The name under which a template has the whole row."""

Asked = str | list[Any]
"""What a row is asked: words, items, or pieces of words and pictures."""

_Text = tuple[str | Placeholder, ...]
_TIMES = (datetime.date, datetime.time, datetime.timedelta)


class Template:
    """Makes the question of a row. `prompt`: words, a function of the row, or items; `names`: what else words may use.

    Raises SettingsError for what is none of them, and for a `{name}` that is no column.
    """

    def __init__(self, prompt: Any, columns: Iterable[str], names: Mapping[str, Any] | None = None) -> None:
        self._prompt = prompt
        self._names = dict(names or {})
        known = {*columns, ROW, *self._names}
        self._known = dict.fromkeys(known)
        self._columns = list(columns)
        self.uses: list[str] = []
        """The columns that occur in it; of a function nothing is known."""
        self.uses_row = callable(prompt) and not isinstance(prompt, str)
        """Whether what it asks depends on the row."""
        if isinstance(prompt, str):
            if not prompt.strip():
                raise SettingsError("The prompt is empty. Write a question with a {column} in it.")
            self._parts: Any = self._parsed(prompt)
        elif callable(prompt):
            self._parts = None
        elif _is_items(prompt):
            self._parts = self._walk(prompt)
        else:
            raise SettingsError(
                "The prompt of a batch is a template as 'Classify: {text}', a function of the row, or a list of items, "
                f"not {type(prompt).__name__}."
            )

    @property
    def by_function(self) -> bool:
        """Whether a function of the user's makes the questions."""
        return self._parts is None

    def question(self, row: Mapping[str, Any], whole: Any) -> Asked:
        """What the row is asked. Raises what an expression or the function raises; SettingsError for no question."""
        if self._parts is None:
            made = self._prompt(whole)
            if not isinstance(made, str | list | tuple | Mapping):
                raise SettingsError(f"The prompt's function returned {type(made).__name__}, not a string or items.")
            return [dict(made)] if isinstance(made, Mapping) else made if isinstance(made, str) else list(made)
        names = {**self._names, ROW: whole, **row}
        if isinstance(self._parts, tuple):
            pieces = _pieces(self._parts, names)
            return "".join(map(str, pieces)) if all(isinstance(piece, str) for piece in pieces) else pieces
        # A text within an item takes no pictures.
        items: list[Any] = replaced(
            self._parts, lambda each: "".join(map(str, _pieces(each, names))) if isinstance(each, tuple) else each
        )
        return items

    def _parsed(self, text: str) -> _Text:
        parts = tuple(parsed(text, self._known, self._refuse))
        free = {name for part in parts if isinstance(part, Placeholder) for name in part.free}
        self.uses_row |= ROW in free or not free.isdisjoint(self._columns)
        self.uses += [name for name in self._columns if name in free and name not in self.uses]
        return parts

    def _refuse(self, note: str) -> None:
        source = note.partition(" was sent")[0]
        raise SettingsError(
            f"{note.replace(' was sent as typed', '').replace(' in the notebook', ' among the columns')} "
            f"Columns are: {', '.join(self._columns)}. To send {source} as it is, make the prompt by a function."
        )

    def _walk(self, value: Any, key: str = "") -> Any:
        """The items with their texts parsed: the only tuples among them."""
        if isinstance(value, str):
            return self._parsed(value) if key in ("content", "text") else value
        if isinstance(value, Mapping):
            return {name: self._walk(each, str(name)) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._walk(each, key) for each in value]
        return value


def _pieces(parts: _Text, names: Mapping[str, Any]) -> list[str | Picture]:
    return [part if isinstance(part, str) else _value(part, names) for part in parts]


def _value(part: Placeholder, names: Mapping[str, Any]) -> str | Picture:
    """What is written for the expression, see the top of this module."""
    if part.name and missing(names.get(part.name)):
        return ""
    if not part.is_bare:
        try:
            return part.value(names)
        except Misfit:
            return f"{{{part.source}}}"
    cell = names[part.name] if part.name else part.result(names)
    if isinstance(cell, str):
        return str(cell)
    if missing(cell):
        return ""
    return (as_text(cell) if isinstance(cell, _TIMES) else None) or part.shown(cell)


def _is_items(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(each, Mapping) for each in value)


def described(prompt: Any) -> Any:
    """The prompt as a journal knows it: a function by its name, for each row is known by what it was asked."""
    if callable(prompt):
        return f"function {getattr(prompt, '__qualname__', type(prompt).__name__)}"
    return prompt if isinstance(prompt, str) else list(prompt)
