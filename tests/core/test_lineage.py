"""What a request continues, and what it must say again where the provider has forgotten."""

from __future__ import annotations

import pytest
from support.drive import Drive
from support.events import answer, call, completed, created, delta, error, item_done, message, reasoning

from ws_notebook.core import lineage
from ws_notebook.core.items import user_message

__all__: list[str] = []

CANCELLED = lineage.CANCELLED_OUTPUT


def said(text: str) -> dict[str, object]:
    """A finished message as a replay has it."""
    return {key: value for key, value in message(text).items() if key not in ("id", "status")}


def test_a_chain_goes_up_to_its_root() -> None:
    drive = Drive()
    for number in range(3):
        run = drive.ask(f"{number}")
        drive.receive(answer(f"resp_{number}", message("x")))
    assert [turn.id for turn in lineage.chain(run.turns[0])] == ["r3.1", "r2.1", "r1.1"]
    assert list(lineage.chain(None)) == []


def test_a_replay_leaves_out_ids_that_may_be_bound_to_a_connection() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}}
    thought = reasoning("Hm", encrypted_content="xyz", status="completed")
    drive.receive(answer("resp_1", reasoning("secret"), thought, search, message("Yes."), call("c1", a=1)))
    assert lineage.replay(run.turns[0]) == [
        user_message("Hi"),
        {**reasoning("Hm"), "encrypted_content": "xyz"},
        search,
        said("Yes."),
        {"type": "function_call", "call_id": "c1", "name": "add", "arguments": '{"a": 1}'},
    ]


def test_text_that_was_cut_off_is_replayed_as_far_as_it_came() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(created("resp_1"), item_done(0, message("First.")), delta("Sec", 1), delta("ond", 1))
    drive.abandon(run)
    assert lineage.replay(run.turns[0]) == [
        user_message("Hi"),
        said("First."),
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Second"}]},
    ]


def test_a_refusal_before_it_does_not_hide_a_text_that_was_cut_off() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    refusal = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}
    drive.receive(created("resp_1"), item_done(0, refusal), delta("But", 1))
    drive.eof()
    assert lineage.replay(run.turns[0])[-1]["content"] == [{"type": "output_text", "text": "But"}]


def test_a_text_that_is_whole_is_not_replayed_twice() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(created("resp_1"), delta("Yes."), item_done(0, message("Yes.")))
    drive.abandon(run)
    assert lineage.replay(run.turns[0]) == [user_message("Hi"), said("Yes.")]


def test_outputs_are_in_the_order_of_the_calls_and_missing_ones_are_cancelled() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(answer("resp_1", call("c1"), call("c2"), call("c3")))
    drive.submit(run.tool_calls[2], "three")
    drive.submit(run.tool_calls[0], "one")
    outputs = lineage.owed_outputs(run.turns[0])
    assert [(item["call_id"], item["output"]) for item in outputs] == [
        ("c1", "one"),
        ("c2", CANCELLED),
        ("c3", "three"),
    ]


def test_outputs_that_the_user_gives_himself_are_not_given_again() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(answer("resp_1", call("c1"), call("c2")))
    drive.abandon(run)
    mine = {"type": "function_call_output", "call_id": "c2", "output": "mine"}
    drive.ask([mine, {"role": "user", "content": "go on"}])
    assert [item.get("output") for item in drive.requests[-1]["input"]] == [CANCELLED, "mine", None]


def test_a_call_without_an_id_is_answered_under_that_of_its_item() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    item = {"type": "function_call", "id": "fc_1", "name": "add", "arguments": "{}"}
    drive.receive(answer("resp_1", item))
    drive.submit(run.tool_calls[0], "ok")
    assert drive.requests[-1]["input"] == [{"type": "function_call_output", "call_id": "fc_1", "output": "ok"}]


def test_by_default_a_run_follows_the_latest_one_that_can_be_continued() -> None:
    drive = Drive()
    good = drive.ask("good")
    drive.receive(answer("resp_1", message("Yes.")))
    refused = drive.ask("refused")
    drive.receive(error("invalid_request_error"))
    assert refused.status == "failed"
    assert not lineage.continuable(refused)
    following = drive.ask("next")
    assert following.parent is good
    drive.receive(created("resp_2"), delta("Par"))
    drive.eof()
    assert lineage.continuable(following)
    assert drive.ask("again").parent is following


def test_a_run_that_was_lost_before_it_said_anything_is_passed_over() -> None:
    drive = Drive()
    lost = drive.ask("lost")
    drive.receive(created("resp_1"))
    drive.eof()
    assert not lineage.continuable(lost)
    assert drive.ask("again").parent is None


