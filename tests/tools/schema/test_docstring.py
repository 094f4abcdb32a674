"""Docstrings of every style are read alike."""

from __future__ import annotations

import pytest
from docstring_parser import parse
from hypothesis import given
from hypothesis import strategies as st

from ws_notebook.tools.schema.docstring import Description, describe

__all__: list[str] = []

GOOGLE = """Find a city.

    Looks it up in the atlas.

    Args:
        name (str): the name of the city,
            in English
        limit: how many

    Returns:
        What was found.

    Raises:
        KeyError: if there is none
    """

NUMPY = """Find a city.

    Looks it up in the atlas.

    Parameters
    ----------
    name : str
        the name of the city,
        in English
    limit : int, optional
        how many

    Returns
    -------
    str
        What was found.
    """

SPHINX = """Find a city.

    Looks it up in the atlas.

    :param name: the name of the city,
        in English
    :param int limit: how many
    :returns: What was found.
    """


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, SPHINX], ids=["google", "numpy", "sphinx"])
def test_description_and_parameters_are_found_in_every_style(text: str) -> None:
    described = describe(text)
    assert described.text == "Find a city.\n\nLooks it up in the atlas."
    assert described.parameters == {"name": "the name of the city, in English", "limit": "how many"}


def test_numpy_may_describe_several_parameters_at_once() -> None:
    text = """Move.

    Parameters
    ----------
    x, y : float
        a coordinate
    """
    assert describe(text).parameters == {"x": "a coordinate", "y": "a coordinate"}


def test_attributes_of_a_class_are_read_as_parameters() -> None:
    assert describe("A point.\n\nAttributes:\n    x: to the east\n").parameters == {"x": "to the east"}


@pytest.mark.parametrize("text", [None, "", "   \n  "])
def test_no_docstring_says_nothing(text: str | None) -> None:
    assert describe(text) == ("", {})


def test_plain_text_stays_as_it_is() -> None:
    assert describe("Add two numbers: a and b.").text == "Add two numbers: a and b."


def test_a_broken_section_is_kept_as_text() -> None:
    described = describe(":param: nobody\nRest")
    assert "nobody" in described.text
    assert described.parameters == {}


def test_a_docstring_of_arguments_alone_has_no_text() -> None:
    assert describe("Args:\n        a: the first\n            of all\n    ") == Description(
        "", {"a": "the first of all"}
    )
    assert describe("Args:\n        a: one\n\n    Returns:\n        all\n    ") == Description("", {"a": "one"})


def test_a_docstring_without_sections_stays_as_it_is() -> None:
    text = "Says this:\n\n    indented\n        more\n\nand that."
    assert describe(text).text == text


@given(st.text("ab :@.-\\`*", max_size=12).map(lambda rest: f"a{rest}".strip()))
def test_one_line_is_read_as_the_parser_reads_it(line: str) -> None:
    parsed = parse(line)
    expected = (parsed.description or "") if parsed.meta else line
    assert describe(line).text == expected.strip()


@pytest.mark.parametrize("line", [":", ": x", ":::", ": :a"])
def test_what_the_parser_fails_at_is_a_description_as_it_stands(line: str) -> None:
    assert describe(line) == Description(line, {})
