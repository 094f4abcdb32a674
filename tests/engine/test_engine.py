"""The engine: what is told to whom, in which order, and runs that come from elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

from support.behind import made, waited

from ws_notebook import Session, tool
from ws_notebook.core.changes import RunEnded, TextAppended
from ws_notebook.core.run import RequestSettings, RunState

__all__: list[str] = []

Open = Callable[..., Session]


def test_what_an_observer_causes_is_told_after_what_it_was_told(local: Open) -> None:
    session = local()
    told: list[str] = []

    def stops(state: RunState, change: object) -> None:
        told.append(type(change).__name__)
        if isinstance(change, TextAppended):
            session._engine.cancel(session._engine.courses[state.id], "stop")

    run = session.start("write 300 words", watch=lambda _: stops)
    assert waited(run, lambda: run.done)
    assert (run.status, told[-1]) == ("cancelled", RunEnded.__name__)
    assert told.index("TextAppended") < told.index("TurnEnded") < told.index("RunEnded")


def test_a_run_that_was_done_by_other_means_is_told_as_ended(local: Open) -> None:
    session = local()
    state = RunState(
        id="r9", input=[], settings=RequestSettings(), asked=time.monotonic(), asked_at=time.time(), status="completed"
    )
    run = made(session, state)
    session._engine.add_ended(run._course)
    assert run.done
    assert run.result(1) is run


def test_watchers_are_told_after_every_change(local: Open) -> None:
    session = local()
    looks: list[str] = []
    session._engine.watchers.append(lambda: looks.append(session.state))
    session.ask('say "Hi"')
    assert "open" in looks


def test_a_call_says_what_the_model_does_not_read_and_what_was_taken_out_of_its_output(local: Open) -> None:
    token = "ghp" + "_" + "a1B2" * 9

    def lines() -> list[str]:
        """Many lines, one of them with a key."""
        return [token, *(f"line {number} of many" for number in range(1000))]

    call = local(tools=[tool(lines, max_output=400)]).ask("call lines()").tool_calls[0]
    assert "secret" in call.note
    assert "The model reads a part" in call.note
    assert token not in str(call.output)


def test_a_run_has_its_own_frames_and_its_own_tools(local: Open) -> None:
    session = local()
    first, second = session.ask('say "one"'), session.ask('say "two"', tools=[len_of])
    frames_of = session._engine.frames_of
    assert [frame.type for frame in frames_of(first.state)][:2] == ["response.create", "response.created"]
    assert len(frames_of(first.state) + frames_of(second.state)) == len(session.frames)
    assert (first._course.tools.names(), second._course.tools.names()) == ([], ["len_of"])
    assert session.states() == [first.state, second.state]


def len_of(words: str) -> int:
    """The length of the words."""
    return len(words)
