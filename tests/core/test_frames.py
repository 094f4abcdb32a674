"""The log of frames: everything is counted, the latest bytes are held."""

from __future__ import annotations

from ws_notebook.core.frames import FrameLog, FrameRecord

__all__: list[str] = []


def record(size: int, direction: str = "received") -> FrameRecord:
    return FrameRecord(1.0, direction, None, "x", size, None, b"a" * size)


def test_both_directions_are_counted() -> None:
    log = FrameLog()
    log.add(record(3))
    log.add(record(5, "sent"))
    assert (log.received, log.sent, len(log)) == (3, 5, 2)
    assert [each.direction for each in log.records()] == ["received", "sent"]


def test_the_oldest_are_dropped_when_their_bytes_pass_the_limit() -> None:
    log = FrameLog(limit=10)
    for size in (4, 4, 4, 4):
        log.add(record(size))
    assert (len(log), log.dropped, log.received) == (2, 2, 16)


def test_a_frame_larger_than_the_limit_is_still_held() -> None:
    log = FrameLog(limit=10)
    log.add(record(4))
    log.add(record(40))
    assert [each.size for each in log.records()] == [40]


def test_the_records_are_a_copy() -> None:
    log = FrameLog()
    records = log.records()
    log.add(record(1))
    assert records == []