@pytest.mark.parametrize("stored", [True, False])
def test_an_earlier_response_is_named_only_where_the_provider_still_has_it(stored: bool) -> None:
    drive = Drive()
    first = drive.ask("one", store=stored)
    drive.receive(answer("resp_1", message("1")))
    drive.ask("two", store=stored)
    drive.receive(answer("resp_2", message("2")))
    drive.ask("other", wants=first, store=stored)
    request = drive.requests[-1]
    assert request.get("previous_response_id") == ("resp_1" if stored else None)
    assert request["input"] == ([] if stored else [user_message("one"), said("1")]) + [user_message("other")]


def test_an_answer_that_was_cut_short_can_be_continued() -> None:
    drive = Drive()
    drive.ask("one")
    drive.receive(created("resp_1"), delta("Hal"), completed("resp_1", status="incomplete"))
    drive.ask("go on")
    assert drive.requests[-1]["previous_response_id"] == "resp_1"


def test_what_the_provider_compacted_in_a_response_is_not_sent_again() -> None:
    drive = Drive()
    drive.ask("long ago")
    drive.receive(answer("resp_1", message("a long answer")))
    drive.ask("and then")
    compaction = {"type": "compaction", "id": "cmp_1", "encrypted_content": "short"}
    drive.receive(created("resp_2"), item_done(0, compaction), item_done(1, message("yes")), completed("resp_2"))
    drive.eof()
    drive.ask("now")
    assert "previous_response_id" not in drive.requests[-1]
    assert [item["type"] for item in drive.requests[-1]["input"]] == ["compaction", "message", "message"]
    assert drive.requests[-1]["input"][0] == compaction


def test_an_answer_whose_call_was_before_the_compaction_keeps_the_history() -> None:
    drive = Drive()
    run = drive.ask("go")
    compaction = {"type": "compaction", "id": "cmp_1", "encrypted_content": "short"}
    drive.receive(created("resp_1"), item_done(0, call("c1")), item_done(1, compaction), completed("resp_1"))
    drive.eof()
    drive.submit(run.tool_calls[0], "5")
    kinds = [item["type"] for item in drive.requests[-1]["input"]]
    assert kinds == ["message", "function_call", "compaction", "function_call_output"]


def test_the_whole_history_ends_with_answers_for_every_call() -> None:
    drive = Drive()
    run = drive.ask("go")
    drive.receive(answer("resp_1", call("c1")))
    drive.abandon(run)
    foreign, items = lineage.history(run.turns[-1])
    assert foreign is None
    assert [item["type"] for item in items] == ["message", "function_call", "function_call_output"]
    assert items[-1]["output"] == CANCELLED


def test_the_history_after_a_foreign_response_names_it() -> None:
    drive = Drive()
    run = drive.ask("go", wants="resp_elsewhere")
    drive.receive(answer("resp_1", message("yes")))
    foreign, items = lineage.history(run.turns[-1])
    assert (foreign, [item["type"] for item in items]) == ("resp_elsewhere", ["message", "message"])


@pytest.mark.parametrize("memory", [True, False])
def test_a_call_that_nobody_answered_is_left_behind_and_the_session_goes_on(memory: bool) -> None:
    drive = Drive(memory=memory)
    thought = reasoning("Hm", encrypted_content="ENC")
    owed = {"type": "computer_call", "id": "cu_1", "call_id": "c1", "status": "completed"}
    run = drive.ask("one")
    drive.receive(answer("resp_1", message("First."), thought, owed))
    assert run.status == "unanswered"
    drive.ask("two")
    assert "previous_response_id" not in drive.requests[-1]
    assert [item["type"] for item in drive.requests[-1]["input"]] == ["message", "message", "message"]


def test_a_call_that_the_user_answers_is_continued() -> None:
    drive = Drive()
    owed = {"type": "computer_call", "id": "cu_1", "call_id": "c1", "status": "completed"}
    drive.ask("one")
    drive.receive(answer("resp_1", owed))
    given = {"type": "computer_call_output", "call_id": "c1", "output": {"type": "computer_screenshot"}}
    drive.ask([given])
    assert drive.requests[-1]["previous_response_id"] == "resp_1"
    assert [item["type"] for item in drive.requests[-1]["input"]] == ["computer_call_output"]
    drive.receive(answer("resp_2", message("Done.")))
    drive.eof()
    drive.ask("three")
    kinds = [item["type"] for item in drive.requests[-1]["input"]]
    assert kinds == ["message", "computer_call", "computer_call_output", "message", "message"]


def test_an_approval_that_was_asked_for_by_a_server_is_known_by_its_own_id() -> None:
    drive = Drive()
    drive.ask("one")
    drive.receive(answer("resp_1", {"type": "mcp_approval_request", "id": "mcpr_1", "name": "x", "arguments": "{}"}))
    drive.ask([{"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}])
    assert drive.requests[-1]["previous_response_id"] == "resp_1"
