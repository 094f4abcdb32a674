"""The table of the answers: aligned, typed, of the kind that was asked over."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from pydantic import BaseModel

from ws_notebook.batch.data import Data
from ws_notebook.batch.row import Row
from ws_notebook.batch.table import FACTS, answer_names, empty_answers, table
from ws_notebook.tools.schema.structured import TextFormat

__all__: list[str] = []


class City(BaseModel):
    name: str
    people: int
    error: str = ""


ROWS = [
    Row(0, "a", "completed", text="x", input_tokens=3, output_tokens=4, ms=5.0, attempts=1, cost=0.5),
    Row(1, "b", "failed", text="half", error="broken", attempts=2),
    Row(2, "c"),
]


def test_each_row_has_its_answer_and_its_facts() -> None:
    data = Data(pd.DataFrame({"q": [1, 2, 3]}, index=["a", "b", "c"]))
    found = table(data, ROWS, None, priced=True)
    assert list(found.columns) == ["answer", *FACTS]
    assert found.loc["a"].tolist() == ["x", "completed", pytest.approx(float("nan"), nan_ok=True), 3, 4, 0.5, 5.0, 1]
    assert found.loc["b", ["status", "error", "attempts"]].tolist() == ["failed", "broken", 2]
    assert found.answer.isna().tolist() == [False, True, True]
    assert found.input_tokens.isna().tolist() == [False, False, True]
    assert "cost" not in table(data, ROWS, None, priced=False).columns
    assert table(data, ROWS[1:2], None, priced=False).index.tolist() == ["b"]


def test_fields_of_the_form_are_columns_and_those_of_a_facts_name_are_told_apart() -> None:
    wanted = TextFormat(City)
    rows = [Row(0, 0, "completed", value=City(name="Oslo", people=5)), Row(1, 1, "failed")]
    found = table(Data([1, 2]), rows, wanted, priced=False)
    assert list(found.columns[:4]) == ["name", "people", "answer.error", "status"]
    assert found.name.tolist()[0] == "Oslo"
    assert found["answer.error"].tolist()[0] == ""
    assert answer_names(TextFormat(list[City])) == ["answer"]
    assert list(empty_answers(wanted).columns) == list(found.columns)


@pytest.mark.packages
def test_the_kind_of_the_data_is_kept() -> None:
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    for made, kind in (
        (polars.DataFrame({"q": [1, 2, 3]}), polars.DataFrame),
        (pyarrow.table({"q": [1, 2, 3]}), pyarrow.Table),
    ):
        found: Any = table(Data(made), ROWS, None, priced=False)
        assert isinstance(found, kind)
        assert found.to_pandas().answer.tolist()[0] == "x" if kind is pyarrow.Table else found["answer"][0] == "x"
