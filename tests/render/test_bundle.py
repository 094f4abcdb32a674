from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from render.play import HEADER, Play, capitals

from ws_notebook import exceptions
from ws_notebook.core import calls
from ws_notebook.core.run import RequestSettings
from ws_notebook.core.timing import Span
from ws_notebook.core.turn import ApprovalState, CallState, Progress
from ws_notebook.render import svg
from ws_notebook.render.bundle import LIMIT, RunHeader, bundle, parent_name
from ws_notebook.render.rows import rows_of
from ws_notebook.render.text import plain_text

__all__: list[str] = []

SCHEMA = json.loads((files("ws_notebook") / "render" / "bundle.schema.json").read_text("utf-8"))


def closed(schema: Any) -> Any:
    """The schema without room for fields that it does not name: they would be unknown to its readers too."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    names = {"additionalProperties": False} if isinstance(schema.get("properties"), dict) and "type" in schema else {}
    return {key: closed(each) for key, each in schema.items()} | names


VALIDATOR = jsonschema.Draft202012Validator(closed(SCHEMA))


def checked(play: Play, now: float | None = None) -> dict[str, Any]:
    """The bundle as it comes out of JSON, which the schema allows."""
    found: dict[str, Any] = json.loads(json.dumps(bundle(play.run, HEADER, now=now), allow_nan=False))
    VALIDATOR.validate(found)
    return found


def test_the_schema_is_a_schema_and_refuses_a_bundle_without_its_turns() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    found = checked(capitals())
    del found["turns"]
    assert not VALIDATOR.is_valid(found)
    found["turns"] = [{**checked(capitals())["turns"][0], "spans": [["napping", 0, 1]]}]
    assert not VALIDATOR.is_valid(found)


def test_the_bundles_of_these_tests_have_no_field_that_the_schema_does_not_name() -> None:
    found = checked(capitals())
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid({**found, "future": 1})
    assert not VALIDATOR.is_valid({**found, "future": 1})
    turns = [{**found["turns"][0], "future": 1}]
    assert not VALIDATOR.is_valid({**found, "turns": turns})


def test_a_finished_run_has_its_figures_on_one_clock() -> None:
    found = checked(capitals())
    assert (found["id"], found["status"], found["duration_ms"]) == ("r7", "completed", 3200.0)
    assert found["started"] == "2023-11-14T22:13:20.000Z"
    assert found["session"]["note"] == "embedded server: a script, no AI"
    assert found["usage"] == {
        "input_tokens": 1200,
        "cached_tokens": 384,
        "output_tokens": 180,
        "reasoning_tokens": 48,
    }
    first, second, third = found["turns"]
    assert [span[0] for span in first["spans"]] == ["connect", "send", "wait", "reasoning", "text"]
    assert first["spans"][3] == ["reasoning", 360.0, 700.0]
    assert (first["start_ms"], first["end_ms"], first["reasoning"]) == (0.0, 800.0, "Two figures are needed.")
    assert [call["output"] for call in first["calls"]] == ["2103000", "717710"]
    assert first["calls"][0]["spans"] == [["tool", 770.0, 1020.0]]
    assert second["calls"][0]["spans"] == [["queued", 1550.0, 2050.0], ["tool", 2050.0, 2120.0]]
    assert third["tokens_per_second"] == pytest.approx(60 / 0.87, abs=0.1)
    assert first["tokens_per_second"] is None
    assert found["text"] == second["text"] + "\n\n" + third["text"]
    assert found["bytes"]["sent"] == sum(turn["bytes_sent"] for turn in found["turns"])
    assert found["bytes"]["full_context"] > found["bytes"]["sent"]


def test_words_added_to_a_run_are_kept_with_what_became_of_them() -> None:
    play = Play().send().created("resp_1").text("Long")
    assert "steers" not in checked(play)
    play.steer("be brief")
    assert checked(play)["steers"] == [{"text": "be brief", "status": "sent", "error": None}]
    play.steer_event("failed", error={"code": "steering_not_supported", "message": "Not\nhere."})
    assert checked(play)["steers"] == [{"text": "be brief", "status": "failed", "error": "Not here."}]


def test_words_that_came_too_late_for_their_response_are_not_called_refused() -> None:
    play = Play().send().created("resp_1").text("All").steer("more").completed()
    play.steer_event("failed", error={"code": "response_already_completed", "message": "Over."})
    assert checked(play)["steers"][0]["error"] is None
    play.send()
    assert checked(play)["steers"] == [{"text": "more", "status": "applied", "error": None}]


def test_what_still_lasts_has_no_end() -> None:
    play = Play().at(0.01).send().at(0.4).created("resp_1").text("Let me").at(0.5).call("call_1", "look", at="it")
    play.at(0.6).started("call_1")
    found = checked(play, play.zero + 0.9)
    turn = found["turns"][0]
    assert (found["status"], found["duration_ms"]) == ("in_progress", 900.0)
    assert turn["end_ms"] is None
    assert turn["spans"][-1] == ["text", 400.0, None]
    assert turn["calls"][0]["end_ms"] is None
    assert turn["calls"][0]["spans"] == [["queued", 500.0, 600.0], ["tool", 600.0, None]]
    assert checked(play)["duration_ms"] == 600.0


def test_a_wait_that_was_explained_is_not_called_queued() -> None:
    play = Play().send().created("resp_1").at(1.0).call("call_1", "erase")
    play.found("call_1").timing.spans = (
        Span("approval", play.zero + 1.25, play.zero + 2.0),
        Span("kernel_busy", play.zero + 2.0, play.zero + 2.5),
    )
    play.at(2.75).started("call_1").at(3.0).answered("call_1", "gone")
    assert checked(play)["turns"][0]["calls"][0]["spans"] == [
        ["queued", 1000.0, 1250.0],
        ["approval", 1250.0, 2000.0],
        ["kernel_busy", 2000.0, 2500.0],
        ["queued", 2500.0, 2750.0],
        ["tool", 2750.0, 3000.0],
    ]


def test_an_approval_that_is_awaited_has_no_end_and_nothing_after_it() -> None:
    play = Play().send().created("resp_1").at(1.0).call("call_1", "erase")
    play.found("call_1").timing.spans = (Span("approval", play.zero + 1.0),)
    assert checked(play)["turns"][0]["calls"][0]["spans"] == [["approval", 1000.0, None]]


def test_a_call_that_was_never_started_ends_where_it_was_given_up() -> None:
    play = Play().send().created("resp_1").at(1.0).call("call_1", "erase").at(2.0)
    play.stopped(exceptions.RunCancelled("Stopped."))
    call = checked(play)["turns"][0]["calls"][0]
    assert (call["status"], call["end_ms"]) == ("cancelled", 1000.0)


def test_message_items_are_parted_by_a_blank_line_and_parts_of_one_are_not() -> None:
    play = Play().send().created("resp_1").text("One", index=0)
    play.event("response.output_text.delta", output_index=0, content_index=1, delta=" more.")
    play.text("Two.", index=2).completed()
    found = checked(play)
    assert found["turns"][0]["text"] == found["text"] == "One more.\n\nTwo."


def test_a_failed_run_says_why() -> None:
    play = Play().send().created("resp_1").text("Half")
    play.completed("failed", error={"code": "server_error", "message": "It broke."})
    found = checked(play)
    assert found["error"]["type"] == "ProviderError"
    assert found["error"]["code"] == "server_error"
    assert found["turns"][0]["error"] == {"code": "server_error", "message": "It broke."}
    assert found["text"] == "Half"


def test_a_stopped_run_says_what_that_means() -> None:
    play = Play().send().at(0.5).created("resp_1").text("Half").at(1.0)
    found = checked(play.stopped(exceptions.RunCancelled("Stopped.")))
    assert (found["status"], found["turns"][0]["status"]) == ("cancelled", "cancelled")
    assert "history again" in found["stopped"]


def test_a_run_that_never_began_is_a_bundle_too() -> None:
    play = Play()
    assert checked(play)["turns"][0]["spans"] == [["connect", 0.0, None]]


def test_long_prompts_arguments_and_outputs_are_cut_with_a_note() -> None:
    play = Play("p" * (LIMIT + 5)).send().created("resp_1").call("call_1", "big", text="a" * 50_000)
    play.started("call_1").answered("call_1", "o" * 90_000)
    found = checked(play)
    call = found["turns"][0]["calls"][0]
    assert found["prompt"].endswith("p\n… 5 more characters")
    assert len(call["arguments"]) < LIMIT + 60
    assert call["output"].startswith("o" * LIMIT)
    assert call["output"].endswith("… 70\u2009000 more characters")


def test_text_that_is_no_valid_unicode_can_be_saved() -> None:
    play = Play("lone \udc00").send().created("resp_1").text("a\ud83d", "\ude00b").call("call_1", "t", x="\ud800")
    play.answered("call_1", "out \ud800")
    found = checked(play)
    json.dumps(found, ensure_ascii=False).encode()
    assert found["text"] == "a😀b"
    assert found["prompt"] == "lone \ufffd"
    assert found["turns"][0]["calls"][0]["output"] == "out \ufffd"


def test_usage_may_be_of_any_form() -> None:
    play = Play().send().created("resp_1").text("x").at(1)
    play.completed(usage={"input_tokens": None, "output_tokens": "many", "input_tokens_details": None})
    assert set(checked(play)["usage"].values()) == {0}


def test_pictures_and_the_form_of_the_answer_are_told_where_there_are_any() -> None:
    play = capitals()
    assert not {"images", "format"} & checked(play).keys()
    pictures = ({"url": "data:image/png;base64,AA==", "caption": "plot"}, {"url": None, "caption": "file_1"})
    play.run.pictures = pictures
    play.run.settings = RequestSettings(options={"text": {"format": {"type": "json_object"}}})
    found = checked(play)
    assert (found["images"], found["format"]) == (list(pictures), "json")


def test_the_pictures_of_an_output_are_told_with_its_call() -> None:
    play = capitals()
    pictures = ({"url": "data:image/png;base64,AA==", "caption": "PNG"}, {"url": None, "caption": "file_1"})
    play.found("call_1").pictures = pictures
    calls = [call for turn in checked(play)["turns"] for call in turn["calls"]]
    assert [call.get("images") for call in calls if call["call_id"] == "call_1"] == [list(pictures)]
    assert all("images" not in call for call in calls if call["call_id"] != "call_1")


def test_a_lane_is_told_only_of_a_turn_that_had_another_run_beside_it() -> None:
    play = capitals()
    first, second, *_ = play.run.turns
    first.lane = second.lane = "lane-1"
    second.beside = True
    assert [turn["lane"] for turn in checked(play)["turns"]][:2] == [None, "lane-1"]


def awaiting(play: Play, **approval: Any) -> CallState:
    """A call that began to wait for approval at 0.5 s."""
    play.send().created("resp_1").at(0.5).call("call_1", "remove", path="a")
    calls.ask(play.found("call_1"), ApprovalState(**approval), play.now)
    return play.found("call_1")


def told(play: Play) -> dict[str, Any]:
    found: dict[str, Any] = checked(play, play.now)["turns"][0]["calls"][0]
    return found


def test_a_call_that_waits_for_approval_says_until_when_and_what_comes_then() -> None:
    play = Play()
    awaiting(play, deadline=play.zero + 60.5, default="approve", prompted=True)
    call = told(play.at(2.0))
    assert (call["status"], call["spans"]) == ("awaiting_approval", [["approval", 500.0, None]])
    assert call["approval"] == {
        "decision": "", "reason": "", "arguments": None, "deadline_ms": 60500.0, "default": "approve", "prompted": True
    }  # fmt: skip


def test_a_decision_stays_with_its_call() -> None:
    play = Play()
    call = awaiting(play)
    calls.decide(call, "edited", play.at(2.5).now, arguments='{"path": "b"}')
    play.at(2.6).started("call_1").at(2.7).answered("call_1", "done").completed()
    found = told(play)
    assert (found["approval"]["decision"], found["approval"]["arguments"]) == ("edited", '{"path": "b"}')
    assert found["spans"] == [["approval", 500.0, 2500.0], ["queued", 2500.0, 2600.0], ["tool", 2600.0, 2700.0]]


def test_a_wait_for_approval_that_was_given_up_ends_there() -> None:
    play = Play()
    awaiting(play)
    play.at(2.0).stopped(exceptions.RunCancelled("Stopped."))
    found = told(play)
    assert (found["status"], found["end_ms"]) == ("cancelled", 2000.0)
    assert found["spans"] == [["approval", 500.0, 2000.0]]


def test_a_call_without_approval_and_progress_says_nothing_of_them() -> None:
    play = Play().send().created("resp_1").call("call_1", "look")
    assert not {"approval", "progress"} & set(told(play))


def test_progress_is_told_until_there_is_a_result() -> None:
    play = Play().send().created("resp_1").call("call_1", "look").started("call_1")
    calls.progress(play.found("call_1"), Progress(fraction=0.4, text="reading", partial="the third", count=3))
    assert told(play)["progress"] == {"fraction": 0.4, "text": "reading", "partial": "the third", "count": 3}
    play.answered("call_1", "done")
    assert "progress" not in told(play)


def test_an_incomplete_run_says_why_and_only_where_the_provider_does() -> None:
    short = Play().send().created("r").text("Hal")
    assert "reason" not in checked(short)
    short.completed("incomplete", incomplete_details={"reason": "max_output_tokens"})
    assert checked(short)["reason"] == "max_output_tokens"
    assert "reason" not in checked(Play().send().created("r").completed("incomplete"))


def test_an_address_and_a_profile_stand_only_where_they_are_needed() -> None:
    assert set(checked(capitals())["session"]) == {"provider", "model", "transport", "note"}
    header = RunHeader(provider="host", model="m", transport="websocket", address="http://host/v1", profile="openai")
    found = bundle(capitals().run, header)
    VALIDATOR.validate(found)
    assert (found["session"]["address"], found["session"]["profile"]) == ("http://host/v1", "openai")


def test_an_endless_error_message_is_cut() -> None:
    failed = checked(Play().send().created("r").completed("failed", error={"code": "x", "message": "long " * 3000}))
    for error in (failed["error"], failed["turns"][0]["error"]):
        assert len(error["message"]) < 2100
    assert failed["error"]["message"].endswith("Correct the request and ask again.")
    assert failed["turns"][0]["error"]["message"].endswith(" more characters")


def test_its_parent_and_notes_are_told_where_there_are_any() -> None:
    play = capitals()
    assert {"parent", "notes"} & set(checked(play)) == set()
    play.run.parent, play.run.notes = Play(run_id="r3").run, ("{dff} was sent as typed.",)
    found = checked(play)
    assert (found["parent"], found["notes"]) == ("r3", ["{dff} was sent as typed."])
    assert (parent_name(play.run), parent_name(capitals().run)) == ("r3", None)


def test_a_fault_that_struck_is_in_its_turn_at_its_moment_and_in_words() -> None:
    play = Play().send().at(0.2).created("resp_1").at(0.5)
    play.event(
        "x_ws_notebook.fault", rule="duplicate at response.output_text.delta", event="response.output_text.delta"
    )
    found = checked(play, play.now)
    fault = {"at_ms": 500.0, "rule": "duplicate at response.output_text.delta", "event": "response.output_text.delta"}
    assert found["turns"][0]["faults"] == [fault]
    row = rows_of(found)[0]
    assert row.marks == ((500.0, "duplicate at response.output_text.delta"),)
    assert row.label.endswith("· fault: duplicate at response.output_text.delta")
    assert row.tone == "warn"
    assert 'class="struck"' in svg.timeline(found)[0]
    assert "turn 1, 0.50 s: fault: duplicate at response.output_text.delta" in plain_text(found)
    assert "faults" not in checked(capitals())["turns"][0]
