"""Items of an output: what came in pieces only is an item all the same, and none lacks what was told of it."""

from __future__ import annotations

from support.drive import Drive
from support.events import completed, created, delta, item_added, item_done, message, reasoning

__all__: list[str] = []


def test_a_message_that_nothing_said_to_be_whole_is_one_all_the_same() -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(created("r"), item_added(0, {**message("", "m1"), "content": []}), delta("Hi"), completed("r"))
    (item,) = run.turns[0].output
    assert (item["type"], item["content"][0]["text"], item["status"]) == ("message", "Hi", "completed")
    drive.eof()
    drive.ask("and?")
    assert "Hi" in str(drive.requests[-1]["input"])


def test_words_in_the_place_of_a_message_s_parts_are_its_text() -> None:
    for content in ("Hi", [{"type": "text", "text": "Hi"}]):
        drive = Drive()
        run = drive.ask()
        drive.receive(created("r"), item_done(0, {**message("", "m1"), "content": content}), completed("r"))
        assert run.text == "Hi"
        drive = Drive()
        run = drive.ask()
        drive.receive(created("r"), delta("Hi"), completed("r", {**message("", "m1"), "content": content}))
        assert (run.text, len(run.turns[0].output)) == ("Hi", 1)


def test_a_hollow_item_gets_the_text_that_came_in_pieces() -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(created("r"), delta("Hi"), item_done(0, {**message(""), "content": []}), completed("r"))
    assert run.turns[0].output[0]["content"][0]["text"] == "Hi"
    assert run.text == "Hi"


def test_a_refusal_and_reasoning_in_pieces_only_are_items_too() -> None:
    drive = Drive()
    run = drive.ask()
    think = {"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "Hm"}
    refuse = {"type": "response.refusal.delta", "output_index": 1, "content_index": 0, "delta": "No."}
    drive.receive(created("r"), think, refuse, completed("r"))
    assert [item["type"] for item in run.turns[0].output] == ["reasoning", "message"]
    assert run.turns[0].output[1]["content"] == [{"type": "refusal", "refusal": "No."}]


def test_parts_without_numbers_are_not_told_twice() -> None:
    drive = Drive()
    run = drive.ask()
    two = {**message("One."), "content": [{"type": "output_text", "text": each} for each in ("One.", "Two.")]}
    pieces = [{"type": "response.output_text.delta", "item_id": "msg_0", "delta": each} for each in ("One.", "Two.")]
    drive.receive(created("r"), item_added(0, {**two, "content": []}), *pieces, item_done(0, two), completed("r", two))
    assert run.text == "One.Two."


def test_an_item_that_is_incomplete_with_its_response_keeps_its_text() -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(created("r"), delta("Half"), completed("r", status="incomplete"))
    assert (run.status, run.turns[0].output[0]["status"]) == ("incomplete", "incomplete")
    assert reasoning("x")["summary"]
