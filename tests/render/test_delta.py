from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from render.play import HEADER, Play

from ws_notebook.render.bundle import bundle
from ws_notebook.render.delta import Deltas

__all__: list[str] = []


class Reader:
    """Does with the messages what the browser does."""

    def __init__(self, first: dict[str, Any]) -> None:
        self.run = json.loads(json.dumps(first))
        self.seq = 0

    def receive(self, message: dict[str, Any]) -> None:
        message = json.loads(json.dumps(message))
        self.seq += 1
        assert message["seq"] == self.seq
        if message["kind"] == "snapshot":
            self.run = message["run"]
            return
        assert message.keys() <= {"kind", "seq", "now_ms", "head", "text", "reasoning", "turns"}
        self.run.update(message.get("head", {}))
        turns = self.run["turns"]
        for index, turn in message.get("turns", []):
            assert turn.keys().isdisjoint({"text", "reasoning"})
            if index == len(turns):
                turns.append({"text": "", "reasoning": ""})
            turns[index].update(turn)
        for kind in ("text", "reasoning"):
            for index, text in message.get(kind, []):
                turns[index][kind] += text
        self.run["text"] = "\n\n".join(turn["text"] for turn in turns if turn["text"])


STEPS: list[Callable[[Play], object]] = [
    lambda play: play.send(),
    lambda play: play.created("resp_1"),
    lambda play: play.reasoning("I", " think."),
    lambda play: play.reasoning("Therefore I am.", part=1),
    lambda play: play.text("First", " message", index=1),
    lambda play: play.text("Second\ud83d", index=2),
    lambda play: play.text("\ude00 message", index=2),
    lambda play: play.call("call_1", "look", at="it"),
    lambda play: play.call("call_2", "look", at="that"),
    lambda play: play.started("call_1"),
    lambda play: play.item(type="web_search_call", id="ws_1", status="completed", action={"type": "search"}),
    lambda play: play.steer("be brief\ud83d"),
    lambda play: play.steer_event("accepted"),
    lambda play: play.completed(),
    lambda play: play.steer_event("pending"),
    lambda play: play.answered("call_2", "2"),
    lambda play: play.answered("call_1", "1"),
    lambda play: play.send(),
    lambda play: play.created("resp_2"),
    lambda play: play.text("Done"),
    lambda play: play.steer("no"),
    lambda play: play.steer_event("failed", error={"code": "steering_not_supported", "message": "No."}),
    lambda play: play.text("."),
    lambda play: play.event("response.refusal.delta", delta="But no more."),
    lambda play: play.completed(),
]


def play_through(begin: int, painted: list[bool], snapshots: list[bool]) -> tuple[Play, Reader]:
    """Play every step; paint after those chosen, from the picture at `begin` on."""
    play = Play()
    deltas = Deltas(play.run, HEADER)
    told = 0
    reader = Reader({"turns": []})
    for place, step in enumerate(STEPS):
        if place == begin:
            reader = Reader(deltas.picture(play.now))
        play.at(place / 10)
        step(play)
        for change in play.changes[told:]:
            deltas.note(change)
        told = len(play.changes)
        if place >= begin and (painted[place] or place == len(STEPS) - 1):
            message = deltas.snapshot(play.now) if snapshots[place] else deltas.delta(play.now)
            if message is not None:
                reader.receive(message)
    return play, reader


def without_history(run: dict[str, Any]) -> dict[str, Any]:
    """The run without what only a replay needs: pictures tell it, deltas do not."""
    turns = [{key: value for key, value in turn.items() if key != "growth"} for turn in run["turns"]]
    return {**{key: value for key, value in run.items() if key != "frames"}, "turns": turns}


@given(
    begin=st.integers(0, len(STEPS) - 1),
    painted=st.lists(st.booleans(), min_size=len(STEPS), max_size=len(STEPS)),
    snapshots=st.lists(st.booleans(), min_size=len(STEPS), max_size=len(STEPS)),
)
def test_whenever_pictures_are_taken_the_last_one_is_the_whole_run(
    begin: int, painted: list[bool], snapshots: list[bool]
) -> None:
    play, reader = play_through(begin, painted, snapshots)
    assert without_history(reader.run) == without_history(json.loads(json.dumps(bundle(play.run, HEADER))))
    assert reader.run["turns"][0]["text"] == "First message\n\nSecond😀 message"
    assert [steer["status"] for steer in reader.run["steers"]] == ["applied", "failed"]


