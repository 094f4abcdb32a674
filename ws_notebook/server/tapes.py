"""The cassette of a served port: replayed, recorded, or both, as its mode says."""

from __future__ import annotations

from pathlib import Path

from ws_notebook.cassette import Answers, Cassette
from ws_notebook.cassette.modes import part_of, step
from ws_notebook.exceptions import SettingsError
from ws_notebook.secrets import Keys
from ws_notebook.server.models.replay import Replayed
from ws_notebook.server.taping import Taping
from ws_notebook.transports.recording import Recorder

__all__ = ["Tapes"]


class Tapes:
    """What `serve --cassette` does with the file: *replayed* is the only source of answers, or *taping* writes them.

    Raises SettingsError where the file is to be replayed and is not there, and where it cannot be read or written.
    """

    def __init__(self, path: Path, mode: str, *, provider: str, keys: Keys, speed: float = 0.0) -> None:
        self._path = path
        self.replayed: Replayed | None = None
        self.taping: Taping | None = None
        todo = step(mode, path)
        if todo == "missing":
            raise SettingsError(
                f"There is no cassette {path} to be replayed. Record one: ws-notebook serve --upstream URL --cassette "
                f"{path}"
            )
        known = Cassette.load(path) if todo in ("replay", "extend") else None
        if known is not None and todo == "replay":
            broken = f"; {known.broken_off}" if known.broken_off else ""
            self.replayed = Replayed(Answers(known), f"replay of {path}{broken}", speed)
            return
        # What is there already is kept until the new file is whole.
        written = part_of(path) if path.exists() else path
        recorder = Recorder(written, provider=provider, keys=keys, after=known)
        self.taping = Taping(recorder, None if known is None else Answers(known))

    @property
    def said(self) -> str:
        """What becomes of answers, in words."""
        return self.replayed.said if self.replayed is not None else f"recording to {self._path}"

    def close(self) -> None:
        """The server has ended: what was recorded takes its place."""
        if self.taping is None:
            return
        recorder = self.taping.recorder
        recorder.stop()
        if recorder.path != self._path and recorder.error is None:
            recorder.path.replace(self._path)
