"""The cassette of one test: where it is, whether it is replayed or recorded, and what becomes of a recording."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ..cassette import Cassette
from ..cassette.modes import MODES, part_of, step
from ..exceptions import SettingsError
from ..secrets import Keys, hidden
from ..session.session import Session
from ..transports.base import Transport
from ..transports.episodes import EpisodesTransport
from ..transports.http import HttpTransport
from ..transports.recording import Recorder, RecordingTransport
from ..transports.replay import ReplayTransport
from ..transports.tape import Writer
from ..transports.websocket import WebSocketTransport
from .relay import Relay

__all__ = ["Case", "file_name"]

_LONGEST = 100
_OF_PROVIDERS = ("provider", "profile", "api_key", "headers", "ssl", "transport", "compression", "through")
"""What of a session's arguments a replay has no use for."""


class Case:
    """The cassette of the test `item`. Fails the test for a marker or a mode that cannot be used.

    `path`: its file. `mode`: none, once, new_episodes or all.
    """

    def __init__(self, item: pytest.Item, config: pytest.Config, mark: pytest.Mark | None, *, in_ci: bool) -> None:
        given = _marked(mark)
        self._item = item
        self._in_ci = in_ci
        self._exact, self._speed, self._tools = given["exact"], given["speed"], given["tools"]
        by_line = config.getoption("--ws-record")
        usual = "none" if in_ci else str(config.getini("ws_record") or "once")
        self.mode: str = by_line or given["mode"] or usual
        self._upstream = str(config.getini("ws_upstream"))
        self._key_variable = str(config.getini("ws_upstream_key_variable"))
        folder = str(config.getini("ws_cassettes"))
        home = config.rootpath / folder if folder else item.path.parent / "cassettes"
        self.path = _found(home / given["name"] if given["name"] else home / item.path.stem / file_name(item.nodeid))
        here = config.invocation_params.dir
        self._shown = self.path.relative_to(here) if self.path.is_relative_to(here) else self.path
        self._command = f"pytest {shlex.quote(item.nodeid)} --ws-record=once"
        self._session: Session | None = None
        self._recordings: list[tuple[Writer, Path, int]] = []
        """Each with the file whose place it is to take, and how many frames it had at its beginning."""

    def __repr__(self) -> str:
        return f"<cassette {self.path}, mode {self.mode}{', recording' if self.recording else ''}>"

    @property
    def recording(self) -> bool:
        """Whether anything is being written."""
        return any(recorder.recording for recorder, *_ in self._recordings)

    def session(self, arguments: Mapping[str, Any]) -> Session:
        """A session over the cassette. Fails the test where there is none to replay, or none can be written."""
        try:
            self._session = self._opened(dict(arguments))
        except SettingsError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        return self._session

    def relay(self, *, beside: bool = False) -> Relay:
        """A server over the cassette, or in front of a provider. Fails the test as `session` does.

        `beside`: the test has a session, too, whose cassette is another file.
        """
        path = self.path.with_name(f"relay-{self.path.name}") if beside else self.path
        try:
            todo = self._step(path)
            cassette = Cassette.load(path) if todo in ("replay", "extend") else None
            if todo == "replay" and cassette is not None:
                return Relay.of_cassette(cassette, exact=self._exact, speed=self._speed)
            keys, upstream = Keys(), self._upstream
            # Its name, or its address without what may be a secret in it.
            shown = hidden(upstream.partition("?")[0])
            recorder = Recorder(self._part(path), provider=shown, keys=keys, after=cassette)
            self._recordings.append((recorder, path, 0 if cassette is None else len(cassette)))
            return Relay.of_provider(upstream, self._key_variable, recorder, keys, cassette)
        except SettingsError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None

    def close(self) -> None:
        """End the session; its recording is whole then."""
        if self._session is not None:
            for recorder, *_ in self._recordings:
                self._session._engine.portal.call(recorder.stop)
            self._session.close()

    def finish(self, *, kept: bool) -> str:
        """Have recordings take their places, or, not `kept`, away; what became of them, in words."""
        told = []
        for recorder, path, before in self._recordings:
            recorder.stop()
            if recorder.error is not None:
                reason = recorder.error.strerror or recorder.error
                told.append(f"The recording of {path} ended early ({reason}): it was not kept.")
            elif (kept and recorder.frames > before) or (kept and not path.exists()):
                recorder.path.replace(path)
                told.append(f"Recorded {path}: {recorder.frames} frames.")
                continue
            elif not kept:
                told.append(f"The test did not pass, so what it recorded was not kept: {path} is as it was.")
            recorder.path.unlink(missing_ok=True)
        return "\n".join(told)

    def _step(self, path: Path) -> str:
        todo = step(self.mode, path)
        if todo == "missing":
            why = ", which CI=true means" if self._in_ci else ""
            shown = str(self._shown) if path == self.path else str(path)
            raise SettingsError(
                f"There is no cassette {shown}, and in mode none{why} nothing is recorded. Record it with\n"
                f"    {self._command}\nand commit the file."
            )
        return todo

    def _opened(self, arguments: dict[str, Any]) -> Session:
        todo = self._step(self.path)
        if todo == "record":
            session = Session(**arguments)
            self._recordings.append((session.record(self._part(self.path))._recorder, self.path, 0))
            return session
        cassette = Cassette.load(self.path)
        if todo == "extend":
            given: Transport | str = arguments.get("transport", "auto")
            over_http = given == "http" or (given == "auto" and cassette.transport == "http")
            usual = HttpTransport() if over_http else WebSocketTransport()
            inner = usual if isinstance(given, str) else given
            taped = RecordingTransport(inner, self._part(self.path), after=cassette)
            self._recordings.append((taped.recorder, self.path, len(cassette)))
            return Session(**{**arguments, "transport": EpisodesTransport(cassette, taped, exact=self._exact)})
        replay = ReplayTransport(cassette, speed=self._speed, exact=self._exact, tools=self._tools, empty=True)
        kept = {name: value for name, value in arguments.items() if name not in _OF_PROVIDERS}
        return Session(**kept, transport=replay)

    @staticmethod
    def _part(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        return part_of(path)


def file_name(nodeid: str) -> str:
    """The name of the cassette of that test: one that every system takes, and no other test has."""
    name = ".".join(nodeid.split("::")[1:]) or nodeid
    plain = re.sub(r"\[(.*)\]$", r"-\1", name)
    safe = re.sub(r"[^\w.-]+", "-", plain)
    if safe != plain or len(safe) > _LONGEST:
        safe = f"{safe[:_LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return f"{safe}.jsonl"


def _marked(mark: pytest.Mark | None) -> dict[str, Any]:
    """What the marker says; fails the test where that cannot be used."""
    known: dict[str, Any] = {"name": None, "mode": None, "exact": False, "speed": 0, "tools": "live"}
    if mark is None:
        return known
    given = dict(mark.kwargs)
    if mark.args:
        given["name"], *more = mark.args
        if more:
            pytest.fail("ws_cassette takes one name; the rest by keywords, as mode='all'.", pytrace=False)
    for name in given:
        if name not in known:
            pytest.fail(f"ws_cassette has no {name!r}. It takes {', '.join(known)}.", pytrace=False)
    if given.get("mode") not in (None, *MODES):
        pytest.fail(f"mode of ws_cassette is one of {', '.join(MODES)}, not {given['mode']!r}.", pytrace=False)
    if not isinstance(given.get("name"), str | None):
        pytest.fail(f"ws_cassette takes the name of a file, not {given['name']!r}.", pytrace=False)
    return {**known, **given}


def _found(path: Path) -> Path:
    """The file, or the compressed one that is there in its place."""
    packed = path.with_name(f"{path.name}.gz")
    return packed if not path.exists() and packed.exists() else path
