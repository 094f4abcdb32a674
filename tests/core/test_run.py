"""A run as data."""

from __future__ import annotations

from support.drive import Drive
from support.events import answer, call, message

from ws_notebook.core.items import WireObject
from ws_notebook.core.run import RequestSettings

__all__: list[str] = []


def test_a_request_holds_what_was_asked_for_and_no_more() -> None:
    assert RequestSettings().body() == {"store": False}
    settings = RequestSettings(
        model="m", instructions="Be brief.", tools=({"type": "function"},), store=True, options={"temperature": 0}
    )
    assert settings.body() == {
        "model": "m",
        "instructions": "Be brief.",
        "tools": [{"type": "function"}],
        "store": True,
        "temperature": 0,
    }


def test_a_run_adds_its_turns_up() -> None:
    drive = Drive()
    run = drive.ask("How much?")
    drive.receive(answer("resp_1", message("Let me see."), call("c1", a=1)))
    drive.submit(run.tool_calls[0], "2")
    drive.receive(answer("resp_2", message("It is 2.")))
    assert run.done
    assert run.text == "Let me see.\n\nIt is 2."
    assert run.response_id == "resp_2"
    assert [item["type"] for item in run.items] == [
        "message",
        "message",
        "function_call",
        "function_call_output",
        "message",
    ]
    assert run.usage == {
        "input_tokens": 20,
        "input_tokens_details": {"cached_tokens": 8},
        "output_tokens": 6,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 26,
    }
    assert repr(run) == "<RunState r1 completed>"


def test_usage_of_any_form_is_added_where_it_can_be() -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(answer("resp_1", call("c1"), usage={"cost": {"usd": 1}, "note": "x", "input_tokens": None}))
    drive.submit(run.tool_calls[0])
    drive.receive(answer("resp_2", message("x"), usage={"cost": 5, "flag": True, "input_tokens": 2}))
    assert run.turns[0].usage == WireObject(cost={"usd": 1}, note="x", input_tokens=None)
    assert run.usage == {"input_tokens": 2, "output_tokens": 0, "total_tokens": 0, "cost": 5}
