"""Functions as people write them, each with a call as a model would make it and the Python values that must arrive.

Annotations are strings here, as in every notebook that begins with `from __future__ import annotations`.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NewType, NotRequired, Optional, TypedDict, Union
from uuid import UUID

import annotated_types
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import Doc

__all__ = ["ZOO", "Animal"]


class Colour(enum.Enum):
    """A colour of the flag."""

    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Mixed(enum.Enum):
    ONE = 1
    TWO = "two"


@dataclass
class Point:
    """A point on a map.

    Attributes:
        lat: degrees north
        lon: degrees east
    """

    lat: float
    lon: float = 0.0


@dataclass
class Tree:
    value: int
    children: list[Tree] = field(default_factory=list)


class Address(TypedDict):
    """Where somebody lives."""

    street: str
    number: NotRequired[int]


class Loose(TypedDict, total=False):
    a: int
    b: str


class Pair(NamedTuple):
    left: int
    right: str = "r"


class Item(BaseModel):
    name: str = Field(description="what it is called", min_length=1)
    price: Decimal = Field(gt=0)
    tags: list[str] = []


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")
    items: list[Item]
    place: Point | None = None


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    known: int


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str]


UserId = NewType("UserId", int)
Json = dict[str, Any]


def nothing() -> str:
    """Takes nothing."""
    return "nothing"


def text(city: str) -> str:
    return city


def numbers(a: int, b: float, c: bool) -> tuple[Any, ...]:
    return a, b, c


def with_default(limit: int = 10) -> int:
    return limit


def unannotated_default(limit=10, unit="C", ratio=0.5, loud=False):
    return limit, unit, ratio, loud


def optional_none(note: str | None = None) -> str | None:
    return note


def optional_required(note: Optional[str]) -> str | None:  # noqa: UP045 - as people write it
    return note


def none_is_not_the_default(limit: int | None = 10) -> int | None:
    return limit


def old_union(value: Union[int, str]) -> int | str:  # noqa: UP007 - as people write it
    return value


def new_union(value: int | list[int] | None) -> Any:
    return value


def keyword_only(*, a: int, b: int = 2) -> tuple[int, int]:
    return a, b


def positional_only(a: int, b: int = 2, /, c: int = 3) -> tuple[int, int, int]:
    return a, b, c


def literal(mode: Literal["fast", "slow"]) -> str:
    return mode


def literal_mixed(mode: Literal["auto", 3, None] = "auto") -> Any:
    return mode


def one_literal(mode: Literal["only"]) -> str:
    return mode


def colour(value: Colour) -> Colour:
    return value


def colour_default(value: Colour = Colour.BLUE) -> Colour:
    return value


def level(value: Level) -> Level:
    return value


def mixed(value: Mixed) -> Mixed:
    return value


def strings(values: list[str]) -> list[str]:
    return values


def sequence(values: Sequence[int]) -> Sequence[int]:
    return values


def nested_lists(matrix: list[list[float]]) -> list[list[float]]:
    return matrix


def pair(values: tuple[float, float]) -> tuple[float, float]:
    return values


def mixed_tuple(values: tuple[int, str]) -> tuple[int, str]:
    return values


def any_tuple(values: tuple[int, ...]) -> tuple[int, ...]:
    return values


def unique(values: set[int]) -> set[int]:
    return values


def frozen(values: frozenset[str] = frozenset({"a"})) -> frozenset[str]:
    return values


def point(where: Point) -> Point:
    return where


def points(where: list[Point]) -> list[Point]:
    return where


def described_point(where: Annotated[Point, "the place to look at"]) -> Point:
    return where


def point_default(where: Point = Point(1.0, 2.0)) -> Point:  # noqa: B008 - as people write it
    return where


def tree(root: Tree) -> Tree:
    """Walk a tree.

    Args:
        root: where to begin
    """
    return root


def address(value: Address) -> Address:
    return value


def addresses(value: list[Address] | None = None) -> list[Address] | None:
    return value


def partial_dictionary(value: Loose) -> Loose:
    return value


def named_pair(value: Pair) -> Pair:
    return value


def order(value: Order) -> Order:
    return value


def pet(value: Cat | Dog) -> Cat | Dog:
    return value


def chosen_pet(value: Annotated[Cat | Dog, Field(discriminator="kind")]) -> Cat | Dog:
    return value


def moment(at: dt.datetime, day: dt.date, hour: dt.time, length: dt.timedelta) -> tuple[Any, ...]:
    return at, day, hour, length


def identifiers(key: UUID, amount: Decimal, file: Path) -> tuple[Any, ...]:
    return key, amount, file


def data(blob: bytes) -> bytes:
    return blob


def new_type(user: UserId) -> UserId:
    return user


def bounded(age: Annotated[int, Field(ge=0, le=150, description="age in years")]) -> int:
    return age


def bounded_by_types(share: Annotated[float, annotated_types.Ge(0), annotated_types.Le(1)]) -> float:
    return share


def documented(name: Annotated[str, Doc("the name on the door")]) -> str:
    return name


def patterned(code: Annotated[str, Field(pattern="^[A-Z]{3}$")]) -> str:
    return code


def odd_names(schema: int, _private: int, model_config: int, self: int, json: int = 0) -> tuple[int, ...]:
    return schema, _private, model_config, self, json


async def asynchronous(a: int) -> int:
    return a


def generator(n: int) -> Any:
    yield from range(n + 1)


async def async_generator(n: int) -> Any:
    for i in range(n + 1):
        yield i


def free_keys(counts: dict[str, int]) -> dict[str, int]:
    return counts


def bare_dict(options: dict) -> dict:
    return options


def bare_list(values: list) -> list:
    return values


def anything(value: Any) -> Any:
    return value


def an_object(value: object = None) -> object:
    return value


def mapping(value: Mapping[str, float] | None = None) -> Any:
    return value


def open_model(value: Open) -> Open:
    return value


def json_alias(value: Json) -> Json:
    return value


def literal_keys(value: dict[Literal["a", "b"], int]) -> Any:
    return value


def unknown_default(value: int = typing.cast(int, object())) -> str:
    return type(value).__name__


class Calculator:
    """Adds with an offset."""

    def __init__(self, offset: int) -> None:
        self.offset = offset

    def add(self, a: int, b: int = 0) -> int:
        """Add two numbers and the offset."""
        return a + b + self.offset

    def __call__(self, a: int) -> int:
        return a + self.offset

    @staticmethod
    def double(a: int) -> int:
        return 2 * a

    @classmethod
    def named(cls, a: int) -> str:
        return f"{cls.__name__} {a}"


def scaled(a: float, factor: float, unit: str = "m") -> str:
    """Scale a length."""
    return f"{a * factor} {unit}"


def logged(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


@logged
def wrapped(where: Point, n: int = 1) -> Any:
    """Wrapped by a decorator."""
    return where, n


@dataclass(frozen=True)
class Animal:
    """One function of the zoo."""

    function: Callable[..., Any]
    arguments: dict[str, Any]
    """What the model sends, every parameter of a strict schema included."""
    result: Any
    """What the function returns then: the values that arrived."""
    strict: bool = True
    name: str = ""

    def __str__(self) -> str:
        return self.name or getattr(self.function, "__name__", repr(self.function))


_UTC = dt.UTC
_KEY = "12345678-1234-5678-1234-567812345678"

ZOO = [
    Animal(nothing, {}, "nothing"),
    Animal(text, {"city": "Oslo"}, "Oslo"),
    Animal(numbers, {"a": 1, "b": 2, "c": True}, (1, 2.0, True)),
    Animal(with_default, {"limit": None}, 10, name="default by null"),
    Animal(with_default, {"limit": 3}, 3),
    Animal(unannotated_default, {"limit": None, "unit": "F", "ratio": 1, "loud": None}, (10, "F", 1.0, False)),
    Animal(optional_none, {"note": None}, None),
    Animal(optional_none, {"note": "x"}, "x", name="optional given"),
    Animal(optional_required, {"note": None}, None),
    Animal(none_is_not_the_default, {"limit": None}, 10),
    Animal(old_union, {"value": "x"}, "x"),
    Animal(new_union, {"value": [1, 2]}, [1, 2]),
    Animal(new_union, {"value": None}, None, name="null of a required union"),
    Animal(keyword_only, {"a": 1, "b": None}, (1, 2)),
    Animal(positional_only, {"a": 1, "b": None, "c": 5}, (1, 2, 5)),
    Animal(positional_only, {"a": 1, "b": 7, "c": None}, (1, 7, 3), name="positional-only given"),
    Animal(literal, {"mode": "slow"}, "slow"),
    Animal(literal_mixed, {"mode": 3}, 3),
    Animal(one_literal, {"mode": "only"}, "only"),
    Animal(colour, {"value": "red"}, Colour.RED),
    Animal(colour_default, {"value": None}, Colour.BLUE),
    Animal(level, {"value": 2}, Level.HIGH),
    Animal(mixed, {"value": "two"}, Mixed.TWO),
    Animal(strings, {"values": ["a", "b"]}, ["a", "b"]),
    Animal(sequence, {"values": [1]}, [1]),
    Animal(nested_lists, {"matrix": [[1, 2], []]}, [[1.0, 2.0], []]),
    Animal(pair, {"values": [1, 2]}, (1.0, 2.0)),
    Animal(mixed_tuple, {"values": [1, "a"]}, (1, "a")),
    Animal(any_tuple, {"values": [1, 2, 3]}, (1, 2, 3)),
    Animal(unique, {"values": [2, 1]}, {1, 2}),
    Animal(frozen, {"values": None}, frozenset({"a"})),
    Animal(point, {"where": {"lat": 1, "lon": None}}, Point(1.0, 0.0)),
    Animal(points, {"where": [{"lat": 1, "lon": 2}]}, [Point(1.0, 2.0)]),
    Animal(described_point, {"where": {"lat": 1, "lon": 2}}, Point(1.0, 2.0)),
    Animal(point_default, {"where": None}, Point(1.0, 2.0)),
    Animal(tree, {"root": {"value": 1, "children": [{"value": 2, "children": None}]}}, Tree(1, [Tree(2, [])])),
    Animal(address, {"value": {"street": "Karl Johan", "number": None}}, {"street": "Karl Johan"}),
    Animal(addresses, {"value": [{"street": "a", "number": 3}]}, [{"street": "a", "number": 3}]),
    Animal(partial_dictionary, {"value": {"a": None, "b": "x"}}, {"b": "x"}),
    Animal(named_pair, {"value": {"left": 1, "right": None}}, Pair(1)),
    Animal(
        order,
        {"value": {"items": [{"name": "pen", "price": "1.50", "tags": None}], "place": None}},
        Order(items=[Item(name="pen", price=Decimal("1.50"))]),
    ),
    Animal(pet, {"value": {"kind": "dog", "tricks": ["sit"]}}, Dog(kind="dog", tricks=["sit"])),
    Animal(pet, {"value": {"kind": "cat", "lives": None}}, Cat(kind="cat"), name="null in a union's member"),
    Animal(chosen_pet, {"value": {"kind": "cat", "lives": 7}}, Cat(kind="cat", lives=7)),
    Animal(
        moment,
        {"at": "2026-01-02T03:04:05Z", "day": "2026-01-02", "hour": "03:04:05", "length": "PT90M"},
        (dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=_UTC), dt.date(2026, 1, 2), dt.time(3, 4, 5), dt.timedelta(hours=1.5)),
    ),
    Animal(
        identifiers,
        {"key": _KEY, "amount": "1.10", "file": "data/a.csv"},
        (UUID(_KEY), Decimal("1.10"), Path("data/a.csv")),
    ),
    Animal(data, {"blob": "aGVsbG8="}, b"hello"),
    Animal(new_type, {"user": 7}, 7),
    Animal(bounded, {"age": 30}, 30),
    Animal(bounded_by_types, {"share": 0.5}, 0.5),
    Animal(documented, {"name": "Bo"}, "Bo"),
    Animal(patterned, {"code": "OSL"}, "OSL"),
    Animal(odd_names, {"schema": 1, "_private": 2, "model_config": 3, "self": 4, "json": 5}, (1, 2, 3, 4, 5)),
    Animal(generator, {"n": 3}, 3),
    Animal(Calculator(10).add, {"a": 1, "b": 2}, 13, name="a bound method"),
    Animal(Calculator(10), {"a": 1}, 11, name="a callable object"),
    Animal(Calculator.double, {"a": 2}, 4, name="a static method"),
    Animal(Calculator.named, {"a": 2}, "Calculator 2", name="a class method"),
    Animal(functools.partial(scaled, factor=2.0), {"a": 1, "unit": None}, "2.0 m", name="a partial by keyword"),
    Animal(functools.partial(scaled, 1.5), {"factor": 2, "unit": "km"}, "3.0 km", name="a partial by position"),
    Animal(wrapped, {"where": {"lat": 1, "lon": None}, "n": None}, (Point(1.0), 1)),
    Animal(unknown_default, {"value": None}, "object"),
    Animal(free_keys, {"counts": {"a": 1}}, {"a": 1}, strict=False),
    Animal(bare_dict, {"options": {"a": [1]}}, {"a": [1]}, strict=False),
    Animal(bare_list, {"values": [1, "a"]}, [1, "a"], strict=False),
    Animal(anything, {"value": {"x": None}}, {"x": None}, strict=False),
    Animal(an_object, {"value": 1}, 1, strict=False),
    Animal(mapping, {"value": {"a": 1}}, {"a": 1.0}, strict=False),
    Animal(open_model, {"value": {"known": 1, "new": 2}}, Open.model_validate({"known": 1, "new": 2}), strict=False),
    Animal(json_alias, {"value": {"a": 1}}, {"a": 1}, strict=False),
    Animal(literal_keys, {"value": {"a": 1}}, {"a": 1}, strict=False),
]
