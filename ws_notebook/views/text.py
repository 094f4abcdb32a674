"""Text views: a stream of lines for a terminal, one display that is updated for a notebook without widgets."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from ..core.changes import Change
from ..core.outcome import UNAVAILABLE
from ..core.run import RunState
from ..core.turn import CallState, TurnState
from ..render.bundle import RunHeader, bundle
from ..render.format import one_line, printable, seconds, short_arguments
from ..render.grown import Grown
from ..render.items import output_text
from ..render.markdown import markdown
from ..render.mime import mime_bundle
from ..render.structured import Indenter, asks_for_json
from ..render.text import closing_lines, plain_text, terminal
from ..render.words import CALL_WORDS
from ..secrets import Keys, hidden
from .base import CallLater, Clock
from .beat import Beat
from .display import Display
from .throttle import Throttle

__all__ = ["NotebookTextView", "TextView"]


_TOLD_AT = (10, 60, *range(300, 90_000, 300))
"""Seconds after which a line says how long something has been waited for."""


class _Text:
    """What the views of text have in common: pictures by the clock, and now and then one of what is waited for."""

    decides = False
    widgets = False

    def __init__(self, run: RunState, header: RunHeader, call_later: CallLater, interval: float, clock: Clock) -> None:
        self._run, self._header, self._clock = run, header, clock
        self._throttle = Throttle(self._paint, call_later, interval=interval)
        self._beat = Beat(self._throttle.request, call_later)

    def observe(self, run: RunState, change: Change) -> None:
        self._throttle.request()

    def _paint(self) -> None:
        self._beat.want(bool(self._run.held_up))


class TextView(_Text):
    """Writes a run to a terminal as it comes: the text, a line for each call, a line at the end.

    `write` takes the text; by default it goes to `sys.stdout`.
    """

    def __init__(
        self,
        run: RunState,
        header: RunHeader,
        *,
        call_later: CallLater,
        write: Callable[[str], object] | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(run, header, call_later, 0.1, clock)
        self._write = write or _write_out
        self._grown: dict[str, Grown] = {}
        self._indenters: dict[str, Indenter | None] = {}
        """For each turn that has text: what indents its JSON, or None."""
        self._told: set[object] = set()
        """The calls and the waits that were written of."""
        self._apart = False
        """What comes next stands apart from what was written before."""
        self._tail = ""
        """The last character written."""
        self._return = ""
        self._over = False

    def show(self) -> None:
        return

    def finish(self, run: RunState) -> None:
        if not self._over:
            self._throttle.finish(self._close)

    def _close(self) -> None:
        self._paint()
        self._over = True
        self._blank_line()
        self._put(closing_lines(bundle(self._run, self._header)) + "\n")

    def _paint(self) -> None:
        for turn in list(self._run.turns):
            self._turn(turn)
        for call in self._run.held_up:
            self._age(call)
        super()._paint()

    def _age(self, call: CallState) -> None:
        """Say now and then how long a call has been waited for; not into the line in which somebody is asked."""
        spans = call.timing.spans
        since = call.timing.started or (spans[-1].start if spans else call.timing.ready)
        if since is None or (
            call.approval is not None and call.approval.prompted and call.status == "awaiting_approval"
        ):
            return
        lasted = self._clock() - since
        passed = [mark for mark in _TOLD_AT if mark <= lasted]
        if passed and (call, call.status, passed[-1]) not in self._told:
            self._told.add((call, call.status, passed[-1]))
            what = f"· {call.name}({short_arguments(call.arguments, 60)})"
            words = f"{what} {CALL_WORDS[call.status]} {seconds(lasted * 1000)}"
            self._line(terminal(words))

    def _turn(self, turn: TurnState) -> None:
        if turn.id not in self._grown:
            self._grown[turn.id] = Grown(turn, "text", self._header.keys)
            self._apart = True
        grown = self._grown[turn.id]
        text = grown.more()
        if text is None:
            # Changed before its end: what was written cannot be taken back.
            self._apart, text = True, grown.whole()
            self._indenters.pop(turn.id, None)
        if text:
            if self._apart:
                self._blank_line()
            self._apart = False
            self._put(self._indented(turn, self._clean(text)))
        if turn.not_before is not None and (turn.id, turn.not_before) not in self._told:
            self._told.add((turn.id, turn.not_before))
            wait = (turn.not_before - turn.timing.spans[-1].start) * 1000
            why = "server not available" if turn.recovered == UNAVAILABLE else "rate limit"
            self._line(f"· {why}: asks again in {seconds(wait)}")
        for call in list(turn.tool_calls):
            if call.done and call not in self._told:
                self._told.add(call)
                self._line(_note(call, self._header.keys))

    def _indented(self, turn: TurnState, text: str) -> str:
        """JSON that was asked for, as people read it; all else as it is."""
        if turn.id not in self._indenters:
            is_json = asks_for_json(self._run) and text.lstrip()[:1] in ("{", "[")
            self._indenters[turn.id] = Indenter() if is_json else None
        indenter = self._indenters[turn.id]
        return text if indenter is None else indenter.add(text)

    def _clean(self, text: str) -> str:
        """Text without terminal controls. A return at its end waits for its line feed."""
        text, self._return = self._return + text, ""
        if text.endswith("\r"):
            text, self._return = text[:-1], "\r"
        return printable(text)

    def _line(self, words: str) -> None:
        """Words on a line of their own, from which the text that follows stands apart."""
        self._apart = True
        self._put(("" if self._tail in ("", "\n") else "\n") + words + "\n")

    def _blank_line(self) -> None:
        """Stand apart from what was written before, if anything was."""
        if self._tail:
            self._put("\n" if self._tail == "\n" else "\n\n")

    def _put(self, text: str) -> None:
        if text:
            self._write(text)
            self._tail = text[-1]


class NotebookTextView(_Text):
    """Shows a run in one output that is updated, with no widget: for nbclient and plain front ends."""

    def __init__(
        self,
        run: RunState,
        header: RunHeader,
        *,
        call_later: CallLater,
        clock: Clock = time.monotonic,
        display: Display | None = None,
    ) -> None:
        super().__init__(run, header, call_later, 0.2, clock)
        self._display = display or Display()

    def show(self) -> None:
        self._display.show(self._so_far())

    def finish(self, run: RunState) -> None:
        self._throttle.finish(lambda: self._display.replace(mime_bundle(self._run, self._header)))

    def _paint(self) -> None:
        self._display.replace(self._so_far())
        super()._paint()

    def _so_far(self) -> dict[str, Any]:
        data = bundle(self._run, self._header, now=self._clock())
        return {"text/markdown": markdown(data), "text/plain": plain_text(data)}


def _note(call: CallState, keys: Keys | None) -> str:
    """`· population(city="Paris") → 2103000  0.24 s`"""
    took = "" if call.run_ms is None else f"  {seconds(call.run_ms)}"
    what = f"· {call.name}({short_arguments(hidden(call.arguments, keys), 60)})"
    if call.status == "completed":
        result = f"→ {one_line(output_text(call.output), 60)}" + (f" ({call.note})" if call.note else "")
    else:
        result = CALL_WORDS.get(call.status, call.status) + (f": {one_line(call.error, 120)}" if call.error else "")
    return terminal(f"{what} {result}{took}")


def _write_out(text: str) -> None:
    output = sys.stdout
    try:
        output.write(text)
    except UnicodeEncodeError:
        # A file or a pipe on Windows, or half a character of a model's: what cannot be said there is a question mark.
        encoding = output.encoding or "ascii"
        output.write(text.encode(encoding, "replace").decode(encoding))
    output.flush()
