"""Connections that are written down while somebody records, and where they find the recorder.

What a cassette is like is not known here: most sessions record nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ..exceptions import ConnectionLost, WsNotebookError
from .base import Connection, Prompt

__all__ = ["PromptRecording", "RecordingConnection", "Tape", "Writer", "recording"]


class Writer(Protocol):
    """What is told of frames: `recording.Recorder` is one."""

    path: Path
    frames: int
    """How many were written."""
    error: OSError | None
    """What ended it before somebody stopped it."""

    @property
    def recording(self) -> bool:
        """Whether it goes on."""

    def frame(self, kind: str, connection: int, data: bytes) -> None:
        """Write a frame, or the end of a connection."""

    def stop(self) -> None:
        """End it."""


class Tape:
    """Where the connections of a session find the recorder, while there is one; and their numbers."""

    def __init__(self, recorder: Writer | None = None) -> None:
        self.recorder = recorder
        self._connections = 0

    def stop(self) -> None:
        """End the recording, if there is one."""
        if self.recorder is not None:
            self.recorder.stop()

    def next_number(self) -> int:
        self._connections += 1
        return self._connections


class RecordingConnection:
    """A connection whose frames are written down, while somebody records."""

    def __init__(self, inner: Connection, tape: Tape) -> None:
        self.memory = inner.memory
        self._inner = inner
        self._tape = tape
        self._number = tape.next_number()
        self.heard = False
        """Whether anything ever came over it."""

    @property
    def usable(self) -> bool:
        return self._inner.usable

    async def answers(self) -> bool:
        return await self._inner.answers()

    async def send(self, frame: bytes) -> None:
        if self._tape.recorder is not None:
            # Before it goes: the answer may be there before `send` returns.
            self._tape.recorder.frame("sent", self._number, frame)
        await self._inner.send(frame)

    async def receive(self) -> list[bytes]:
        try:
            frames = await self._inner.receive()
        except WsNotebookError as error:
            self._ended(error)
            raise
        self._note(frames)
        return frames

    async def close(self) -> None:
        await self._inner.close()

    def _note(self, frames: list[bytes]) -> None:
        self.heard = True
        recorder = self._tape.recorder
        if recorder is not None:
            for frame in frames:
                recorder.frame("received", self._number, frame)

    def _ended(self, error: WsNotebookError) -> None:
        if self._tape.recorder is None:
            return
        code, reason = (error.code, error.reason) if isinstance(error, ConnectionLost) else (None, "")
        self._tape.recorder.frame("closed", self._number, json.dumps({"code": code, "reason": reason}).encode())


class PromptRecording(RecordingConnection):
    """The same of a connection that hands over and sends at once."""

    def __init__(self, inner: Prompt, tape: Tape) -> None:
        super().__init__(inner, tape)
        self._prompt = inner

    async def listen(self, take: Callable[[list[bytes]], bool]) -> None:
        def recorded(frames: list[bytes]) -> bool:
            self._note(frames)
            return take(frames)

        try:
            await self._prompt.listen(recorded)
        except WsNotebookError as error:
            self._ended(error)
            raise

    def takes_now(self, size: int) -> bool:
        return self._prompt.takes_now(size)

    def send_now(self, frame: bytes) -> None:
        if self._tape.recorder is not None:
            self._tape.recorder.frame("sent", self._number, frame)
        self._prompt.send_now(frame)


def recording(inner: Connection, tape: Tape) -> RecordingConnection:
    """The connection, with its frames written to the tape."""
    return PromptRecording(inner, tape) if isinstance(inner, Prompt) else RecordingConnection(inner, tape)
