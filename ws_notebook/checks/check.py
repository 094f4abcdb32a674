"""Assertions about a run: what the model called and answered, in a cell or in pytest.

    check(run).called("population", city="Oslo").times(1).no_parallel().answered(r"\\d+")

Every method raises AssertionError, whose first line says what is not so and whose other lines what the run did, or
returns what the next method is called on.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, Self, TypeVar

from ws_notebook.checks.evidence import arguments_of, call_words, count, output_text, report
from ws_notebook.checks.matching import fits, found_in
from ws_notebook.core.run import RunState
from ws_notebook.core.turn import CallState
from ws_notebook.exceptions import SettingsError
from ws_notebook.manual import closest

__all__ = ["Calls", "Check", "check"]


C = TypeVar("C", bound="Check")


class _Failed(Exception):
    """What a check says when it fails, on the way out."""


def check(run: Any) -> Check:
    """Begin to check a `Run` that has ended.

    Raises SettingsError for what is no run, and for one that is still in progress.
    """
    state = getattr(run, "state", run)
    if not isinstance(state, RunState):
        hint = " Take one of its runs: session.runs[-1]." if hasattr(run, "runs") else ""
        raise SettingsError(f"check takes a run, as ask() and start() return it, not {type(run).__name__}.{hint}")
    if not state.done:
        raise SettingsError(f"Run {state.id} is still in progress. Wait for its end with run.result(), then check it.")
    return Check(state, [])


def _told_to_the_caller(checks: type[C]) -> type[C]:
    """Have what fails in its methods fail where they are called: neither pytest nor IPython shows the way inside."""

    def outside(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def checked(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            try:
                return method(*args, **kwargs)
            except _Failed as failed:
                raise AssertionError(*failed.args) from None

        return checked

    for name, member in list(vars(checks).items()):
        if callable(member) and not name.startswith("_"):
            setattr(checks, name, outside(member))
    return checks


@_told_to_the_caller
class Check:
    """A run that is being checked."""

    def __init__(self, run: RunState, passed: list[str]) -> None:
        self._run = run
        self._passed = passed
        """What held so far, in words."""

    # Which calls.

    def called(self, tool: Any, /, **arguments: Any) -> Calls:
        """The model called this tool, given by name or itself, with at least these arguments.

        A value is compared as JSON would carry it. A compiled regular expression is searched for in the value; a
        function is asked whether the value will do; `...` stands for any value; None for one that is left out too.
        """
        name = _name(tool)
        words = call_words(name, arguments)
        chosen = self._matching(name, arguments)
        named = self._matching(name, {})
        if not chosen and named:
            self._fail(f"{name} was called {count(len(named), 'time')}, but never as {words}.", named)
        if not chosen:
            self._fail(f"{words} was not called{self._hint(name)}.")
        return self._now(f"called {words}", Calls(self._run, self._passed, chosen, words))

    def not_called(self, tool: Any = None, /, **arguments: Any) -> Self:
        """The model did not call this tool (with these arguments); without a tool: it called none."""
        name = "" if tool is None else _name(tool)
        words = call_words(name, arguments)
        chosen = self._matching(name, arguments)
        said = f"{words} was called {count(len(chosen), 'time')}, and should not have been."
        return self._holds(not chosen, said, f"not called {words}", chosen)

    def order(self, *tools: Any) -> Self:
        """The tools were called in this order, other calls between them allowed. Calls of one turn count as listed."""
        names = [_name(tool) for tool in tools]
        asked = iter([call.name for call in self._run.tool_calls])
        for index, name in enumerate(names):
            if name not in asked:
                after = f" after {names[index - 1]}" if index else ""
                self._fail(f"{name} was not called{after}; the order should be {', then '.join(names)}.")
        return self._now(f"order {', then '.join(names)}", self)

    def no_parallel(self) -> Self:
        """No turn asked for more than one call."""
        return self._alone(self._run.tool_calls)

    # How it went.

    def answered(self, pattern: Any = None) -> Self:
        """The run completed with an answer, in which this regular expression is found."""
        if self._run.status != "completed":
            self._fail(f"The run is {self._run.status}, so there is no whole answer.")
        if not self._run.text:
            self._fail("The answer is empty.")
        if pattern is None:
            return self._now("answered", self)
        said = f"The answer does not match {_words(pattern)}."
        return self._holds(found_in(pattern, self._run.text), said, f"answered {_words(pattern)}")

    def not_answered(self, pattern: Any) -> Self:
        """This regular expression is not found in the answer."""
        said = f"The answer matches {_words(pattern)}, and should not."
        return self._holds(not found_in(pattern, self._run.text), said, f"answer without {_words(pattern)}")

    def no_errors(self) -> Self:
        """The run completed, and every call was answered with a result."""
        if self._run.status != "completed":
            self._fail(f"The run is {self._run.status}.")
        wrong = [call for call in self._run.tool_calls if call.status != "completed"]
        return self._holds(not wrong, f"{count(len(wrong), 'tool call')} did not complete.", "no errors", wrong)

    def ended(self, status: str) -> Self:
        """The run's status: completed, incomplete, failed, cancelled or unanswered."""
        said = f"The run is {self._run.status}, not {status}."
        return self._holds(self._run.status == status, said, f"ended {status}")

    def max_turns(self, limit: int) -> Self:
        """It took no more turns."""
        return self._at_most(len(self._run.turns), limit, "turn")

    def max_calls(self, limit: int) -> Self:
        """It made no more tool calls in all."""
        return self._at_most(len(self._run.tool_calls), limit, "tool call")

    def max_tokens(self, limit: int) -> Self:
        """It used no more tokens, input and output together, over all turns."""
        usage = self._run.usage
        used = usage["total_tokens"] or usage["input_tokens"] + usage["output_tokens"]
        return self._at_most(used, limit, "token")

    def within(self, seconds: float) -> Self:
        """It took no longer from the question to its end."""
        took = (self._run.ended or self._run.asked) - self._run.asked
        said = f"The run took {took:.2f} s, longer than {seconds:g} s."
        return self._holds(took <= seconds, said, f"within {seconds:g} s")

    # Inside.

    def _matching(self, name: str, arguments: dict[str, Any]) -> list[CallState]:
        return [
            call
            for call in self._run.tool_calls
            if name in ("", call.name)
            and all(fits(expected, arguments_of(call).get(key)) for key, expected in arguments.items())
        ]

    def _hint(self, name: str) -> str:
        offered = [str(one.get("name")) for one in self._run.settings.tools if one.get("name")]
        if name in offered or not offered:
            return ""
        near = closest(name, offered)
        which = f"did you mean {near!r}?" if near else f"there are {', '.join(offered)}"
        return f", and the run had no tool of that name ({which})"

    def _alone(self, calls: Iterable[CallState]) -> Self:
        turn = next((call.turn for call in calls if len(call.turn.tool_calls) > 1), None)
        if turn is not None:
            together = turn.tool_calls
            self._fail(f"{count(len(together), 'call')} were asked for at once in {turn.id}.", together)
        return self._now("no parallel calls", self)

    def _at_most(self, number: int, limit: int, noun: str) -> Self:
        said = f"The run took {count(number, noun)}, more than {limit:,}."
        return self._holds(number <= limit, said, f"at most {count(limit, noun)}")

    def _holds(self, right: bool, otherwise: str, words: str, marked: Iterable[CallState] = ()) -> Self:
        """Fail with *otherwise*, and those calls marked, or note *words* among what held."""
        if not right:
            self._fail(otherwise, marked)
        return self._now(words, self)

    def _now(self, words: str, following: C) -> C:
        self._passed.append(words)
        return following

    def _fail(self, words: str, marked: Iterable[CallState] = ()) -> NoReturn:
        held = f"\nHeld before: {'; '.join(self._passed)}." if self._passed else ""
        raise _Failed(f"{words}\n\n{report(self._run, list(marked))}{held}")

    def __repr__(self) -> str:
        if not self._passed:
            return f"<Check of {self._run.id}: nothing checked yet>"
        return f"<Check of {self._run.id}: {count(len(self._passed), 'check')} passed: {'; '.join(self._passed)}>"


