from __future__ import annotations

import datetime as datetime_module
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, Flag, auto
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

import pytest
from pydantic import BaseModel, Field

from ws_notebook.session.code import call_source, tool_source
from ws_notebook.tools import ToolRegistry, tool

__all__: list[str] = []


class Unit(Enum):
    metres = "m"


class Marks(Flag):
    red = auto()
    blue = auto()


class Point(NamedTuple):
    x: float
    y: float = 0.0


class Words(TypedDict):
    title: str


@dataclass
class Place:
    name: str
    at: list[Point] = field(default_factory=list)


class Trip(BaseModel):
    place: Place
    days: int = Field(1, alias="for")


class Plain(BaseModel):
    a: int
    b: int = 2


@tool
def plain(city: str, times: int = 1) -> str:
    return city * times


HERE = {name: value for name, value in globals().items() if isinstance(value, type) or name == "plain"}


def written(annotation: Any, json: str, names: dict[str, Any] | None = None) -> str:
    """The code for a call of `f` with this one argument."""

    def f(a: Any) -> None: ...

    f.__annotations__["a"] = annotation
    made = tool(f)
    return call_source(made, "f", f'{{"a": {json}}}', HERE if names is None else names)


def test_a_call_is_written_with_its_arguments_by_name() -> None:
    assert call_source(plain, "plain", '{"city": "O\'slo", "times": null}', HERE) == 'plain(city="O\'slo")'


@pytest.mark.parametrize(
    ("annotation", "json", "code"),
    [
        (int, "3", "3"),
        (float, "1.5", "1.5"),
        (bool, "true", "True"),
        (int | None, "null", "None"),
        (list[str], '["a", "b"]', '["a", "b"]'),
        (tuple[int, ...], "[1]", "(1,)"),
        (set[int], "[]", "set()"),
        (frozenset[int], "[1]", "frozenset([1])"),
        (dict[str, int], '{"a": 1}', '{"a": 1}'),
        (Unit, '"m"', "Unit.metres"),
        (Point, "[1, 2]", "Point(x=1.0, y=2.0)"),
        (Words, '{"title": "x"}', '{"title": "x"}'),
        (Place, '{"name": "Oslo", "at": [[1, 2]]}', 'Place(name="Oslo", at=[Point(x=1.0, y=2.0)])'),
        (Plain, '{"a": 1}', "Plain(a=1)"),
        (date, '"2026-01-02"', "date(2026, 1, 2)"),
        (time, '"03:04:05"', "time(3, 4, 5)"),
        (timedelta, '"P1D"', "timedelta(days=1)"),
    ],
)
def test_values_are_written_as_code(annotation: Any, json: str, code: str) -> None:
    text = written(annotation, json)
    assert text == f"f(a={code})"
    assert eval(code, dict(globals())) == tool_value(annotation, json)


def tool_value(annotation: Any, json: str) -> Any:
    def f(a: Any) -> None: ...

    f.__annotations__["a"] = annotation
    return tool(f).bind(f'{{"a": {json}}}').kwargs["a"]


def test_what_the_notebook_lacks_is_imported() -> None:
    assert written(Decimal, '"1.50"', {}) == "from decimal import Decimal\nf(a=Decimal('1.50'))"
    assert written(Path, '"/etc"', {}) == 'from pathlib import Path\nf(a=Path("/etc"))'
    identifier = str(uuid.UUID(int=3))
    assert written(uuid.UUID, f'"{identifier}"', {}) == f"from uuid import UUID\nf(a=UUID('{identifier}'))"
    assert written(Unit, '"m"', {}) == f"from {__name__} import Unit\nf(a=Unit.metres)"


def test_moments_keep_the_notebooks_own_name_for_datetime() -> None:
    text = '"2026-01-02T03:04:05Z"'
    moment = "datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)"
    assert written(datetime, text, {"datetime": datetime}) == f"from datetime import timezone\nf(a={moment})"
    by_module = written(datetime, text, {"datetime": datetime_module})
    assert by_module == "f(a=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc))"


def test_what_cannot_be_written_goes_as_json() -> None:
    assert written(Trip, '{"place": {"name": "Oslo"}, "for": 2}').startswith("f.try_('{")
    assert call_source(plain, "plain", '{"town": 1}', HERE) == "plain.try_('{\"town\": 1}')"
    assert call_source(None, "gone", "{}", {}) == 'gone.try_("{}")'


def test_members_of_flags_that_have_no_name_are_made_of_their_value() -> None:
    assert written(Marks, "3") == "f(a=Marks(3))"


def test_the_code_gives_what_the_model_gets_of_coroutines_and_generators() -> None:
    @tool
    async def later(a: int) -> int:
        return a

    @tool
    def counting(a: int) -> Iterator[int]:
        yield a

    @tool
    async def counting_later(a: int) -> AsyncIterator[int]:
        yield a

    assert call_source(later, "later", '{"a": 1}', {}) == "await later(a=1)"
    assert call_source(counting, "counting", '{"a": 1}', {}) == "list(counting(a=1))"
    assert call_source(counting_later, "", '{"a": 1}', {}) == "[value async for value in counting_later(a=1)]"


def test_positional_only_arguments_stay_so() -> None:
    @tool
    def f(a: int, /, b: int) -> int:
        return a + b

    assert call_source(f, "f", '{"a": 1, "b": 2}', {}) == "f(1, b=2)"


class Store:
    @tool
    def left(self, sold: int) -> int:
        return 10 - sold


class Session:
    """Has tools as a session does."""

    def __init__(self) -> None:
        self.tools = ToolRegistry([plain])


def test_the_tool_is_named_as_the_notebook_names_it() -> None:
    store = Store()
    assert tool_source(plain, {"plain": plain}) == "plain"
    assert tool_source(plain, {"other": plain, "_": plain}) == "other"
    assert tool_source(store.left, {"shop": store}) == "shop.left"
    assert tool_source(plain, {"plain": plain.function, "mine": Session()}) == 'mine.tools["plain"]'
    assert tool_source(plain, {"shop": [store, plain], "other": [tool(plain, name="x")]}) == "shop[1]"
    assert tool_source(plain, {}) == "plain"
