"""Connections beside the tape: what goes over them is noted before it goes, and only while somebody records."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ws_notebook.cassette import Cassette
from ws_notebook.exceptions import ConnectionLost
from ws_notebook.transports.recording import Recorder
from ws_notebook.transports.tape import PromptRecording, RecordingConnection, Tape, recording

__all__: list[str] = []


class Far:
    """A connection to a peer that answers each frame with itself, and whose end is known once it is closed."""

    memory = True
    usable = True

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    async def answers(self) -> bool:
        return True

    async def send(self, frame: bytes) -> None:
        self.frames.append(frame)

    async def receive(self) -> list[bytes]:
        if not self.frames:
            raise ConnectionLost("gone", code=1000, reason="")
        found, self.frames = self.frames, []
        return found

    async def close(self) -> None:
        self.frames = []


async def ask(connection: RecordingConnection) -> list[bytes]:
    await connection.send(b'{"n": 1}')
    return await connection.receive()


def test_without_a_recorder_nothing_is_written_and_all_goes_through() -> None:
    tape = Tape()
    connection = recording(Far(), tape)
    assert not isinstance(connection, PromptRecording)
    assert asyncio.run(ask(connection)) == [b'{"n": 1}']
    assert connection.heard
    tape.stop()
    assert tape.recorder is None


def test_a_recorder_that_comes_later_is_found_and_each_connection_has_its_number(tmp_path: Path) -> None:
    tape = Tape()
    first, second = recording(Far(), tape), recording(Far(), tape)
    asyncio.run(ask(first))
    tape.recorder = Recorder(tmp_path / "c")
    asyncio.run(ask(second))
    tape.stop()
    kept = Cassette.load(tmp_path / "c")
    assert [(each.kind, each.connection) for each in kept.entries] == [("sent", 2), ("received", 2)]
