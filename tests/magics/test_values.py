"""What `--format` and `--image` name: types, variables, files, addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.pictures import png

from ws_notebook.exceptions import SettingsError
from ws_notebook.magics.values import format_type, picture_values

__all__: list[str] = []


class City:
    """Stands for a type of the notebook."""


NAMES: dict[str, Any] = {"City": City, "fig": b"figure", "both": [b"one", b"two"], "d": {"k": b"inner"}, "none": None}


@pytest.mark.parametrize(
    ("text", "expected"), [("City", City), ("list[City]", list[City]), ("int", int), ("dict[str, int]", dict[str, int])]
)
def test_a_type_is_any_expression_of_the_notebook(text: str, expected: Any) -> None:
    assert format_type(text, NAMES) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Cty", "there is no 'Cty' in the notebook. Did you mean City?"),
        ("list[Cty]", "there is no 'Cty'"),
        ("a type", "takes a name or another Python expression, not 'a type'"),
        ("City.inner", "AttributeError"),
        ("none", "Leave the option out"),
    ],
)
def test_what_is_no_type_is_told_in_one_line(text: str, words: str) -> None:
    with pytest.raises(SettingsError) as told:
        format_type(text, NAMES)
    assert type(told.value) is SettingsError
    assert words in str(told.value)


def test_pictures_are_variables_expressions_files_and_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plot.png").write_bytes(png(3, 2))
    (tmp_path / "fig").write_bytes(png(3, 2))
    words = ["fig", "d['k']", "plot.png", "https://example.org/a.png", "both"]
    assert picture_values(words, NAMES) == {
        "fig": b"figure",
        "d['k']": b"inner",
        "plot.png": Path("plot.png"),
        "https://example.org/a.png": "https://example.org/a.png",
        "both[0]": b"one",
        "both[1]": b"two",
    }


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("missing.png", "--image missing.png: there is no such file, and no such variable"),
        ("~/no/such/file", "there is no such file"),
        ("fgi", "there is no 'fgi' in the notebook. Did you mean fig?"),
        ("1/0", "ZeroDivisionError"),
    ],
)
def test_what_is_no_picture_is_told_in_one_line(word: str, words: str) -> None:
    with pytest.raises(SettingsError) as told:
        picture_values([word], NAMES)
    assert words in str(told.value)