@_told_to_the_caller
class Calls(Check):
    """The calls that `called` found: its own methods are about them, the others about the run."""

    def __init__(self, run: RunState, passed: list[str], calls: list[CallState], words: str) -> None:
        super().__init__(run, passed)
        self._calls = calls
        self._words = words

    @property
    def calls(self) -> list[CallState]:
        """The calls themselves."""
        return list(self._calls)

    def times(self, number: int) -> Self:
        """There were exactly so many."""
        return self._counted(len(self._calls) == number, count(number, "time"))

    def once(self) -> Self:
        """There was exactly one."""
        return self._counted(len(self._calls) == 1, count(1, "time"))

    def at_least(self, number: int) -> Self:
        """There were so many or more."""
        return self._counted(len(self._calls) >= number, f"at least {count(number, 'time')}")

    def at_most(self, number: int) -> Self:
        """There were so many or fewer."""
        return self._counted(len(self._calls) <= number, f"at most {count(number, 'time')}")

    def no_parallel(self) -> Self:
        """None of these was asked for together with another call."""
        return self._alone(self._calls)

    def parallel(self) -> Self:
        """All of these were asked for in one turn, which asked for several calls."""
        first = self._calls[0].turn
        together = all(call.turn is first for call in self._calls) and len(first.tool_calls) > 1
        said = f"{self._words} was not asked for at once with other calls."
        return self._holds(together, said, "in parallel", self._calls)

    def before(self, tool: Any, /, **arguments: Any) -> Self:
        """The first of these was asked for before the first call of another tool, which was called too."""
        return self._relative(tool, arguments, "before")

    def after(self, tool: Any, /, **arguments: Any) -> Self:
        """The first of these was asked for after the first call of another tool."""
        return self._relative(tool, arguments, "after")

    def returned(self, expected: Any) -> Self:
        """What went back to the model for each of these: a value, a compiled pattern, a function, or text in it."""
        wrong = [call for call in self._calls if not _gave(expected, output_text(call))]
        return self._none(wrong, f"did not return {_words(expected)}", f"returned {_words(expected)}")

    def succeeded(self) -> Self:
        """Each of these ended with a result."""
        wrong = [call for call in self._calls if call.status != "completed"]
        return self._none(wrong, "did not complete", "succeeded")

    def failed(self, pattern: Any = None) -> Self:
        """Each of these ended without a result, with this regular expression in its error."""
        right = [call for call in self._calls if call.status == "completed"]
        if pattern is None or right:
            return self._none(right, "did not fail", "failed")
        other = [call for call in self._calls if not found_in(pattern, call.error or "")]
        return self._none(other, f"did not fail with {_words(pattern)}", f"failed with {_words(pattern)}")

    def ran_within(self, seconds: float) -> Self:
        """Each of these functions ran no longer."""
        slow = [call for call in self._calls if (call.run_ms or 0.0) > seconds * 1000]
        return self._none(slow, f"took longer than {seconds:g} s", f"ran within {seconds:g} s")

    def _counted(self, right: bool, words: str) -> Self:
        said = f"{self._words} was called {count(len(self._calls), 'time')}, not {words}."
        return self._holds(right, said, words, self._calls)

    def _relative(self, tool: Any, arguments: dict[str, Any], where: str) -> Self:
        name = _name(tool)
        words = call_words(name, arguments)
        others = self._matching(name, arguments)
        if not others:
            self._fail(f"{words} was not called at all{self._hint(name)}.", self._calls)
        asked = self._run.tool_calls
        mine, its = asked.index(self._calls[0]), asked.index(others[0])
        said, pair = f"{self._words} was not called {where} {words}.", [self._calls[0], others[0]]
        return self._holds((mine < its) is (where == "before"), said, f"{where} {words}", pair)

    def _none(self, wrong: list[CallState], said: str, words: str) -> Self:
        return self._holds(not wrong, f"{self._words} {said}.", words, wrong)


def _name(tool: Any) -> str:
    name = tool if isinstance(tool, str) else getattr(tool, "name", None) or getattr(tool, "__name__", None)
    if not isinstance(name, str):
        raise SettingsError(f"A check names a tool by its name or by the tool itself, not by {tool!r:.60}.")
    return name


def _words(expected: Any) -> str:
    pattern = getattr(expected, "pattern", expected)
    if callable(expected):
        return str(getattr(expected, "__name__", "what was asked"))
    return f"/{pattern}/" if isinstance(pattern, str) else repr(pattern)


def _gave(expected: Any, text: str) -> bool:
    if isinstance(expected, str | re.Pattern):
        return found_in(expected, text)
    return fits(expected, text)