def test_nothing_new_gives_no_message() -> None:
    play = Play().send().created("resp_1").text("a")
    deltas = Deltas(play.run, HEADER)
    deltas.picture(play.now)
    assert deltas.delta(play.now) is None
    assert deltas.delta(play.now + 5) is None


def test_a_delta_tells_only_what_is_new() -> None:
    play = Play().at(0.1).send().at(0.2).created("resp_1").text("Hello")
    deltas = Deltas(play.run, HEADER)
    deltas.picture(play.now)
    before = len(play.changes)
    play.at(0.3).text(", world")
    for change in play.changes[before:]:
        deltas.note(change)
    message = deltas.delta(play.now)
    assert message is not None
    assert message == {
        "kind": "delta",
        "seq": 1,
        "now_ms": 300.0,
        "text": [[0, ", world"]],
        "turns": message["turns"],
    }


def test_a_steer_is_told_when_its_status_changes_and_only_then() -> None:
    play = Play().send().created("resp_1").text("Hello")
    deltas = Deltas(play.run, HEADER)
    assert "steers" not in deltas.picture(play.now)
    told: list[Any] = []
    for step in (
        lambda: play.steer("be brief"),
        lambda: play.text(" and"),
        lambda: play.steer_event("accepted"),
    ):
        before = len(play.changes)
        step()
        for change in play.changes[before:]:
            deltas.note(change)
        message = deltas.delta(play.now)
        assert message is not None
        told.append(message.get("head", {}).get("steers"))
    sent = {"text": "be brief", "status": "sent", "error": None}
    assert told == [[sent], None, [{**sent, "status": "accepted"}]]


def test_words_that_were_refused_stand_behind_the_steers_of_the_run() -> None:
    play = Play().send().created("resp_1").steer("be brief")
    deltas = Deltas(play.run, HEADER)
    deltas.picture(play.now)
    deltas.refuse_steer("too late", "Run r7 has ended.")
    message = deltas.delta(play.now)
    assert message is not None
    refused = {"text": "too late", "status": "failed", "error": "Run r7 has ended."}
    assert message["head"]["steers"][1:] == [refused]
    assert deltas.delta(play.now) is None
    assert deltas.picture(play.now)["steers"][1:] == [refused]


def test_text_that_changes_before_its_end_asks_for_the_whole() -> None:
    play = Play().send().created("resp_1").text("late ", index=0).text("second", index=1)
    deltas = Deltas(play.run, HEADER)
    reader = Reader(deltas.picture(play.now))
    play.text("first", index=0)
    for change in play.changes:
        deltas.note(change)
    message = deltas.delta(play.now)
    assert message is not None
    assert message["kind"] == "snapshot"
    reader.receive(message)
    assert reader.run["text"] == "late first\n\nsecond"


def test_all_messages_together_are_about_as_long_as_the_text() -> None:
    play = Play().send().created("resp_1")
    deltas = Deltas(play.run, HEADER)
    deltas.picture(play.now)
    total = 0
    for number in range(1000):
        play.at(1 + number / 30).text("twenty characters.. ")
        deltas.note(play.changes[-1])
        total += len(json.dumps(deltas.delta(play.now)))
    assert len(bundle(play.run, HEADER)["text"]) == 20_000
    assert total < 1000 * (20 + 200)


def test_a_call_with_a_huge_output_is_sent_short_until_the_end() -> None:
    play = Play().send().created("resp_1").call("call_1", "big").started("call_1")
    deltas = Deltas(play.run, HEADER)
    deltas.picture(play.now)
    play.answered("call_1", "o" * 100_000)
    deltas.note(play.changes[-1])
    assert len(json.dumps(deltas.delta(play.now))) < 4000
