"""The log of frames: the latest are held. And the tallies of a turn."""

from __future__ import annotations

import tracemalloc

from ws_notebook.core.frames import FrameLog, FrameTally, Tallies

__all__: list[str] = []


def note(log: FrameLog, *sizes: int, direction: str = "received") -> None:
    log.note(1.0, direction, None, "x", None, [bytes(size) for size in sizes])


def cost_of(*sizes: int) -> int:
    """What frames that came together take in a log."""
    log = FrameLog(limit=1 << 30)
    note(log, *sizes)
    return log.held


def test_both_directions_are_held() -> None:
    log = FrameLog()
    note(log, 3)
    note(log, 5, direction="sent")
    assert len(log) == 2
    assert [(each.direction, each.size) for each in log.records()] == [("received", 3), ("sent", 5)]


def test_frames_that_came_together_are_told_apart() -> None:
    log = FrameLog()
    log.note(2.0, "received", "lane-1", "response.output_text.delta", "resp_1", [b"one", b"three"], "r1.1")
    found = log.records()
    assert [(each.data, each.size) for each in found] == [(b"one", 3), (b"three", 5)]
    assert {(each.at, each.lane, each.response_id, each.turn) for each in found} == {(2.0, "lane-1", "resp_1", "r1.1")}
    assert len(log) == 2


def test_the_oldest_are_dropped_when_what_they_take_passes_the_limit() -> None:
    log = FrameLog(limit=2 * cost_of(4))
    for _ in range(4):
        note(log, 4)
    assert len(log) == 2


def test_of_frames_that_came_together_the_oldest_are_dropped_alone() -> None:
    log = FrameLog(limit=cost_of(4, 5))
    note(log, 1, 2, 3, 4, 5)
    assert [each.size for each in log.records()] == [4, 5]
    assert len(log) == 2
    note(log, 1, 1)
    assert [each.size for each in log.records()] == [1, 1]
    assert log.held <= log.limit


def test_a_frame_larger_than_the_limit_is_still_held() -> None:
    log = FrameLog(limit=10)
    note(log, 4)
    note(log, 40)
    assert [each.size for each in log.records()] == [40]


def test_the_records_are_a_copy() -> None:
    log = FrameLog()
    records = log.records()
    note(log, 1)
    assert records == []


def test_the_bound_is_on_what_is_held_and_not_on_the_payload_alone() -> None:
    log = FrameLog(limit=1_000_000)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(20_000):
        log.note(float(number), "received", None, "x", None, [b"%07d" % number])
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert 0.5 * log.limit < taken < 1.2 * log.limit


def test_frames_of_one_kind_behind_one_another_are_one_tally() -> None:
    tallies = Tallies()
    tallies.add("response.create", 100, 1.0, sent=True)
    tallies.add("delta", 10, 2.0)
    tallies.add("delta", 30, 3.0, count=3)
    tallies.add("done", 5, 4.0)
    tallies.add("delta", 10, 5.0)
    told = [(each.direction, each.type, each.first, each.last, each.count, each.size) for each in tallies]
    assert told == [
        ("sent", "response.create", 1.0, 1.0, 1, 100),
        ("received", "delta", 2.0, 3.0, 4, 40),
        ("received", "done", 4.0, 4.0, 1, 5),
        ("received", "delta", 5.0, 5.0, 1, 10),
    ]
    assert isinstance(next(iter(tallies)), FrameTally)
