"""The rows of `--map`: which table, with which of its columns, and what each is asked."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from ..batch.data import Data
from ..batch.template import Template
from ..exceptions import SettingsError
from .options import CellOptions
from .values import named_value

if TYPE_CHECKING:
    from ..batch.batch import Batch

__all__ = ["RowsAsked"]


class RowsAsked:
    """What a cell with `--map` asks over which rows. Raises SettingsError in one line."""

    def __init__(self, cell: str, options: CellOptions, names: MutableMapping[str, Any]) -> None:
        assert options.map is not None
        self._into = options.into
        self.data = Data(named_value(options.map, names, "--map"), options.columns)
        self.prompt = cell.strip("\n")
        if not self.prompt.strip():
            raise SettingsError("The prompt is empty. Write it on the lines below the line of %%responses.")
        self.names = {name: value for name, value in names.items() if name not in self.data.columns}
        """What the prompt may use besides columns, which come first."""
        if not Template(self.prompt, self.data.columns, self.names).uses_row:
            self.prompt += "\n\n" + "\n".join(map(_line, self.data.columns))

    def fill(self, batch: Batch, names: MutableMapping[str, Any]) -> None:
        """Put the answers, as far as they are there, where the cell wants them."""
        if self._into is not None:
            names[self._into] = batch.frame

    def fill_later(self, batch: Batch, names: MutableMapping[str, Any]) -> None:
        """The same now, and once more when the batch has ended."""
        self.fill(batch, names)
        batch.when_done(lambda: self.fill(batch, names))


def _line(column: str) -> str:
    cell = f"{{{column}}}" if column.isidentifier() else f"{{row[{column!r}]}}"
    return f"{column}: {cell}"
