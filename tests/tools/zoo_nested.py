"""More of the zoo: models within models, generics, aliases, wrappers; and types that arrive as something simpler."""

from __future__ import annotations

import asyncio
import collections
import datetime as dt
import enum
import functools
import ipaddress
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, LiteralString, NamedTuple, Optional, TypeAlias, TypeVar, Union

import typing_extensions
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, RootModel, StringConstraints, validate_call
from tools.zoo import Address, Animal, Cat, Dog, Item, Point

__all__ = ["NESTED"]

T = TypeVar("T")

Pet: TypeAlias = Annotated[Union[Cat, Dog], Field(discriminator="kind")]  # noqa: UP007 - as people write it
Scores: TypeAlias = "list[tuple[str, float]]"
Nested = typing_extensions.TypeAliasType("Nested", "list[int | Nested]")


class Unit(enum.StrEnum):
    METRE = "m"
    FOOT = "ft"


class Weight(enum.Enum):
    LIGHT = 0.5
    HEAVY = 2.5


class Box(BaseModel, Generic[T]):
    content: T
    label: str | None = None


class Person(BaseModel):
    """Somebody.

    Attributes:
        name: as in the passport
        boss: who decides
    """

    name: str
    boss: Person | None = None
    reports: list[Person] = []


class Kennel(BaseModel):
    pets: list[Pet] = Field(min_length=1, max_length=3, description="who lives there")
    owner: Person | None = None
    opened: dt.date = dt.date(2020, 1, 1)


