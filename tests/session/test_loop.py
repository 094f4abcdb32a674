"""What a comparison asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ws_notebook import Session, tool
from ws_notebook.exceptions import SettingsError
from ws_notebook.session.loop import MOST, built_in, recorded

__all__: list[str] = []


@pytest.mark.parametrize("size", [0, 1, 5, 4000, 123_456])
def test_outputs_have_exactly_the_bytes_that_were_asked_for(size: int) -> None:
    (page,) = built_in(3, size).make_tools()
    outputs = [page(number) for number in (1, 2)]  # type: ignore[operator, misc]
    assert [len(each.encode()) for each in outputs] == [size, size]
    assert size < 10 or outputs[0] != outputs[1]
    (again,) = built_in(3, size).make_tools()
    assert again(1) == outputs[0]  # type: ignore[operator, misc]


def test_its_tokens_are_those_of_a_context_that_grows() -> None:
    one, ten = built_in(1, 4000), built_in(10, 4000)
    assert one.tokens_in is not None
    assert ten.tokens_in is not None
    assert ten.tokens_in > 20 * one.tokens_in
    assert built_in(MOST, 0).words == "1000 calls with outputs of 0 bytes"


def test_a_run_is_dictated_to_a_script(local: Callable[..., Session]) -> None:
    @tool(format="text")
    def note(text: str) -> str:
        """Note."""
        return f"noted {text}"

    def look(number: int) -> str:
        """Look."""
        return 'it\'s "there"'

    session = local(tools=[note, look])
    run = session.ask('say "A \\"quoted\\" word." then call look(number=7) and note("free") then say "All done."')
    loop = recorded(run, plays=True)
    again = session.ask(loop.input, tools=loop.make_tools(), parent=None)
    assert [(call.name, call.output) for call in again.tool_calls] == [
        (call.name, call.output) for call in run.tool_calls
    ]
    assert len(again.turns) == len(run.turns)
    assert again.turns[-1].text == run.turns[-1].text


def test_a_run_that_continues_another_is_asked_with_what_was_before(local: Callable[..., Session]) -> None:
    session = local()
    session.ask("My name is Ada.")
    loop = recorded(session.ask("What is my name?"), plays=False)
    assert "Ada" in session.ask(loop.input, parent=None).text


def test_a_run_in_progress_is_refused(local: Callable[..., Session]) -> None:
    session = local()
    run = session.start("think 5 seconds")
    with pytest.raises(SettingsError, match="has not ended"):
        recorded(run, plays=False)
    run.cancel()
