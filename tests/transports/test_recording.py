"""What is written while a connection works: every frame, its end, nothing after the end of the recording."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from ws_notebook.cassette import Cassette
from ws_notebook.exceptions import ConnectionLost, SettingsError
from ws_notebook.secrets import Keys
from ws_notebook.transports.base import Endpoint, Transport
from ws_notebook.transports.recording import Recorder, RecordingTransport
from ws_notebook.transports.tape import RecordingConnection, Tape

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
    await connection.send(b'{"key": "hidden-key-12345678"}')
    await connection.send(b'{"n": 2}')
    assert await connection.receive() == [b'{"key": "hidden-key-12345678"}', b'{"n": 2}']
    with pytest.raises(ConnectionLost):
        await connection.receive()
    await connection.close()


def test_frames_and_the_end_are_written_in_order(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "c", provider="p", model="m", keys=Keys(["hidden-key-12345678"]))
    echo = Echo()
    asyncio.run(talk(RecordingConnection(echo, Tape(recorder))))
    recorder.stop()
    kept = Cassette.load(tmp_path / "c")
    assert [entry.kind for entry in kept.entries] == ["sent", "sent", "received", "received", "closed"]
    assert kept.entries[0].data == b'{"key": "[secret]"}'
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


def test_a_recording_transport_is_one_like_its_inner_and_hides_the_key(tmp_path: Path) -> None:
    transport = RecordingTransport(EchoTransport(), tmp_path / "c")
    assert isinstance(transport, Transport)
    assert (transport.name, transport.memory) == ("echo", True)
    endpoint = Endpoint(base_url="http://a/v1", headers={"Authorization": "Bearer hidden-key-12345678"})

    async def both() -> None:
        for _ in range(2):
            connection = await transport.connect(endpoint)
            assert connection.usable
            await talk(connection)

    asyncio.run(both())
    kept = Cassette.load(tmp_path / "c")
    assert {entry.connection for entry in kept.entries} == {1, 2}
    assert b"hidden-key-12345678" not in (tmp_path / "c").read_bytes()


def test_a_file_that_cannot_be_opened_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        Recorder(tmp_path / "no" / "file")


def test_a_file_that_is_being_written_is_refused_in_words_and_goes_on(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "c")
    with pytest.raises(SettingsError, match="being written by another recording") as caught:
        Recorder(str(tmp_path / "." / "c"))
    assert "%responses record stop" in str(caught.value)
    recorder.frame("sent", 1, b"{}")
    recorder.stop()
    assert len(Cassette.load(tmp_path / "c")) == 1
    Recorder(tmp_path / "c").stop()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="not on this platform: there is no /dev/full")
def test_a_disk_that_is_full_from_the_beginning_is_told_at_once() -> None:
    with pytest.raises(SettingsError, match="No space left on device"):
        Recorder("/dev/full")


@pytest.mark.skipif(sys.platform == "win32", reason="not on this platform: Windows has no limit of this kind")
def test_a_disk_that_is_full_later_ends_the_recording_with_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import resource

    recorder = Recorder(tmp_path / "c")
    recorder.frame("sent", 1, b'{"n": 1}')
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        for _ in range(3):
            recorder.frame("received", 1, json.dumps({"text": "x" * 2000}).encode())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not recorder.recording
    assert (recorder.frames, len(Cassette.load(tmp_path / "c"))) == (1, 1)
    assert recorder.error is not None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "Its 1 frames so far are kept" in caplog.text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="not on this platform: it has no named pipes")
def test_a_pipe_is_no_place_for_a_recording(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match="is a pipe, which may hold up the runs"):
        Recorder(tmp_path / "pipe")