class Signup(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    user_name: Annotated[str, StringConstraints(min_length=2, pattern="^[a-z]+$")] = Field(alias="userName")
    age: PositiveInt = Field(le=150)
    channel: Literal["web", "shop"] = "web"


class Numbers(RootModel[list[int]]):
    pass


@dataclass(kw_only=True, slots=True, frozen=True)
class Range(Generic[T]):
    low: T
    high: T
    step: int = field(default=1, metadata={"description": "between two values"})


@dataclass
class Trip:
    stops: list[Point]
    by: Unit = Unit.METRE
    notes: dict[str, str] = field(default_factory=dict)


class Settings(typing_extensions.TypedDict, total=False):
    depth: typing_extensions.Required[Annotated[int, Field(ge=1, description="levels")]]
    width: int


class Interval(NamedTuple):
    """From one moment to another."""

    start: dt.datetime
    length: dt.timedelta = dt.timedelta(hours=1)


def person(who: Person) -> Person:
    return who


def boxed(box: Box[int]) -> int:
    return box.content


def boxed_twice(box: Box[list[Box[str]]]) -> Any:
    return [inner.content for inner in box.content]


def kennel(where: Kennel) -> Kennel:
    return where


def signup(form: Signup) -> Signup:
    return form


def root_model(values: Numbers) -> Numbers:
    return values


def generic_dataclass(span: Range[float]) -> Range[float]:
    return span


def typed_settings(settings: Settings) -> Settings:
    return settings


def intervals(busy: list[Interval]) -> list[Interval]:
    return busy


def list_of_models(items: list[Item]) -> Any:
    return [item.name for item in items]


def optional_model(who: Optional[Person] = None) -> Any:  # noqa: UP045 - as people write it
    return who


def models_by_name(people: dict[str, Person]) -> Any:
    return {key: one.name for key, one in people.items()}


def trip(plan: Trip) -> Trip:
    return plan


def alias_in_words(scores: Scores) -> Any:
    return scores


def recursive_alias(values: Nested) -> Any:
    return values


def units(unit: Unit = Unit.METRE, weight: Weight = Weight.LIGHT) -> Any:
    return unit, weight


def literals_of_all_kinds(value: Literal["auto", 2, True, None]) -> Any:
    return value


def enum_in_literal(unit: Literal[Unit.METRE]) -> Any:
    return unit


def iterable(values: Iterable[int]) -> Any:
    return values


def collection(values: Collection[str], text: LiteralString = "x") -> Any:
    return values, text


def deque(values: collections.deque[int]) -> Any:
    return values


def union_of_containers(value: list[int] | Point | str | None = None) -> Any:
    return value


def union_of_dictionaries(value: Address | Settings) -> Any:
    return value


def typical_defaults(
    amount: Decimal = Decimal("1.50"),
    file: Path = Path("data.csv"),
    length: dt.timedelta = dt.timedelta(minutes=90),
    blob: bytes = b"hi",
    limit: float = float("inf"),
) -> Any:
    return amount, file, length, blob, limit


def address_of_machine(host: ipaddress.IPv4Address) -> Any:
    return host


def constrained(
    names: Annotated[list[Annotated[str, Field(max_length=3)]], Field(min_length=1)],
    ratio: Annotated[float, Field(gt=0, lt=1)] = 0.5,
) -> Any:
    return names, ratio


def factory(values: Annotated[list[int], Field(default_factory=list)]) -> Any:
    return values


def null(value: None) -> Any:
    return value


def any_type_variable(value: T) -> T:
    return value


def inverted(table: Mapping[int, str]) -> Any:
    return dict(table)


def deep(values: dict[str, list[dict[str, int]]]) -> Any:
    return values


def google(city: str, days: int = 3, *, units: Literal["C", "F"] = "C") -> Any:
    """The weather of the next days.

    Longer words about it.

    Args:
        city (str): Name of the city:
            with its country.
        days: How many days.
            Defaults to 3.
        units (str, optional): Degrees.

    Returns:
        A table.

    Raises:
        ValueError: if it is nowhere.
    """
    return city, days, units


def numpy_style(x: float, y: float, scale: float = 1.0) -> Any:
    """Scale a point.

    Parameters
    ----------
    x, y : float
        Where it is.
    scale : float, optional
        By how much.

    Returns
    -------
    tuple
    """
    return x * scale, y * scale


def sphinx(name: str, limit: int = 10) -> Any:
    """Search.

    :param name: what to look for,
        or a part of it
    :param int limit: at most
    :returns: nothing
    :raises KeyError: never
    """
    return name, limit


def section_only(a: int) -> Any:
    """Args:
    a: the only words
    """
    return a


def given_a_number(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(a: int) -> Any:
        return function(a, 40)

    return wrapper


@given_a_number
def with_fewer_parameters(a: int, b: int) -> int:
    """The wrapper fills one parameter itself."""
    return a + b


@functools.lru_cache
def cached(a: int) -> int:
    return a


@validate_call
def checked(a: PositiveInt, b: str = "x") -> Any:
    return a, b


def passed_on(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class Shop:
    def __init__(self) -> None:
        self.sold: list[str] = []

    @passed_on
    def sell(self, what: str, count: int = 1) -> int:
        """Sell something."""
        self.sold += [what] * count
        return len(self.sold)

    async def __call__(self, what: str) -> str:
        """Ask for something."""
        await asyncio.sleep(0)
        return what.upper()


_PERSON = {"name": "Bo", "boss": None, "reports": None}

NESTED = [
    Animal(
        person,
        {"who": {"name": "Al", "boss": _PERSON, "reports": [_PERSON]}},
        Person(name="Al", boss=Person(name="Bo"), reports=[Person(name="Bo")]),
    ),
    Animal(boxed, {"box": {"content": 3, "label": None}}, 3),
    Animal(boxed_twice, {"box": {"content": [{"content": "a", "label": "b"}], "label": None}}, ["a"]),
    Animal(
        kennel,
        {"where": {"pets": [{"kind": "cat", "lives": None}], "owner": None, "opened": None}},
        Kennel(pets=[Cat(kind="cat")]),
    ),
    Animal(signup, {"form": {"userName": "bo", "age": 3, "channel": None}}, Signup(user_name="bo", age=3)),
    Animal(root_model, {"values": [1, 2]}, Numbers([1, 2])),
    Animal(generic_dataclass, {"span": {"low": 1, "high": 2, "step": None}}, Range(low=1.0, high=2.0)),
    Animal(typed_settings, {"settings": {"depth": 1, "width": None}}, {"depth": 1}),
    Animal(
        intervals,
        {"busy": [{"start": "2026-01-02T03:04:05Z", "length": None}]},
        [Interval(dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC))],
    ),
    Animal(list_of_models, {"items": [{"name": "pen", "price": "1.5", "tags": None}]}, ["pen"]),
    Animal(optional_model, {"who": None}, None),
    Animal(models_by_name, {"people": {"x": {"name": "Bo"}}}, {"x": "Bo"}, strict=False),
    Animal(trip, {"plan": {"stops": [{"lat": 1}], "by": "ft"}}, Trip([Point(1.0)], Unit.FOOT), strict=False),
    Animal(alias_in_words, {"scores": [["a", 1]]}, [("a", 1.0)]),
    Animal(recursive_alias, {"values": [1, [2, [3]]]}, [1, [2, [3]]]),
    Animal(units, {"unit": "ft", "weight": 2.5}, (Unit.FOOT, Weight.HEAVY)),
    Animal(literals_of_all_kinds, {"value": True}, True),
    Animal(enum_in_literal, {"unit": "m"}, Unit.METRE),
    Animal(iterable, {"values": [1, 2]}, [1, 2]),
    Animal(collection, {"values": ["a"], "text": None}, (["a"], "x")),
    Animal(deque, {"values": [1]}, collections.deque([1])),
    Animal(union_of_containers, {"value": {"lat": 1, "lon": None}}, Point(1.0)),
    Animal(union_of_containers, {"value": [1]}, [1], name="a list of a union"),
    Animal(union_of_dictionaries, {"value": {"depth": 2, "width": None}}, {"depth": 2}),
    Animal(
        typical_defaults,
        dict.fromkeys(["amount", "file", "length", "blob", "limit"]),
        (Decimal("1.50"), Path("data.csv"), dt.timedelta(minutes=90), b"hi", float("inf")),
    ),
    Animal(
        typical_defaults,
        {"amount": "2.10", "file": "a", "length": "PT1H30M", "blob": "aGk=", "limit": 3},
        (Decimal("2.10"), Path("a"), dt.timedelta(minutes=90), b"hi", 3.0),
        name="the same defaults given",
    ),
    Animal(address_of_machine, {"host": "127.0.0.1"}, ipaddress.IPv4Address("127.0.0.1")),
    Animal(constrained, {"names": ["ab"], "ratio": None}, (["ab"], 0.5)),
    Animal(factory, {"values": None}, []),
    Animal(null, {"value": None}, None),
    Animal(any_type_variable, {"value": "x"}, "x", strict=False),
    Animal(inverted, {"table": {"1": "a"}}, {1: "a"}, strict=False),
    Animal(deep, {"values": {"a": [{"b": 1}]}}, {"a": [{"b": 1}]}, strict=False),
    Animal(google, {"city": "Oslo", "days": None, "units": "F"}, ("Oslo", 3, "F")),
    Animal(numpy_style, {"x": 1, "y": 2, "scale": None}, (1.0, 2.0)),
    Animal(sphinx, {"name": "a", "limit": None}, ("a", 10)),
    Animal(section_only, {"a": 1}, 1),
    Animal(with_fewer_parameters, {"a": 2}, 42),
    Animal(cached, {"a": 2}, 2),
    Animal(checked, {"a": 2, "b": None}, (2, "x")),
    Animal(Shop().sell, {"what": "pen", "count": None}, 1, name="a decorated method"),
    Animal(functools.partial(Shop().sell, count=2), {"what": "pen"}, 2, name="a partial of a method"),
    Animal(functools.partial(google, units="F"), {"city": "Oslo", "days": None}, ("Oslo", 3, "F"), name="a partial"),
]
