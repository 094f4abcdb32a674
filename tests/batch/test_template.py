"""What a row is asked: templates by the rules of cells, functions, items; and one form for each kind of cell."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest
from support.pictures import png

from ws_notebook import SettingsError
from ws_notebook.batch.template import Template, described
from ws_notebook.tools.values.pictures import as_picture

__all__: list[str] = []

ROW: dict[str, Any] = {
    "text": "a {b} {text}",
    "price": 2.5,
    "when": pd.Timestamp("2026-02-03 04:05"),
    "day": datetime.date(2026, 2, 3),
    "lasts": datetime.timedelta(minutes=90),
    "kind": pd.Categorical(["big"])[0],
    "odd name": "x",
    "none": None,
    "nan": float("nan"),
    "nat": pd.NaT,
}


def asked(prompt: Any, row: dict[str, Any] = ROW, **names: Any) -> Any:
    return Template(prompt, row, names).question(row, row)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Say {text}.", "Say a {b} {text}."),
        ("{price:.2f} {price * 2} {price!r}", "2.50 5.0 2.5"),
        ("{when} {when:%d %B} {day} {lasts}", "2026-02-03T04:05:00 03 February 2026-02-03 P0DT1H30M0S"),
        ("{kind}", "big"),
        ("{row['odd name']}", "x"),
        ("<{none}{nan}{nat}>", "<>"),
        ("<{none:.1f}{nan:.1f}>", "<>"),
        ('{"json": 1} {{text}}', '{"json": 1} {text}'),
        ("{text.upper()}", "A {B} {TEXT}"),
        ("{price != 3} {none != 3}", "True True"),
    ],
)
def test_each_kind_of_cell_has_one_form(prompt: str, expected: str) -> None:
    found = asked(prompt)
    assert found == expected or found == expected.replace("P0DT1H30M0S", "PT5400S")


def test_names_besides_the_columns_come_behind_them() -> None:
    assert asked("{text} {extra}", {"text": "t"}, extra="e", text="no") == "t e"


@pytest.mark.parametrize("prompt", ["Say {txt}.", "{prce:.2f}", "{city}"])
def test_a_name_that_is_no_column_is_refused(prompt: str) -> None:
    with pytest.raises(SettingsError, match="Columns are: text, price"):
        Template(prompt, ["text", "price"])


@pytest.mark.parametrize("prompt", ["", "  \n", 5, None, [], ["words"]])
def test_what_is_no_prompt_is_refused(prompt: Any) -> None:
    with pytest.raises(SettingsError, match="prompt"):
        Template(prompt, ["text"])


def test_a_function_makes_the_question() -> None:
    assert Template(lambda row: f"of {row['text']}", ROW).question(ROW, ROW) == "of a {b} {text}"
    items = [{"role": "user", "content": "x"}]
    assert Template(lambda _: items, ROW).question(ROW, ROW) == items
    with pytest.raises(SettingsError, match="returned int"):
        Template(lambda _: 5, ROW).question(ROW, ROW)


def test_texts_within_items_are_templates() -> None:
    items = [
        {"role": "developer", "content": "Of {price}"},
        {
            "role": "user",
            "content": [{"type": "input_text", "text": "{kind}"}, {"type": "input_image", "image_url": "{"}],
        },
    ]
    found = asked(items)
    assert found[0]["content"] == "Of 2.5"
    assert found[1]["content"][0]["text"] == "big"
    assert found[1]["content"][1] == {"type": "input_image", "image_url": "{"}


def test_a_picture_is_sent_as_one() -> None:
    row = {"image": as_picture(png(4, 4), "image"), "n": 1}
    pieces = Template("Look: {image} {n}", row).question(row, row)
    assert [piece if isinstance(piece, str) else piece.caption[:5] for piece in pieces] == ["Look: ", "image", " ", "1"]


def test_it_knows_which_columns_it_uses() -> None:
    template = Template("{price:.1f} {text} {row['odd name']}", ROW)
    assert template.uses == ["text", "price"] or set(template.uses) == {"text", "price"}
    assert template.uses_row
    assert not Template("nothing", ROW).uses_row
    assert Template(lambda row: "x", ROW).by_function


def test_a_function_is_described_by_its_name() -> None:
    assert described(asked) == "function asked"
    assert described("x {y}") == "x {y}"


def test_a_column_is_used_wherever_an_expression_names_it() -> None:
    assert Template("{row['odd: name']!r}", ROW).uses_row
    assert Template("{1:>{price}}", ROW).uses == ["price"]
