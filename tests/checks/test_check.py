"""Checks of what a run did, against real runs: what holds says so, what does not says what happened."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator

import pytest
from support.names import named
from support.server import running_server

import ws_notebook as wsn
from ws_notebook import Run, Session
from ws_notebook.checks.check import Check, check
from ws_notebook.exceptions import SettingsError
from ws_notebook.tools import tool

__all__: list[str] = []


class Unit(enum.Enum):
    PEOPLE = "people"


@tool
def population(city: str, unit: Unit = Unit.PEOPLE, limit: int | None = None) -> int:
    """Inhabitants of a city."""
    return {"Oslo": 709_000, "Paris": 2_103_000}[city]


@tool
def weather(city: str, days: list[int]) -> str:
    return f"rain in {city}"


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with (
        running_server() as server,
        wsn.Session(
            provider=server.base_url, profile="local", api_key=server.token, tools=[population, weather]
        ) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def one(session: Session) -> Run:
    return session.ask('call population("Oslo")', parent=None)


@pytest.fixture(scope="module")
def several(session: Session) -> Run:
    words = (
        'call population("Oslo") and population("Paris") then call weather("Oslo", days=[1, 2]) then say "It rains."'
    )
    return session.ask(words, parent=None)


@pytest.fixture(scope="module")
def broken(session: Session) -> Run:
    return session.ask('call population("Atlantis")', parent=None)


def first_line(checking: Callable[[], object]) -> str:
    with pytest.raises(AssertionError) as failed:
        checking()
    return str(failed.value).splitlines()[0]


def test_the_public_name_is_this_function() -> None:
    assert wsn.check is check


def test_a_chain_of_checks_that_hold_says_which(one: Run) -> None:
    checked = wsn.check(one).called("population", city="Oslo").times(1).no_parallel().answered(r"\d+")
    assert repr(checked) == (
        f'<Check of {one.id}: 4 checks passed: called population(city="Oslo"); 1 time; no parallel calls; '
        "answered /\\d+/>"
    )


def test_a_failure_says_first_what_is_not_so_and_then_what_happened(several: Run) -> None:
    with pytest.raises(AssertionError) as failed:
        check(several).no_errors().called("population", city="Oslo").times(2)
    assert str(failed.value).splitlines() == [
        'population(city="Oslo") was called 1 time, not 2 times.',
        "",
        f"What happened: {several.id} completed, 3 turns, 3 tool calls.",
        f'> {several.id}.1  population(city="Oslo") -> 709000',
        f'  {several.id}.1  population(city="Paris") -> 2103000',
        f'  {several.id}.2  weather(city="Oslo", days=[1, 2]) -> rain in Oslo',
        "  answer: It rains.",
        'Held before: no errors; called population(city="Oslo").',
    ]


def test_a_failure_in_a_test_shows_the_line_of_the_test_and_not_ours(several: Run) -> None:
    with pytest.raises(AssertionError) as failed:
        check(several).called("weather").times(3)
    shown = str(failed.getrepr(style="short"))
    assert ".times(3)" in shown
    assert "checks/check.py" not in shown.replace("\\", "/")


@pytest.mark.parametrize(
    ("arguments", "fits"),
    [
        ({}, True),
        ({"city": "Oslo"}, True),
        ({"city": "oslo"}, False),
        ({"city": re.compile("^O")}, True),
        ({"city": lambda city: len(city) == 4}, True),
        ({"city": ...}, True),
        ({"limit": ...}, False),
        ({"limit": None}, True),
        ({"other": None}, True),
        ({"city": "Oslo", "days": [1, 2]}, False),
    ],
    ids=named,
)
def test_arguments_are_compared_by_what_is_expected_of_them(one: Run, arguments: dict[str, object], fits: bool) -> None:
    if fits:
        assert check(one).called(population, **arguments).calls == one.tool_calls
    else:
        assert "never as population(" in first_line(lambda: check(one).called(population, **arguments))
        assert isinstance(check(one).not_called(population, **arguments), Check)


def test_a_tool_that_was_not_called_is_named_with_the_likely_slip(one: Run) -> None:
    assert first_line(lambda: check(one).called("weather")) == "weather() was not called."
    assert first_line(lambda: check(one).called("populaton", city="Oslo")) == (
        "populaton(city=\"Oslo\") was not called, and the run had no tool of that name (did you mean 'population'?)."
    )


def test_what_should_not_have_been_called(one: Run, session: Session) -> None:
    check(one).not_called("weather").not_called("population", city="Paris")
    assert first_line(lambda: check(one).not_called("population")) == (
        "population() was called 1 time, and should not have been."
    )
    assert first_line(lambda: check(one).not_called()) == "any tool() was called 1 time, and should not have been."
    check(session.ask('say "Hello."', parent=None)).not_called().answered("Hello")


def test_how_often(several: Run) -> None:
    called = check(several).called("population")
    called.times(2).at_least(2).at_most(2)
    check(several).called("weather").once()
    assert first_line(called.once) == "population() was called 2 times, not 1 time."
    assert first_line(lambda: called.at_least(3)) == "population() was called 2 times, not at least 3 times."
    assert first_line(lambda: called.at_most(1)) == "population() was called 2 times, not at most 1 time."


def test_calls_at_once_and_one_by_one(several: Run) -> None:
    check(several).called("weather").no_parallel()
    check(several).called("population").parallel()
    at_once = f"2 calls were asked for at once in {several.id}.1."
    assert first_line(lambda: check(several).no_parallel()) == at_once
    assert first_line(lambda: check(several).called("population", city="Paris").no_parallel()) == at_once
    assert first_line(lambda: check(several).called("weather").parallel()) == (
        "weather() was not asked for at once with other calls."
    )


def test_the_order_of_calls(several: Run) -> None:
    check(several).order("population", "population", weather).called("population").before(weather, city="Oslo")
    check(several).called("weather").after("population")
    assert first_line(lambda: check(several).order("weather", "population")) == (
        "population was not called after weather; the order should be weather, then population."
    )
    assert first_line(lambda: check(several).called("weather").before("population")) == (
        "weather() was not called before population()."
    )
    assert "was not called at all" in first_line(lambda: check(several).called("weather").after("nothing"))


def test_the_answer(several: Run) -> None:
    check(several).answered().answered("rains").answered(re.compile("RAINS", re.I)).not_answered("snow")
    assert first_line(lambda: check(several).answered("snow")) == "The answer does not match /snow/."
    assert first_line(lambda: check(several).not_answered("rains")) == "The answer matches /rains/, and should not."


def test_limits(several: Run) -> None:
    check(several).max_turns(3).max_calls(3).max_tokens(100_000).within(60)
    assert first_line(lambda: check(several).max_turns(2)) == "The run took 3 turns, more than 2."
    assert first_line(lambda: check(several).max_calls(1)) == "The run took 3 tool calls, more than 1."
    assert re.fullmatch(r"The run took \d+ tokens, more than 1\.", first_line(lambda: check(several).max_tokens(1)))
    assert re.fullmatch(r"The run took .* s, longer than 0 s\.", first_line(lambda: check(several).within(0)))


def test_what_calls_returned(several: Run) -> None:
    check(several).called("population", city="Oslo").returned(709_000).returned("709").succeeded().ran_within(30)
    check(several).called("population").returned(lambda text: int(text) > 1)
    assert first_line(lambda: check(several).called("population").returned(709_000)) == (
        "population() did not return 709000."
    )


def test_calls_that_failed(broken: Run, one: Run) -> None:
    check(broken).called("population").failed("KeyError.*Atlantis")
    assert first_line(lambda: check(broken).no_errors()) == "1 tool call did not complete."
    assert first_line(lambda: check(broken).called("population").succeeded()) == "population() did not complete."
    assert first_line(lambda: check(one).called("population").failed()) == "population() did not fail."
    assert first_line(lambda: check(broken).called("population").failed("ValueError")) == (
        "population() did not fail with /ValueError/."
    )
    with pytest.raises(AssertionError, match="failed: KeyError: 'Atlantis'"):
        check(broken).no_errors()


def test_how_a_run_ended(session: Session) -> None:
    run = session.start('call population("Oslo") then call population("Paris")', parent=None, max_turns=1)
    run.observe(lambda *_: None)
    with pytest.raises(wsn.WsNotebookError):
        run.result()
    check(run).ended("failed")
    assert first_line(lambda: check(run).ended("completed")) == "The run is failed, not completed."
    assert first_line(lambda: check(run).answered()) == "The run is failed, so there is no whole answer."
    assert first_line(lambda: check(run).no_errors()) == "The run is failed."


def test_what_is_no_finished_run_is_refused_with_the_remedy(session: Session) -> None:
    with pytest.raises(SettingsError, match=r"not Session. Take one of its runs: session\.runs\[-1\]"):
        check(session)
    run = session.start("write 2000 words", parent=None)
    try:
        if not run.done:
            with pytest.raises(SettingsError, match=r"still in progress\. Wait for its end with run\.result\(\)"):
                check(run)
    finally:
        run.cancel()
    check(run).ended("cancelled" if run.error else "completed")


def test_a_pattern_or_a_name_that_is_none_is_refused(one: Run) -> None:
    with pytest.raises(SettingsError, match=r"no regular expression.*re\.escape"):
        check(one).answered("(")
    with pytest.raises(SettingsError, match="names a tool by its name or by the tool itself"):
        check(one).called(3)
