"""A wrong argument is told of at once, by its name, with what was given and what is wanted; and nothing is lost."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import pytest

from ws_notebook import Session, tool
from ws_notebook.exceptions import SettingsError
from ws_notebook.session.arguments import check
from ws_notebook.session.compare import compare
from ws_notebook.session.ways import variants_of
from ws_notebook.settings import Profile
from ws_notebook.transports.http import HttpTransport

__all__: list[str] = []

Open = Callable[..., Session]


def population(city: str) -> int:
    """How many people live in a city."""
    return len(city)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("tools", population, "the function population. Even one tool goes into a list"),
        ("tools", tool(population), "Even one tool goes into a list"),
        ("tools", "web_search", "'web_search'. Even one tool goes into a list"),
        ("tools", {"type": "web_search"}, "Even one tool"),
        ("tools", 5, "a list of tools"),
        ("options", [1], "a dict of request fields, not [1]"),
        ("options", {1: 2}, "a dict of request fields"),
        ("options", {"tools": 5}, "options['tools'] must be a list of hosted tools"),
        ("ssl", "ca.pem", "ssl.create_default_context(cafile='ca.pem')"),
        ("ssl", False, "an ssl.SSLContext, not False"),
        ("api_key", "", "api_key is an empty string"),
        ("api_key", " \n", "api_key is an empty string"),
        ("api_key", 5, "a string, or a function that returns one"),
        ("api_key", b"bytes", "a string, or a function that returns one"),
        ("api_key", "two words", "a line break or another odd character"),
        ("api_key", "two\nlines", "a line break or another odd character"),
        ("headers", [("a", "b")], "a dict of header names and values"),
        ("headers", {"X-Team": 5}, "headers['X-Team'] must be a string"),
        ("headers", {"X-Team": "a\r\nb"}, "headers['X-Team'] holds a line break"),
        ("headers", {"X-Team": "ü"}, "headers['X-Team'] holds"),
        ("headers", {"X Team": "a"}, "no name of a header"),
        ("headers", {"": "a"}, "no name of a header"),
        ("model", 5, "model must be a string, not 5"),
        ("instructions", b"x", "instructions must be a string"),
        ("store", "no", "True or False, not 'no'"),
        ("store", 1, "True or False, not 1"),
        ("max_turns", "3", "a whole number of at least 1"),
        ("transport", 5, "a Transport, not 5"),
        ("transport", "pigeon", "'auto', 'websocket', 'http' or a Transport"),
        ("transport", HttpTransport, "Make one: transport=HttpTransport()"),
        ("compression", "brotli", "compression must be 'auto', 'deflate' or None, not 'brotli'"),
        ("profile", 5, "a provider's name or a Profile"),
        ("profile", Profile(name="mine", max_message="4 MB"), "profile holds a wrong value"),  # type: ignore[arg-type]
        ("provider", 5, "a base URL, not 5"),
        ("provider", "localhost:8000/v1", "Did you mean 'http://localhost:8000/v1'?"),
    ],
)
def test_a_session_says_which_argument_is_wrong(name: str, value: Any, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Session(**{"provider": "local", name: value})
    assert words in str(caught.value)


def test_secrets_are_not_repeated() -> None:
    for name, value in (("api_key", "two words"), ("api_key", b"hidden"), ("headers", {"Key": "hid\nden"})):
        with pytest.raises(SettingsError) as caught:
            check(**{name: value})
        assert all(word not in str(caught.value) for word in ("two", "hid", "den"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", 5),
        ("instructions", 5),
        ("tools", population),
        ("max_turns", True),
        ("store", 0),
        ("options", [1]),
        ("images", 5),
        ("text_format", 5),
        ("watch", 5),
        ("parent", 5),
        ("parent", ""),
        ("parent", object()),
    ],
)
def test_a_question_with_a_wrong_argument_is_not_asked_and_the_tables_stay_readable(
    name: str, value: Any, local: Open
) -> None:
    session = local()
    with pytest.raises(SettingsError):
        session.start("one", **{name: value})
    assert session.runs == []
    assert session.ask("one").status == "completed"
    assert len(session.turns) == 1


@pytest.mark.parametrize("name", ["options", "instructions", "store", "tools"])
def test_what_was_set_on_the_session_is_checked_when_it_is_used(name: str, local: Open) -> None:
    session = local()
    before = getattr(session, name)
    setattr(session, name, 5)
    with pytest.raises(SettingsError, match=f"{name} must be"):
        session.start("one")
    setattr(session, name, before)
    assert session.ask("one").status == "completed"


def test_the_other_ways_in_name_their_argument_too(local: Open, tmp_path: Any) -> None:
    session = local()
    run = session.ask("one")
    wrong: list[tuple[str, Callable[[], object]]] = [
        ("path", lambda: session.record(5)),  # type: ignore[arg-type]
        ("path", lambda: session.record(None)),  # type: ignore[arg-type]
        ("path", lambda: session.trace(5)),  # type: ignore[arg-type]
        ("path", lambda: run.trace(5)),  # type: ignore[arg-type]
        ("call", lambda: run.branch(None, 5)),  # type: ignore[arg-type]
        ("call", lambda: run.code_of("call_1")),  # type: ignore[arg-type]
        ("timeout", lambda: run.result(timeout="5")),  # type: ignore[arg-type]
        ("timeout", lambda: run.result(timeout=float("nan"))),
        ("call", lambda: run.branch(5, "x")),  # type: ignore[arg-type]
        ("run", lambda: session.timeline(5)),  # type: ignore[arg-type]
        ("beside", lambda: session.latency(5)),  # type: ignore[arg-type]
        ("parent", lambda: session.compact(5)),  # type: ignore[arg-type]
        ("tools", lambda: session.warm_up(tools=5)),  # type: ignore[arg-type]
        ("ways", lambda: variants_of(session, "http", ())),
        ("models", lambda: variants_of(session, (), "abc")),
        ("models", lambda: variants_of(session, (), [5, 6])),  # type: ignore[list-item]
        ("rounds", lambda: compare("x", session=session, rounds=True)),
    ]
    for name, use in wrong:
        with pytest.raises(SettingsError, match=f"{name} must be"):
            use()
    assert run.result(timeout=0) is run


def test_what_fits_passes(local: Open) -> None:
    check(model="m", api_key=lambda: "x", headers={"X-Team": "a\tb"}, ssl=ssl.create_default_context(), timeout=0.5)
    check(tools=(), options={}, store=None, transport=HttpTransport())
    assert local(tools=iter([population])).ask("one", tools={population}, model="").status == "completed"


def test_a_value_whose_repr_fails_can_be_told_of() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise ValueError("no")

    with pytest.raises(SettingsError, match="not a value of type Odd"):
        check(model=Odd())
    with pytest.raises(SettingsError, match=r"… \(list\)"):
        check(model=["x" * 100])


@pytest.mark.parametrize("prices", [[1], {"demo": 1.0}, {"demo": (1, 2)}, {"demo": (1, -2, 3)}, {"demo": ("1", 2, 3)}])
def test_prices_are_three_numbers_for_a_model(prices: Any) -> None:
    with pytest.raises(SettingsError, match=r"prices must be \{model: \(input, cached, output\)\}"):
        Session(provider="local", prices=prices)
