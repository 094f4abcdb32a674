"""The file format of recorded frames: byte for byte, scrubbed, and split into requests with their answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_notebook.cassette import VERSION, Cassette, Entry, head_line, line, question_of
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []


def sent(ms: float, text: str, on: int = 1, **fields: object) -> Entry:
    content = [{"type": "input_text", "text": text}]
    frame = {"type": "response.create", "input": [{"type": "message", "role": "user", "content": content}], **fields}
    return Entry(ms, on, "sent", json.dumps(frame).encode())


def came(ms: float, kind: str, on: int = 1, **fields: object) -> Entry:
    return Entry(ms, on, "received", json.dumps({"type": kind, **fields}).encode())


def closed(ms: float, on: int = 1) -> Entry:
    return Entry(ms, on, "closed", b'{"code": 1006, "reason": "gone"}')


FRAMES = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3).map(
    lambda value: json.dumps(value, ensure_ascii=False, indent=1 if len(value) == 2 else None).encode(
        "utf-8", "replace"
    )
)


@given(st.lists(st.builds(Entry, st.just(1.5), st.integers(1, 3), st.sampled_from(["sent", "received"]), FRAMES)))
def test_frames_come_out_as_they_went_in(entries: list[Entry]) -> None:
    kept = Cassette(entries, provider="openai", model="m", recorded="2026-01-01T00:00:00Z")
    read = Cassette.loads(kept.dumps())
    assert [(each.kind, each.connection, each.data) for each in read.entries] == [
        (each.kind, each.connection, each.data) for each in entries
    ]
    assert (read.provider, read.model, read.transport) == ("openai", "m", "websocket")


def test_a_file_is_lines_that_people_can_read(tmp_path: Path) -> None:
    Cassette([sent(0, "hi"), came(2.25, "response.completed")], provider="local").save(tmp_path / "talk.jsonl")
    head, *rest = (tmp_path / "talk.jsonl").read_text().splitlines()
    assert json.loads(head)["cassette"] == VERSION
    assert [json.loads(each)["ms"] for each in rest] == [0, 2.25]
    assert json.loads(rest[1])["received"] == {"type": "response.completed"}
    assert len(Cassette.load(tmp_path / "talk.jsonl")) == 2
    assert repr(Cassette.load(tmp_path / "talk.jsonl")) == "<Cassette local 1 requests, 2 frames, 0.0 s>"


@pytest.mark.parametrize("data", [b"\xff\xfe no text", b"{not json", b'{\n "a": 1\n}'])
def test_a_frame_that_is_no_json_of_one_line_stands_as_a_string(data: bytes) -> None:
    read = Cassette.loads(head_line() + line(Entry(0, 1, "received", data)))
    assert read.entries[0].data == data.decode(errors="replace").encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no cassette"),
        (b"hello\n", "no cassette"),
        (b'{"cassette": 99}\n', "version 99"),
        (b'{"cassette": 1}\nrubbish\n{"ms":0,"on":1,"sent":{}}\n', "Line 2 is no frame"),
    ],
)
def test_what_is_no_cassette_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Cassette.loads(data)


def test_a_last_line_that_was_cut_off_is_left_out() -> None:
    whole = Cassette([sent(0, "hi"), came(1, "response.completed")]).dumps()
    assert len(Cassette.loads(whole[:-9])) == 1


def test_a_missing_file_and_a_missing_folder_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read: No such file"):
        Cassette.load(tmp_path / "none")
    with pytest.raises(SettingsError, match=r"cannot be written: No such file"):
        Cassette().save(tmp_path / "no" / "folder")


def test_a_cassette_never_holds_a_secret_that_it_was_given() -> None:
    kept = Cassette([sent(0, "my key is sk-abcdefgh12345678")]).dumps()
    assert b"sk-abcdefgh" not in kept


def test_answers_belong_to_their_requests_by_lane() -> None:
    entries = [
        sent(0, "one"), sent(1, "two", stream_id="a"), came(2, "response.created"),
        came(3, "response.created", stream_id="a"), came(4, "response.completed", stream_id="a"),
        came(5, "response.completed"), sent(6, "three"), came(7, "response.created"), closed(8),
    ]  # fmt: skip
    one, two, three = Cassette(entries).exchanges()
    assert [[ms for ms, _ in each.frames] for each in (one, two, three)] == [[2.0, 5.0], [2.0, 3.0], [1.0]]
    assert (one.closed, two.closed, three.closed) == (None, None, {"code": 1006, "reason": "gone"})


def test_connections_are_apart_and_steers_are_no_requests() -> None:
    steer = Entry(2, 1, "sent", b'{"type": "response.steer", "input": "x"}')
    entries = [sent(0, "one"), sent(1, "two", on=2), steer, came(3, "response.completed", on=2), closed(4)]
    one, two = Cassette(entries).exchanges()
    assert (len(one.frames), one.closed is not None, len(two.frames)) == (0, True, 1)


def test_a_question_is_the_same_with_and_without_its_history() -> None:
    user = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "And  Oslo?"}]}
    history = [{"role": "user", "content": "Paris?"}, {"type": "message", "role": "assistant", "content": "Yes."}]
    assert question_of({"input": [*history, user]}) == question_of({"input": "And Oslo?"})
    call = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c1", "output": "5"}
    other = {**output, "output": "6"}
    assert question_of({"input": [user, call, output]}) == question_of({"input": [other]})
    assert question_of({"input": []}) != question_of({"input": [], "generate": False})
    picture = {"role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]}
    assert question_of({"input": [picture]}) != question_of({"input": [user]})


def test_what_is_no_path_is_told_of() -> None:
    with pytest.raises(SettingsError, match="pass its path, not 5"):
        Cassette.load(5)  # type: ignore[arg-type]
    for other in (5, "run.jsonl"):
        with pytest.raises(SettingsError, match="made of entries"):
            Cassette(other)  # type: ignore[arg-type]
