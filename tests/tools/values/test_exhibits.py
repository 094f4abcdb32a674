"""What people look at in a tool's result besides its text."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from ws_notebook.tools.values.exhibits import exhibits

__all__: list[str] = []


def only(value: object) -> dict[str, Any]:
    (found,) = exhibits(value)
    return dict(found)


def test_a_table_is_its_first_rows_and_columns() -> None:
    found = only(pd.DataFrame({f"c{number}": range(1000) for number in range(30)}))
    lines = found["cells"].split("\n")
    assert (len(lines), found["head"], found["rows"], found["columns"], found["index"]) == (21, 1, 1000, 30, 0)
    assert lines[0].split("\t") == [f"c{number}" for number in range(12)]


def test_the_index_and_what_is_missing_are_as_in_the_text() -> None:
    dataframe = pd.DataFrame({"people": [1.5, None]}, index=pd.Index(["Paris", "Os\tlo\n"], name="town"))
    found = only({"n": 2, "table": dataframe})
    assert found["cells"] == "town\tpeople\nParis\t1.5\nOs lo \tNaN" or found["cells"].endswith("Os lo \t")
    assert found["index"] == 1


def test_cells_are_bounded() -> None:
    found = only(pd.DataFrame({"a": ["x" * 10_000] * 50}))
    assert len(found["cells"]) < 20 * 90


def test_a_plotly_figure_is_its_data_without_a_template() -> None:
    found = only(go.Figure(go.Bar(x=["Paris", "Oslo"], y=[3, 1]), layout={"title": {"text": "Towns"}}))
    assert found["words"] == "plotly figure “Towns”: bar"
    spec = json.loads(found["figure"])
    assert spec["data"][0]["type"] == "bar"
    assert "template" not in spec["layout"]


def test_a_large_figure_is_words_only() -> None:
    found = only([go.Figure(go.Scatter(y=[str(number) * 9 for number in range(40_000)]))])
    assert found["figure"] is None
    assert found["words"] == "plotly figure: scatter"


@pytest.mark.parametrize("value", ["text", 5, None, [1, 2], {"a": 1}, b"x", [pd.DataFrame] * 2, object()])
def test_other_values_have_none(value: object) -> None:
    assert exhibits(value) == ()


def test_a_value_that_fails_when_it_is_looked_at_has_none() -> None:
    class Broken(pd.DataFrame):
        @property
        def iloc(self) -> Any:
            raise RuntimeError("no")

    assert exhibits(Broken({"a": [1]})) == ()


@pytest.mark.packages
def test_what_is_computed_when_it_is_looked_at_is_not_computed_again() -> None:
    polars = pytest.importorskip("polars")
    assert exhibits(polars.LazyFrame({"a": [1]})) == ()
    assert only(polars.DataFrame({"a": [1]}))["cells"] == "a\n1"
