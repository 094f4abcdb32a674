"""Recording: whatever goes over a connection is written to a cassette, as it goes."""

from __future__ import annotations

import contextlib
import logging
import time
from datetime import UTC, datetime
from pathlib import Path

from ..cassette import Cassette, Entry, Packer, Scrubber, end_line, head_line, line
from ..exceptions import SettingsError
from ..secrets import Keys
from .base import Endpoint, Transport
from .tape import RecordingConnection, Tape, recording
from .tapefile import FileTaken, TapeFile

__all__ = ["Recorder", "RecordingTransport"]


class Recorder:
    """Writes a cassette, a line for each frame, so that the file is whole whenever the recording ends.

    What looks like a secret is taken out, and so are the `keys`. Raises SettingsError where the file cannot be written,
    and where it is being written by another recording. A file whose name ends in `.gz` is compressed. A disk that is
    full later ends the recording, with a warning, and nothing else. `after`: an earlier recording, which this one goes
    on from in a file of its own.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        provider: str = "",
        model: str = "",
        transport: str = "websocket",
        keys: Keys | None = None,
        after: Cassette | None = None,
    ) -> None:
        self.path = Path(path).expanduser()
        if self.path.is_fifo():
            # It would be opened only when somebody reads it, and written only as fast as he does.
            raise SettingsError(f"The cassette {str(path)!r} is a pipe, which may hold up the runs. Name a file.")
        self.frames = 0
        self.error: OSError | None = None
        """What ended the recording before somebody stopped it, or None."""
        self._scrubber = Scrubber(keys)
        before = [] if after is None else after.entries
        self._connections_before = max((each.connection for each in before), default=0)
        self._began = time.monotonic() - max((each.ms for each in before), default=0.0) / 1000
        moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        head = head_line(provider=provider, model=model, transport=transport, recorded=moment)
        self._packer = Packer(self.path)
        self._file: TapeFile | None = _begun(self.path, self._packer.pack(head))
        for each in before:
            self._write(line(each))

    def __repr__(self) -> str:
        return f"<Recorder {self.path} {self.frames} frames{'' if self.recording else ', ended'}>"

    @property
    def recording(self) -> bool:
        return self._file is not None

    def frame(self, kind: str, connection: int, data: bytes) -> None:
        """Write a frame, or the end of a connection. Nothing is written after the end of the recording."""
        number = self._connections_before + connection
        entry = Entry((time.monotonic() - self._began) * 1000, number, kind, data)
        for each in self._scrubber.add(entry):
            self._write(line(each))

    def stop(self) -> None:
        """End the recording. The cassette is whole."""
        for each in self._scrubber.close():
            self._write(line(each))
        if self._file is not None:
            # Without it whoever reads the file is told that it was broken off, which then it was.
            with contextlib.suppress(OSError):
                self._file.append(self._packer.pack(end_line(self.frames)) + self._packer.end())
        self._end()

    def _end(self) -> None:
        held, self._file = self._file, None
        if held is not None:
            held.close()

    def _write(self, data: bytes) -> None:
        if self._file is None:
            return
        try:
            self._file.append(self._packer.pack(data))
        except OSError as error:
            # A full disk ends the recording, and not the run.
            self._end()
            self.error = error
            logging.getLogger("ws_notebook").warning(
                "The recording to %s has ended: %s. Its %d frames so far are kept, and the run goes on. "
                "Make room, and record anew.",
                self.path,
                error.strerror or error,
                self.frames,
            )
        else:
            self.frames += 1


def _begun(path: Path, head: bytes) -> TapeFile:
    """The file, with the cassette's first line."""
    try:
        return TapeFile(path, head)
    except FileTaken as taken:
        raise SettingsError(
            f"The cassette {str(path)!r} cannot be written: {taken.strerror}. End that one with its stop() "
            "(%responses record stop), close its session, or record to another file."
        ) from None
    except OSError as error:
        raise SettingsError(f"The cassette {str(path)!r} cannot be written: {error.strerror or error}.") from None


class RecordingTransport:
    """A transport whose frames are written to a cassette from the first connection on."""

    def __init__(self, inner: Transport, path: str | Path, *, after: Cassette | None = None) -> None:
        self.name = inner.name
        self.memory = inner.memory
        self._inner = inner
        self._keys = Keys()
        known = after or Cassette()
        self.recorder = Recorder(
            path, provider=known.provider, model=known.model, transport=inner.name, keys=self._keys, after=after
        )
        self._tape = Tape(self.recorder)

    async def connect(self, endpoint: Endpoint) -> RecordingConnection:
        """Open a connection of the inner transport. Raises what that raises."""
        self._keys.add(endpoint.headers.values())
        return recording(await self._inner.connect(endpoint), self._tape)
