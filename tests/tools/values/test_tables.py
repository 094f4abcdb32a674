"""Tables as compact CSV."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from ws_notebook.tools.values.grid import is_table
from ws_notebook.tools.values.tables import table_text

__all__: list[str] = []

CITIES = pd.DataFrame({"city": ["Oslo", "Bergen, Vestland"], "share": [1 / 3, 2.0]})


def test_dataframes_and_series_are_tables() -> None:
    assert is_table(CITIES)
    assert is_table(CITIES["city"])
    assert not is_table([1])
    assert not is_table(pd.Index([1]))


def test_a_table_is_csv_without_an_index_that_only_counts() -> None:
    assert table_text(CITIES) == 'city,share\nOslo,0.3333333333333333\n"Bergen, Vestland",2.0'


def test_an_index_that_says_something_is_kept() -> None:
    assert table_text(CITIES.set_index("city")) == 'city,share\nOslo,0.3333333333333333\n"Bergen, Vestland",2.0'
    assert table_text(CITIES.iloc[1:]) == ',city,share\n1,"Bergen, Vestland",2.0'


def test_a_series_has_its_name_as_head() -> None:
    assert table_text(CITIES["share"]) == "share\n0.3333333333333333\n2.0"
    assert table_text(pd.Series([1], index=["a"])) == ",value\na,1"


def test_numbers_have_as_many_digits_as_it_takes_to_read_them_back() -> None:
    numbers = [0.1 + 0.2, 1234567890.123456, 1e22, 123456789012345.0]
    assert table_text(pd.Series(numbers)).splitlines()[1:] == list(map(repr, numbers))
    assert table_text(pd.Series([0.1, 16777217.0], dtype="float32")) == "value\n0.1\n16777216.0"
    assert table_text(pd.Series([0.1, 3.3], dtype="float16")) == "value\n0.1\n3.3"
    assert (
        table_text(pd.DataFrame({"id": [2**63 - 1, 9007199254740993]})) == "id\n9223372036854775807\n9007199254740993"
    )


def test_times_are_exact_and_dates_are_dates() -> None:
    dataframe = pd.DataFrame(
        {
            "day": pd.to_datetime(["2026-01-02", None]),
            "at": pd.to_datetime(["2026-01-02 03:04:05.123456789", "2026-01-02"], format="ISO8601"),
            "there": pd.to_datetime(["2026-01-02", "2026-01-02"]).tz_localize("Europe/Oslo"),
            "took": pd.to_timedelta([1, None], unit="ns"),
            "month": pd.period_range("2026-01", periods=2, freq="M"),
        }
    )
    assert table_text(dataframe).splitlines()[1:] == [
        "2026-01-02,2026-01-02 03:04:05.123456789,2026-01-02 00:00:00+01:00,0 days 00:00:00.000000001,2026-01",
        ",2026-01-02 00:00:00,2026-01-02 00:00:00+01:00,,2026-02",
    ]


def test_what_is_missing_an_empty_text_and_nan_look_different() -> None:
    mixed = pd.DataFrame({"a": pd.Series(["", None, float("nan"), "NaN", float("inf"), "Infinity"], dtype=object)})
    assert table_text(mixed).split("\n") == ["a", '""', "", "NaN", '"NaN"', "Infinity", '"Infinity"']
    assert table_text(pd.DataFrame({"a": [1.0, None], "b": ["x", None]})) == "a,b\n1.0,x\nNaN,"


def test_lists_and_arrays_in_cells_are_json() -> None:
    dataframe = pd.DataFrame({"a": [[1, "x"], {"b": np.arange(2_000)}, object]})
    first, second, third = table_text(dataframe).splitlines()[1:]
    assert first == '"[1,""x""]"'
    assert second.endswith('1998,1999]}"')
    assert third == "<class 'object'>"


def test_an_empty_table_is_its_head_and_says_so() -> None:
    assert table_text(CITIES.head(0)) == "city,share\n[0 rows]"
    assert table_text(pd.DataFrame()) == "[0 rows]"


def test_columns_over_the_limit_are_left_out_with_a_note() -> None:
    text = table_text(pd.DataFrame([range(300)]))
    assert text.splitlines()[1].endswith(",98,99")
    assert text.endswith("[1 of 1 rows, 100 of 300 columns; ask for a smaller part or a summary]")


def test_whole_rows_are_left_out_before_any_cell_is_cut() -> None:
    table = pd.DataFrame({"a": ["x" * 500, "y" * 500, "z"], "b": [1, 2, 3]})
    assert "y" * 500 in table_text(table)
    lines = table_text(table, max_output=700).splitlines()
    assert lines == ["a,b", "x" * 500 + ",1", "[1 of 3 rows, 2 columns; ask for a smaller part or a summary]"]


def test_of_one_row_that_is_too_long_the_note_says_which_cells_were_cut() -> None:
    table = pd.DataFrame({"id": [7, 8], "text": ["x" * 5_000, "y"], "more": ["line\n" * 100, ""]})
    text = table_text(table, max_output=400)
    shown = len(re.findall("x", text.partition("\n[")[0])) - 1  # the one of the head
    assert len(text) <= 400
    assert text.startswith(f'id,text,more\n7,{"x" * shown}…,"line\n')
    assert text.endswith("ask for a smaller part or a summary]")
    assert f"[1 of 2 rows, 3 columns; cut: text ({shown:,} of 5,000 characters), more (" in text
    assert shown > 80


def test_of_a_row_with_many_long_cells_some_are_named() -> None:
    text = table_text(pd.DataFrame([["x" * 300] * 30]), max_output=1_000)
    assert len(text) <= 1_000
    assert "9 (17 of 300 characters) and 20 more cells; ask" in text


def test_a_table_without_columns_says_how_many_rows_it_has() -> None:
    assert table_text(pd.DataFrame(index=range(3))) == "[3 rows, no columns]"


def test_a_table_that_lost_rows_always_says_so() -> None:
    dataframe = pd.DataFrame({"n": range(1_000)})
    for limit in range(7, 200, 3):
        text = table_text(dataframe, max_output=limit)
        assert len(text) <= limit
        assert "cut" in text or " of 1,000 rows" in text


def test_rows_over_the_limit_are_left_out_with_a_note() -> None:
    lines = table_text(pd.DataFrame({"n": range(1_000), "m": 0})).splitlines()
    assert len(lines) == 202
    assert lines[-2] == "199,0"
    assert lines[-1] == "[200 of 1,000 rows, 2 columns; ask for a smaller part or a summary]"


@pytest.mark.parametrize("limit", [90, 100, 150, 500])
def test_long_rows_are_cut_at_whole_lines_and_counted(limit: int) -> None:
    dataframe = pd.DataFrame({"n": range(50), "text": ["x" * 20] * 50})
    text = table_text(dataframe, max_output=limit)
    lines = text.splitlines()
    assert len(text) <= limit
    assert all(line.endswith("x" * 20) for line in lines[1:-1])
    assert lines[-1].startswith(f"[{len(lines) - 2} of 50 rows")


def test_a_limit_too_small_for_anything_is_kept_all_the_same() -> None:
    assert len(table_text(CITIES, max_output=5)) == 5
    assert len(table_text(pd.DataFrame({"a" * 500: [1]}), max_output=100)) == 100


def test_columns_of_several_levels_are_written() -> None:
    dataframe = pd.DataFrame({("a", "x"): [1], ("a", "y"): [2]})
    assert table_text(dataframe) == "a,a\nx,y\n1,2"
    named = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_product([["a"], ["x", "y"]], names=["letter", "end"]))
    assert table_text(named) == "a,a\nx,y\n1,2"
    assert table_text(named.set_axis(["r"]).rename_axis("row")) == "letter,a,a\nend,x,y\nrow,,\nr,1,2"
    assert table_text(named.set_axis(["r"])) == "letter,a,a\nend,x,y\nr,1,2"


def test_what_the_columns_are_called_stands_before_their_names() -> None:
    table = pd.DataFrame([[1, 2]], index=pd.Index(["Oslo"], name="city"), columns=pd.Index([2019, 2020], name="year"))
    assert table_text(table) == "year,2019,2020\ncity,,\nOslo,1,2"
    assert table_text(table.rename_axis(None)) == "year,2019,2020\nOslo,1,2"
    assert table_text(table.reset_index(drop=True)) == "2019,2020\n1,2"


def test_an_interval_with_its_comma_stands_in_quotes() -> None:
    assert table_text(pd.DataFrame({"a": pd.interval_range(0, 1), "b": [1]})) == 'a,b\n"(0, 1]",1'
