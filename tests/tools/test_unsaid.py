"""What arguments do not tell whoever approves a call."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pydantic

from ws_notebook.tools import tool
from ws_notebook.tools.unsaid import unsaid

__all__: list[str] = []


class Odd:
    """Nothing that JSON knows."""

    def __repr__(self) -> str:
        return "Odd()"


class Filter(pydantic.BaseModel):
    name: str
    depth: int = pydantic.Field(3, alias="howDeep")
    token: str = "of mine"


@dataclass
class Range:
    first: int
    last: int = 9


@tool
def remove(
    path: str,
    days: int = 30,
    filters: list[Filter] | None = None,
    lines: Range | None = None,
    api_key: str = "secret",
    how: Any = Odd(),  # noqa: B008
) -> str:
    "Removes."
    return path


def defaults(text: str) -> dict[str, Any]:
    return remove.unsaid(text).defaults


def test_the_defaults_that_the_call_will_use_are_told() -> None:
    assert defaults('{"path": "/etc"}') == {
        "days": 30, "filters": None, "lines": None, "api_key": "…", "how": "Odd()"
    }  # fmt: skip
    assert "days" not in defaults('{"path": "/etc", "days": 7}')


def test_null_means_the_default() -> None:
    assert defaults('{"path": "/etc", "days": null}')["days"] == 30


def test_defaults_inside_of_an_argument_are_told_by_their_path() -> None:
    found = defaults('{"path": "", "filters": [{"name": "a", "howDeep": 1}, {"name": "b"}], "lines": {"first": 1}}')
    assert {name: value for name, value in found.items() if "." in name} == {
        "filters[0].token": "…", "filters[1].howDeep": 3, "filters[1].token": "…", "lines.last": 9
    }  # fmt: skip


def test_a_key_that_is_written_twice_is_told_wherever_it_stands() -> None:
    text = '{"path": "a", "path": "b", "lines": {"first": 1, "first": 2, "first": 3}}'
    assert sorted(remove.unsaid(text).repeated) == ["first", "path"]
    assert remove.unsaid('{"path": "a", "lines": {"first": 1}}').repeated == ()


def test_the_length_and_the_digest_are_those_of_what_was_written() -> None:
    text = '{"path":  "é"}'
    found = remove.unsaid(text)
    assert (found.length, found.digest) == (len(text), hashlib.sha256(text.encode()).hexdigest()[:16])


def test_text_that_is_no_json_tells_no_keys() -> None:
    found = unsaid((), "select 1", {})
    assert (found.defaults, found.repeated, found.length) == ({}, (), 8)


def test_a_value_that_cannot_be_written_is_named() -> None:
    class Bad:
        def __repr__(self) -> str:
            raise ValueError

    @tool
    def keep(path: str, value: Any = Bad()) -> str:  # noqa: B008
        "Keeps."
        return path

    assert keep.unsaid('{"path": ""}').defaults == {"value": "a value of type Bad"}
