"""What is written while a connection works: every frame, its end, nothing after the end of the recording."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from ws_notebook.cassette import Cassette
from ws_notebook.exceptions import ConnectionLost, SettingsError
from ws_notebook.transports.base import Endpoint, Transport
from ws_notebook.transports.recording import Recorder, RecordingConnection, RecordingTransport, Tape

__all__: list[str] = []


class Echo:
    """A connection that gives back what it was sent, then breaks off."""

    memory = True
    usable = True

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.closed = False

    async def send(self, frame: bytes) -> None:
        self.frames.append(frame)

    async def receive(self) -> list[bytes]:
        if not self.frames:
            raise ConnectionLost("gone", code=1006, reason="cable")
        found, self.frames = self.frames, []
        return found

    async def close(self) -> None:
        self.closed = True


class EchoTransport:
    name = "echo"
    memory = True

    async def connect(self, endpoint: Endpoint) -> Echo:
        return Echo()


async def talk(connection: RecordingConnection) -> None:
    await connection.send(b'{"key": "hidden-key-1"}')
    await connection.send(b'{"n": 2}')
    assert await connection.receive() == [b'{"key": "hidden-key-1"}', b'{"n": 2}']
    with pytest.raises(ConnectionLost):
        await connection.receive()
    await connection.close()


def test_frames_and_the_end_are_written_in_order(tmp_path: Path) -> None:
    recorder = Recorder(
        tmp_path / "c", provider="p", model="m", scrub=lambda frame: frame.replace(b"hidden-key-1", b"X")
    )
    echo = Echo()
    asyncio.run(talk(RecordingConnection(echo, Tape(recorder))))
    recorder.stop()
    kept = Cassette.load(tmp_path / "c")
    assert [entry.kind for entry in kept.entries] == ["sent", "sent", "received", "received", "closed"]
    assert kept.entries[0].data == b'{"key": "X"}'
    assert json.loads(kept.entries[4].data) == {"code": 1006, "reason": "cable"}
    assert (kept.provider, kept.model, echo.closed) == ("p", "m", True)
    assert [entry.ms for entry in kept.entries] == sorted(entry.ms for entry in kept.entries)
    assert kept.recorded.endswith("Z")


def test_the_file_is_whole_at_any_time_and_ends_with_the_recording(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "c")
    recorder.frame("sent", 1, b'{"n": 1}')
    assert len(Cassette.load(tmp_path / "c")) == 1
    recorder.stop()
    recorder.stop()
    recorder.frame("sent", 1, b'{"n": 2}')
    assert len(Cassette.load(tmp_path / "c")) == 1
    assert not recorder.recording
    assert "ended" in repr(recorder)


def test_without_a_recorder_nothing_is_written() -> None:
    tape = Tape()
    asyncio.run(talk(RecordingConnection(Echo(), tape)))
    tape.stop()
    assert tape.recorder is None


def test_a_recording_transport_is_one_like_its_inner_and_hides_the_key(tmp_path: Path) -> None:
    transport = RecordingTransport(EchoTransport(), tmp_path / "c")
    assert isinstance(transport, Transport)
    assert (transport.name, transport.memory) == ("echo", True)
    endpoint = Endpoint(base_url="http://a/v1", headers={"Authorization": "Bearer hidden-key-1"})

    async def both() -> None:
        for _ in range(2):
            connection = await transport.connect(endpoint)
            assert connection.usable
            await talk(connection)

    asyncio.run(both())
    kept = Cassette.load(tmp_path / "c")
    assert {entry.connection for entry in kept.entries} == {1, 2}
    assert b"hidden-key-1" not in (tmp_path / "c").read_bytes()


def test_a_file_that_cannot_be_opened_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        Recorder(tmp_path / "no" / "file")
