"""`%responses record`, `replay` and `compare`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..exceptions import SettingsError
from ..session.comparison import Comparison, compare, variants_of
from ..session.session import Session
from ..transports.replay import ReplayTransport
from .offer import offered_tools
from .report import Report

if TYPE_CHECKING:
    from .responses import ResponsesMagics

__all__ = ["comparison", "record", "replay", "split_prompt"]

STOP = ("stop", "off")
_OPTIONS = re.compile(r"(?<=\s)(-s|-m|--transport)[\s=]+(\S+)")


def record(session: Session, path: str) -> Report:
    """Begin a recording of the session, end it, or say whether there is one."""
    running = session.recording
    if path in STOP:
        if running is None:
            raise SettingsError("%responses record: nothing is being recorded. Begin with %responses record talk.jsonl")
        running.stop()
        return Report("Recorded", [("file", running.path), ("frames", running.frames)])
    if path:
        running = session.record(path)
    if running is None:
        return Report("Recording", [("no", "begin with %responses record talk.jsonl")])
    return Report(
        "Recording", [("file", running.path), ("frames", running.frames), ("to end it", "%responses record stop")]
    )


def replay(magics: ResponsesMagics, path: str, speed: str | None) -> Report:
    """Have the magics' own session answered by a cassette, or by the provider again."""
    if path in STOP:
        magics.replay(None)
        return Report("Replay", [("ended", "cells ask the provider again")])
    if not path:
        raise SettingsError("%responses replay needs a cassette: %responses replay talk.jsonl [--speed 10]")
    transport = ReplayTransport(path, speed=_speed(speed))
    magics.replay(transport)
    cassette, speed_words = transport.cassette, "at once" if transport.speed == 0 else f"{transport.speed:g} ×"
    rows: list[tuple[str, object]] = [
        ("cassette", path),
        ("of", " ".join(filter(None, [cassette.provider, cassette.model]))),
        ("recorded", cassette.recorded or "unknown"),
        ("requests", len(cassette.exchanges())),
        ("speed", speed_words),
        ("to end it", "%responses replay stop"),
    ]
    return Report("Replay", rows)


def comparison(magics: ResponsesMagics, session: Session, words: str, options: Mapping[str, str]) -> Comparison:
    """The same question in each way. `words`: a prompt, or the id of a run that asked it; empty: the latest run."""
    runs = {run.id: run for run in session.runs}
    asked = runs.get(words or next(reversed(runs), ""))
    if asked is None and not words:
        raise SettingsError("%responses compare needs a prompt: %responses compare 'What is a monad?'")
    variants = variants_of(
        session, _list(options.get("--transport")), _list(options.get("-m")), model=magics.model_of(session)
    )
    tools = offered_tools(session.tools, magics.names).values()
    return compare(session, words if asked is None else asked.state.input, variants, tools=tools)


def split_prompt(text: str) -> tuple[str, dict[str, str]]:
    """The prompt behind `compare` as it was typed, quotes around the whole of it taken off, and the options."""
    options: dict[str, str] = {}

    def take(found: re.Match[str]) -> str:
        options[found[1]] = found[2]
        return ""

    prompt = _OPTIONS.sub(take, f" {text}").strip()
    if len(prompt) > 1 and prompt[0] == prompt[-1] and prompt[0] in "'\"" and prompt[0] not in prompt[1:-1]:
        prompt = prompt[1:-1]
    return prompt, options


def _list(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _speed(text: str | None) -> float:
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        raise SettingsError(
            f"%responses replay: --speed takes a number, not {text!r}: 1 as recorded, 0 at once."
        ) from None
