from __future__ import annotations

import json

from render.play import HEADER, Play, capitals

from ws_notebook.core.frames import FrameRecord
from ws_notebook.render.bundle import bundle
from ws_notebook.render.history import frame_list, frame_text

__all__: list[str] = []


def test_growth_says_when_text_came_and_adds_up_to_all_of_it() -> None:
    play = Play().send().at(0.1).created("resp_1").text("Hello", index=1).at(0.12).text(", ", index=1)
    play.at(0.5).text("w😀rld", index=1).at(0.6).completed()
    turn = bundle(play.run, HEADER)["turns"][0]
    assert turn["growth"] == {"text": [100, 7, 400, 6]}
    assert sum(turn["growth"]["text"][1::2]) == len(turn["text"].encode("utf-16-le")) // 2


def test_reasoning_grows_by_itself_and_a_turn_without_text_has_no_growth() -> None:
    turns = bundle(capitals().run, HEADER)["turns"]
    assert turns[0]["growth"] == {"reasoning": [360, 23]}
    play = Play().send().created("resp_1").call("call_1", "look").completed()
    assert "growth" not in bundle(play.run, HEADER)["turns"][0]


def test_a_long_growth_is_kept_in_few_points() -> None:
    play = Play().send().created("resp_1")
    for number in range(20_000):
        play.at(number / 100).text("token ")
    growth = bundle(play.completed().run, HEADER)["turns"][0]["growth"]["text"]
    assert len(growth) <= 2 * 401
    assert sum(growth[1::2]) == 120_000
    assert len(json.dumps(growth)) < 10_000


def test_frames_of_one_kind_behind_one_another_are_one_row() -> None:
    play = Play().at(0.1).send().at(0.2).created("resp_1").at(0.3).text("a").at(0.5).text("b").at(0.6).completed()
    frames = bundle(play.run, HEADER)["frames"]
    assert frames["types"] == [
        "response.create",
        "response.created",
        "response.output_text.delta",
        "response.completed",
    ]
    sent, _, deltas, _ = frames["rows"]
    assert sent[:6] == [0, 1, 0, 1, 100, 0]
    assert deltas[:6] == [0, 0, 2, 2, 300, 200]
    assert sent[6] == play.run.turns[0].bytes_sent
    assert sum(row[6] for row in frames["rows"] if not row[1]) == play.run.turns[0].bytes_received


def test_a_run_of_very_many_frames_keeps_a_row_for_each_kind_of_each_turn() -> None:
    play = Play().send().created("resp_1")
    for number in range(700):
        play.text("a").event("response.in_progress", response={"id": f"{number}"})
    rows = bundle(play.completed().run, HEADER)["frames"]["rows"]
    assert len(rows) == 5
    assert sorted(row[3] for row in rows) == [1, 1, 1, 700, 700]


def test_single_frames_are_listed_and_shown_when_they_are_asked_for() -> None:
    play = Play().at(0.1).send().at(0.2).created("resp_1")
    frames = play.protocol.frames.records()
    listed = frame_list(frames, play.run)
    assert listed["types"] == ["response.create", "response.created"]
    assert [row[:5] for row in listed["rows"]] == [[0, 0, 1, 0, 100.0], [1, 0, 0, 1, 200.0]]
    assert json.loads(frame_text(frames, 1)["text"])["response"]["id"] == "resp_1"
    assert frame_text(frames, 7)["text"] == frame_text(frames, "x")["text"] == ""
    many = [FrameRecord(play.zero, "received", None, "x", 1, None, b"a", "r7.1")] * 5003
    assert (len(frame_list(many, play.run)["rows"]), frame_list(many, play.run)["left_out"]) == (5000, 3)


def test_a_frame_is_shown_without_what_looks_like_a_secret() -> None:
    def shown(text: str) -> str:
        data = json.dumps({"delta": text}).encode()
        return str(frame_text([FrameRecord(0.0, "received", None, "x", len(data), None, data, "r7.1")], 0)["text"])

    for secret in ("sk-proj-abcdefgh12345678", "Bearer sk-live-abcdefgh", "AKIAABCDEFGHIJKLMNOP"):
        assert shown(f"It is {secret} .") == '{"delta": "It is [secret] ."}'
    for before in (100, 199_000, 199_990, 204_000):
        text = shown("é" * (before // 6) + "x" * (before - before // 6) + " sk-" + "a1" * 3000 + "y" * 10_000)
        assert "sk-a1a1" not in text
        assert text.startswith('{"delta": "')
        assert text.endswith((" more characters", '[secret]"}'))
