"""Tables as compact CSV."""

from __future__ import annotations

import pandas as pd
import pytest

from ws_notebook.tools.frames import is_table
from ws_notebook.tools.tabular import table_text

__all__: list[str] = []

CITIES = pd.DataFrame({"city": ["Oslo", "Bergen, Vestland"], "share": [1 / 3, 2.0]})


def test_frames_and_series_are_tables() -> None:
    assert is_table(CITIES)
    assert is_table(CITIES["city"])
    assert not is_table([1])
    assert not is_table(pd.Index([1]))


def test_a_table_is_csv_without_an_index_that_only_counts() -> None:
    assert table_text(CITIES) == 'city,share\nOslo,0.333333333333\n"Bergen, Vestland",2'


def test_an_index_that_says_something_is_kept() -> None:
    assert table_text(CITIES.set_index("city")) == 'city,share\nOslo,0.333333333333\n"Bergen, Vestland",2'
    assert table_text(CITIES.iloc[1:]) == ',city,share\n1,"Bergen, Vestland",2'


def test_a_series_has_its_name_as_head() -> None:
    assert table_text(CITIES["share"]) == "share\n0.333333333333\n2"
    assert table_text(pd.Series([1], index=["a"])) == ",value\na,1"


def test_missing_values_are_empty() -> None:
    assert table_text(pd.DataFrame({"a": [1.0, None], "b": ["x", None]})) == "a,b\n1,x\n,"


def test_an_empty_table_is_its_head_and_says_so() -> None:
    assert table_text(CITIES.head(0)) == "city,share\n[0 rows]"
    assert table_text(pd.DataFrame()) == "[0 rows]"


def test_columns_over_the_limit_are_left_out_with_a_note() -> None:
    text = table_text(pd.DataFrame([range(300)]))
    assert text.splitlines()[1].endswith(",98,99")
    assert text.endswith("[1 of 1 rows, 100 of 300 columns; ask for a smaller part or a summary]")


def test_long_cells_are_shortened_only_where_the_table_is_too_long() -> None:
    table = pd.DataFrame({"a": ["x" * 500, "y"], "b": [1, 2]})
    assert "x" * 500 in table_text(table)
    lines = table_text(table, max_output=400).splitlines()
    assert lines[1:3] == ["x" * 200 + "…,1", "y,2"]


def test_rows_over_the_limit_are_left_out_with_a_note() -> None:
    lines = table_text(pd.DataFrame({"n": range(1_000), "m": 0})).splitlines()
    assert len(lines) == 202
    assert lines[-2] == "199,0"
    assert lines[-1] == "[200 of 1,000 rows, 2 columns; ask for a smaller part or a summary]"


@pytest.mark.parametrize("limit", [90, 100, 150, 500])
def test_long_rows_are_cut_at_whole_lines_and_counted(limit: int) -> None:
    frame = pd.DataFrame({"n": range(50), "text": ["x" * 20] * 50})
    text = table_text(frame, max_output=limit)
    lines = text.splitlines()
    assert len(text) <= limit
    assert all(line.endswith("x" * 20) for line in lines[1:-1])
    assert lines[-1].startswith(f"[{len(lines) - 2} of 50 rows")


def test_a_limit_too_small_for_anything_is_kept_all_the_same() -> None:
    assert len(table_text(CITIES, max_output=5)) == 5
    assert len(table_text(pd.DataFrame({"a" * 500: [1]}), max_output=100)) == 100


def test_columns_of_several_levels_are_written() -> None:
    frame = pd.DataFrame({("a", "x"): [1], ("a", "y"): [2]})
    assert table_text(frame) == "a,a\nx,y\n1,2"
