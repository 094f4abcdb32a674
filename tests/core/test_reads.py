"""However frames fall into reads, the run is the same: its text, items, requests, tallies and log."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.drive import Drive
from support.events import Event, completed, created, encoded, item_added, message

from ws_notebook.core import codec
from ws_notebook.core.changes import TextAppended
from ws_notebook.core.events import OutputTextDelta, TextBurst

__all__: list[str] = []

STREAMS = sorted((Path(__file__).parents[1] / "streams").glob("*.jsonl"))


def read(frames: list[bytes], cuts: list[int]) -> dict[str, Any]:
    """What becomes of a run whose first answer comes in reads that end at these places."""
    drive = Drive()
    run = drive.ask("go")
    places = sorted({0, len(frames), *(cut % (len(frames) + 1) for cut in cuts)})
    for start, stop in itertools.pairwise(places):
        drive.link.receive_frames(frames[start:stop], 500.0)
        drive.settle()
    for call in list(run.tool_calls):
        if call in drive.ready() and not call.done and drive.start(call):
            drive.submit(call, f"output of {call.name}")
    first = run.turns[0]
    return {
        "status": (run.status, first.status, first.reason, first.error),
        "texts": (run.text, first.reasoning, first.refusal),
        "told": "".join(change.text for _, change in drive.changes if isinstance(change, TextAppended)),
        "items": run.items,
        "calls": [(call.call_id, call.name, call.arguments, call.status) for call in run.tool_calls],
        "usage": run.usage,
        "requests": drive.requests,
        "counted": (first.events, first.bytes_received, first.response_id, first.model),
        "tallies": [(each.type, each.direction, each.count, each.size) for each in first.frames],
        "log": [
            (each.direction, each.type, each.size, each.response_id, each.data, each.turn, each.lane)
            for each in drive.protocol.frames.records()
        ],
    }


CUTS = st.lists(st.integers(0, 200), max_size=12)


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_a_stream_of_each_dialect_is_the_same_in_one_read_and_in_many(path: Path) -> None:
    frames = [line.encode() for line in path.read_text().splitlines() if line.strip()]
    one_by_one = read(frames, list(range(len(frames))))
    for cuts in ([], [len(frames) // 2], [1, 4, 5, 9, 17], list(range(0, len(frames), 3))):
        assert read(frames, cuts) == one_by_one


@st.composite
def deltas(draw: st.DrawFn) -> list[bytes]:
    """Pieces of texts, most of them one behind the other, with what providers get wrong."""
    found: list[Any] = [created("resp_1"), item_added(0, {"type": "message", "id": "msg_1", "content": []})]
    number, numbered = 0, draw(st.booleans())
    for _ in range(draw(st.integers(0, 40))):
        number += draw(st.sampled_from([1, 1, 1, 1, 1, 2, 0, -1]))
        event: Event = {
            "type": "response.output_text.delta",
            "item_id": draw(st.sampled_from(["msg_1"] * 8 + ["msg_2"])),
            "output_index": draw(st.sampled_from([0] * 8 + [1])),
            "content_index": draw(st.sampled_from([0] * 8 + [1])),
            "delta": draw(st.text("ab ü\n", max_size=4)),
        }
        if numbered:
            event["sequence_number"] = number
        if draw(st.integers(0, 20)) == 0:
            event = draw(st.sampled_from([{**event, "sequence_number": None}, {**event, "stream_id": "other"}]))
        found += [event] * draw(st.sampled_from([1] * 10 + [2]))
        half = '{"type":"response.output_text.delta","delta":"\\ud83d"}'
        odd = draw(st.sampled_from([None] * 20 + [half, "ping", "{"]))
        found += [] if odd is None else [odd]
    whole = message("".join(each["delta"] for each in found[2:] if isinstance(each, dict)), "msg_1")
    return [encoded(each) for each in [*found, completed("resp_1", *draw(st.sampled_from([[], [whole]])))]]


@pytest.mark.timeout(300)
@settings(max_examples=150, deadline=None)
@given(deltas(), CUTS)
def test_pieces_of_a_text_are_the_same_in_one_read_and_in_many(frames: list[bytes], cuts: list[int]) -> None:
    assert read(frames, cuts) == read(frames, list(range(len(frames))))


def piece(text: str, number: int, **more: Any) -> bytes:
    event = {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0}
    return json.dumps({**event, "sequence_number": number, "delta": text, **more}).encode()


def test_what_comes_behind_a_piece_of_the_same_text_is_one_event() -> None:
    frames = [piece("a", 1), piece("b", 2), piece("c", 5), piece("d", 6, item_id="other"), piece("e", 7)]
    found = list(codec.arrivals(frames))
    assert [(type(event), len(its)) for event, its in found] == [
        (OutputTextDelta, 1),
        (TextBurst, 2),
        (OutputTextDelta, 1),
        (OutputTextDelta, 1),
    ]
    burst = found[1][0]
    assert isinstance(burst, TextBurst)
    assert (burst.delta, burst.count, burst.sequence_number, burst.last.delta) == ("bc", 2, 5, "c")
    assert codec.event_type(burst) == "response.output_text.delta"


def test_a_piece_with_the_number_of_the_one_before_is_looked_at_by_itself() -> None:
    found = [type(event) for event, _ in codec.arrivals([piece("a", 1), piece("b", 2), piece("b", 2), piece("c", 0)])]
    assert found == [OutputTextDelta, TextBurst, OutputTextDelta, OutputTextDelta]
