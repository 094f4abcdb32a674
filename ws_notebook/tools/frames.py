"""Tables of any library as pandas DataFrames: pandas, polars, pyarrow, and whatever offers `__dataframe__`."""

from __future__ import annotations

import warnings
from typing import Any

from ws_notebook.tools.library import loaded

__all__ = ["MAX_ROWS", "as_frame", "is_table"]

MAX_ROWS = 200
"""Rows of a table shown at most."""


def is_table(value: object) -> bool:
    """Whether `as_frame` takes the value."""
    known = (
        *(loaded("pandas", name) for name in ("DataFrame", "Series")),
        *(loaded("polars", name) for name in ("DataFrame", "Series")),
        loaded("pyarrow", "Table"),
    )
    return isinstance(value, known) or _interchanges(value)


def as_frame(value: Any) -> tuple[Any, int]:
    """A pandas DataFrame with at least the first `MAX_ROWS` rows of a table, and how many rows there are."""
    if isinstance(value, loaded("pandas", "DataFrame")):
        return value, len(value)
    if isinstance(value, loaded("pandas", "Series")):
        return value.to_frame("value" if value.name is None else value.name), len(value)
    import pandas as pd

    # By way of Python lists: pandas needs no pyarrow for these.
    if isinstance(value, loaded("polars", "Series")):
        value = value.to_frame(value.name or "value")
    if isinstance(value, loaded("polars", "DataFrame")):
        return pd.DataFrame(value.head(MAX_ROWS).to_dict(as_series=False), columns=value.columns), len(value)
    if isinstance(value, loaded("pyarrow", "Table")):
        return pd.DataFrame(value.slice(0, MAX_ROWS).to_pydict()), len(value)
    with warnings.catch_warnings():
        # The protocol is on its way out; where a library has nothing newer, it still works.
        warnings.simplefilter("ignore")
        frame = pd.api.interchange.from_dataframe(value)
    return frame, len(frame)


def _interchanges(value: object) -> bool:
    return not isinstance(value, type) and callable(getattr(type(value), "__dataframe__", None))
