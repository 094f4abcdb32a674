"""Recording a session to a cassette, and sessions whose provider is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..profiles import EMBEDDED
from ..transports.base import Transport
from ..transports.tape import Writer
from .host import Host

__all__ = ["Recording", "recorded_facts", "recording_of", "start_recording"]


class Recording:
    """A recording that goes on until `stop()`, the end of its `with`, the next one, or the end of the session."""

    def __init__(self, session: Host[Any], recorder: Writer) -> None:
        self._session = session
        self._recorder = recorder

    @property
    def path(self) -> Path:
        """The cassette: a file that is whole at any time."""
        return self._recorder.path

    @property
    def recording(self) -> bool:
        """Whether it goes on."""
        return self._recorder.recording

    @property
    def frames(self) -> int:
        """How many frames were written."""
        return self._recorder.frames

    @property
    def error(self) -> OSError | None:
        """What ended it before somebody stopped it, such as a full disk; None otherwise."""
        return self._recorder.error

    def stop(self) -> None:
        """End it; nothing happens to one that has ended."""
        # Where frames are written, so that none is half written.
        self._session._engine.portal.call(self._recorder.stop)

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Recording to {self.path}: {self.frames} frames{'' if self.recording else ', ended'}>"


def start_recording(session: Host[Any], path: str | Path) -> Recording:
    """Have the session's connections write to a cassette from now on; an earlier recording ends.

    Raises SettingsError where the file cannot be written, and where a recording to it goes on already.
    """
    from ..transports.recording import Recorder

    connector = session._engine.connector
    tape, transport = connector.tape, connector.transport.name
    recorder = Recorder(
        path, provider=connector.provider, model=session.settings.model, transport=transport, keys=session.keys
    )

    def begin() -> None:
        tape.stop()
        tape.recorder = recorder

    session._engine.portal.call(begin)
    return Recording(session, recorder)


def recording_of(session: Host[Any]) -> Recording | None:
    """The recording that goes on, or None."""
    recorder = session._engine.connector.tape.recorder
    return Recording(session, recorder) if recorder is not None and recorder.recording else None


def recorded_facts(transport: Transport | None, provider: str, model: str | None) -> tuple[str, str | None]:
    """The provider and model of a session: a replay needs no key and no address, and has the recorded model."""
    if transport is None:
        return provider, model
    from ..transports.replay import ReplayTransport

    if not isinstance(transport, ReplayTransport):
        return provider, model
    return EMBEDDED.name, model or transport.cassette.model or None
