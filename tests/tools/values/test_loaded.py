"""Classes of libraries that may not be in use."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ws_notebook.tools.values.exhibits import exhibits
from ws_notebook.tools.values.grid import is_table
from ws_notebook.tools.values.loaded import PYTHONS, loaded
from ws_notebook.tools.values.pictures import picture_bytes

__all__: list[str] = []


def test_a_library_that_is_not_in_use_has_no_types() -> None:
    assert loaded("no_such_library", "Thing") == ()
    assert loaded("pandas", "DataFrame") is pd.DataFrame
    assert not isinstance(1, loaded("no_such_library", "Thing"))


@pytest.mark.parametrize("value", ["text", 1, 1.5, True, None, {"a": 1}, [1], (1, "a")])
def test_pythons_own_values_are_no_library_s(value: Any) -> None:
    assert type(value) in PYTHONS
    assert picture_bytes(value) is None
    assert not is_table(value)
    assert exhibits([value]) == ()


class Rows(list[int]):
    """A subclass may draw itself, or be a table."""

    def _repr_png_(self) -> bytes:
        return b"\x89PNG\r\n\x1a\n"

    def __dataframe__(self) -> None:
        raise AssertionError("nobody converts it here")


def test_a_subclass_is_looked_at() -> None:
    assert type(Rows()) not in PYTHONS
    assert picture_bytes(Rows()) == b"\x89PNG\r\n\x1a\n"
    assert is_table(Rows())
