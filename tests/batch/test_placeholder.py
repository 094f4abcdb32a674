from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ws_notebook.batch.placeholder import Misfit, placeholder, why_left

__all__: list[str] = []

NAMES: dict[str, Any] = {"x": 5, "width": 8, "name": "Ada", "frame": pd.DataFrame({"n": [1, 2]})}


def value(source: str) -> object:
    found = placeholder(source, NAMES, set(NAMES))
    assert found is not None
    return found.value(NAMES)


def test_a_value_is_written_as_an_f_string_writes_it() -> None:
    assert value("x:>{width}") == "       5"
    assert value("x=") == "x=5"
    assert value("name!r:>7") == "  'Ada'"


def test_a_table_is_compact_until_another_form_is_asked_for() -> None:
    assert value("frame") == "n\n1\n2"
    assert value("frame!r") == repr(NAMES["frame"])


@pytest.mark.parametrize(
    "source", ["", "x: 1", '"x": x', "missing:.1f", "len!r", "x:{missing}", "x:{", "x}:", "!r", ":3"]
)
def test_what_is_no_expression_of_the_notebook_s_names_is_text(source: str) -> None:
    assert placeholder(source, NAMES, set(NAMES)) is None


def test_an_unknown_format_that_does_not_fit_may_be_text() -> None:
    with pytest.raises(Misfit, match="the format 'red'"):
        value("name:red")


def test_the_reason_names_what_is_missing() -> None:
    assert why_left("nme", NAMES) == "there is no nme in the notebook. Did you mean name?"
    assert why_left("p, q", NAMES) == ""
    assert why_left("no expression", NAMES) == ""
