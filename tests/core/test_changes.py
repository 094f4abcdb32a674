"""What observers are told, live and when they come late."""

from __future__ import annotations

from support.drive import Drive
from support.events import answer, call, created, delta, message, reasoning

from ws_notebook.core.changes import ReasoningAppended, RunEnded, TextAppended, so_far

__all__: list[str] = []


def test_the_pieces_of_text_are_the_text() -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(answer("resp_1", reasoning("Hm."), message("Hello there")))
    pieces = [change.text for _, change in drive.changes if isinstance(change, TextAppended)]
    thoughts = [change.text for _, change in drive.changes if isinstance(change, ReasoningAppended)]
    assert "".join(pieces) == run.text == "Hello there"
    assert "".join(thoughts) == run.turns[0].reasoning == "Hm."


def test_a_late_observer_is_told_the_same_in_short() -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(answer("resp_1", reasoning("Hm."), message("Wait."), call("c1")))
    drive.submit(run.tool_calls[0])
    drive.receive(created("resp_2"), delta("So"))
    kinds = [type(change).__name__ for change in so_far(run)]
    assert kinds == [
        "TurnStarted",
        "ReasoningAppended",
        "TextAppended",
        "ItemDone",
        "ItemDone",
        "ItemDone",
        "CallChanged",
        "ToolCallReady",
        "TurnEnded",
        "TurnStarted",
        "TextAppended",
    ]
    drive.eof()
    assert isinstance(so_far(run)[-1], RunEnded)


def test_the_order_of_changes_in_a_plain_turn() -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(answer("resp_1", message("Hi")))
    assert drive.kinds(run) == [
        "TurnStarted",
        "TurnChanged",  # the request was made
        "TurnChanged",  # sent
        "TurnChanged",  # created
        "TurnChanged",  # the text begins
        "TextAppended",
        "TextAppended",
        "ItemDone",
        "TurnEnded",
        "RunEnded",
    ]
