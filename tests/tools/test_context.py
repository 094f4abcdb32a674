"""The context of a call: who is given it, what it tells, and what it is told."""

from __future__ import annotations

import math
import pickle
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any

import pytest

import ws_notebook as wsn
from ws_notebook.core.turn import Progress
from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool
from ws_notebook.tools.context import Context, is_context

__all__: list[str] = []


@dataclass
class Call:
    """What a context asks of a call."""

    done: bool = False


def reported() -> tuple[Context, list[Progress]]:
    told: list[Progress] = []
    return Context("the run", Call(), told.append), told


def test_the_context_is_a_public_name() -> None:
    assert wsn.Context is Context


@pytest.mark.parametrize("annotation", [Context, Context | None, Annotated[Context, "who asks"]], ids=str)
def test_a_parameter_of_this_type_takes_the_context(annotation: Any) -> None:
    assert is_context(annotation)


@pytest.mark.parametrize("annotation", [int, type[Context], list[Context], "Context", None], ids=str)
def test_no_other_type_takes_it(annotation: Any) -> None:
    assert not is_context(annotation)


def test_the_model_never_sees_it_and_the_function_is_given_it() -> None:
    @tool
    def look(city: str, ctx: wsn.Context, times: int = 1) -> Any:
        """Looks.

        Args:
            city: where
            ctx: who asks
        """
        return city, ctx, times

    assert list(look.schema["properties"]) == ["city", "times"]
    assert look.strict
    inside = Context("the run", Call())
    assert look.bind('{"city": "Oslo", "times": null}').run(inside) == ("Oslo", inside, 1)


def test_called_by_hand_it_is_a_plain_argument_and_bound_without_a_call_there_is_one_of_no_call() -> None:
    @tool
    def look(*, ctx: wsn.Context | None = None) -> Any:
        return ctx

    assert look() is None
    found = look.bind("{}").run()
    assert (found.run, found.call, found.cancelled) == (None, None, False)
    found.progress(0.5, "unseen")
    assert repr(found) == "<Context of no call>"


def test_a_method_and_a_positional_only_parameter_beside_it() -> None:
    class Atlas:
        @tool
        def look(self, city: str, /, ctx: wsn.Context) -> Any:
            return city, ctx

    inside = Context()
    assert Atlas().look.bind('{"city": "Oslo"}').run(inside) == ("Oslo", inside)


def test_a_positional_only_context_is_refused() -> None:
    def look(ctx: wsn.Context, /) -> None: ...

    with pytest.raises(ToolError, match=r"'look': 'ctx' takes the context, which is passed by name\. Write it after"):
        tool(look)


def test_progress_is_a_fraction_and_words() -> None:
    inside, told = reported()
    inside.progress(0.25, "a quarter")
    inside.progress(2)
    inside.progress(-1)
    inside.progress(math.nan)
    inside.progress(text="no idea")
    assert [(each.fraction, each.text) for each in told] == [
        (0.25, "a quarter"), (1.0, ""), (0.0, ""), (None, ""), (None, "no idea")
    ]  # fmt: skip


def test_a_fraction_that_is_no_number_is_refused_with_what_to_give() -> None:
    inside, told = reported()
    with pytest.raises(TypeError, match=r"fraction is a number from 0 to 1, not 'half'"):
        inside.progress("half")  # type: ignore[arg-type]
    assert told == []


def test_values_of_a_generator_are_counted_and_written_as_the_model_would_read_them() -> None:
    inside, told = reported()
    assert inside.yielded({"a": 1})
    inside.progress(0.5)
    assert (told[0].count, told[0].partial) == (1, '{"a":1}')
    assert (told[1].count, told[1].fraction, told[1].partial) == (1, 0.5, '{"a":1}')


def test_a_value_on_the_way_may_be_anything() -> None:
    inside, told = reported()
    assert inside.yielded(object())
    assert told[0].partial == "object"


def test_values_that_are_slow_to_write_are_not_all_written(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def write(value: object, **options: Any) -> str:
        nonlocal now
        now += 0.09
        return str(value)

    monkeypatch.setattr("ws_notebook.tools.context.to_output", write)
    monkeypatch.setattr("ws_notebook.tools.context.time", SimpleNamespace(monotonic=lambda: now))
    inside, told = reported()
    now = 1.0
    for n in range(6):
        inside.yielded(n)
        now += 0.01
    assert [each.partial for each in told] == ["0", "1", "1", "1", "1", "1"]
    assert told[-1].count == 6
    now = 2.0
    inside.yielded("much later")
    assert told[-1].partial == "much later"


def test_a_call_that_was_given_up_wants_no_more() -> None:
    inside, _ = reported()
    assert not inside.cancelled
    inside.call.done = True
    assert inside.cancelled
    assert not inside.yielded(1)


def test_in_another_process_there_is_neither_run_nor_call() -> None:
    inside, _ = reported()
    found = pickle.loads(pickle.dumps(inside))
    assert (found.run, found.call) == (None, None)
