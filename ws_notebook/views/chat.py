"""A chat: questions one below the other, each with its live view, a line to write in, and a choice of what to continue.

Imports ipywidgets and anywidget, so import this module when it is needed.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import anywidget
import traitlets
from ipywidgets import HTML, Button, Dropdown, HBox, Layout, Output, VBox

from ..kernel import hear, hear_while_busy
from ..render.format import shortened
from .display import Display
from .parts import script

__all__ = ["LATEST", "NEW", "Chat", "Composer", "Place", "Speaker"]

LATEST, NEW = "latest", ""
"""What a question may continue besides a run's id: the latest run, or nothing."""

_OFFERED, _WORDS = 50, 50
"""The most runs in the choice of what to continue, and characters of the question of each."""

_STYLE = """<style>
.wsn-chat { border: 1px solid var(--jp-border-color2, #c4cad4); border-radius: 8px; padding: 10px 12px; gap: 8px; }
.wsn-chat .wsn-chat-question { border-left: 3px solid var(--jp-brand-color1, #1976d2); padding: 2px 0 2px 10px;
  margin-top: 8px; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45; }
.wsn-chat .wsn-chat-aside { color: var(--jp-ui-font-color2, #555c66); font-size: 90%; }
.wsn-chat .wsn-chat-note { color: var(--jp-error-color0, #b3261e); line-height: 1.4; }
.wsn-chat .wsn-composer { display: block; box-sizing: border-box; width: 100%; resize: none; padding: 4px 8px;
  border: 1px solid var(--jp-border-color1, #b0b7c3); border-radius: 4px; font: inherit; line-height: 1.45;
  background: var(--jp-layout-color1, #fff); color: var(--jp-ui-font-color0, #16191d); }
.wsn-chat .wsn-composer:focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: -1px; }
.wsn-chat .jupyter-widgets-disconnected::before { content: none; }  /* its note says that the kernel has ended */
.wsn-chat .wsn-steer-box, .wsn-chat .wsn-steering:not(:has(li)) { display: none; }  /* the chat's own line steers */
</style>"""


class Speaker(Protocol):
    """Whoever a chat talks to. What these raise is shown in the chat."""

    def ask(self, words: str, parent: str, place: Place) -> object:
        """Ask, and have the run shown in the place. `parent`: `LATEST`, `NEW` or a run's id."""

    def steer(self, words: str) -> object:
        """Add words to the run in progress."""

    def stop(self) -> object:
        """Stop the run in progress."""


class Place(Display):
    """Where a view shows a run in a chat."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def show(self, data: Mapping[str, Any]) -> None:
        self._output.outputs = ({"output_type": "display_data", "data": dict(data), "metadata": {}},)

    def replace(self, data: Mapping[str, Any]) -> None:
        self.show(data)


class Composer(anywidget.AnyWidget):
    """The line of a chat, in which text of several lines can be written: `value` is what stands in it.

    Enter submits it; Shift-Enter begins a new line.
    """

    _esm = script("composer")
    value = traitlets.Unicode().tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)

    def on_submit(self, callback: Callable[[], object]) -> None:
        """Have it called at Enter, in whatever thread the kernel hears of it, also while a cell runs."""

        def receive(content: Any) -> None:
            if isinstance(content, dict) and content.get("kind") == "submit":
                self.value = str(content.get("value", self.value))
                callback()

        hear(self, receive)


class Chat(VBox):  # type: ignore[misc]
    """Enter asks; while a run goes on, it steers. Buttons do the same, and stop."""

    def __init__(self, speaker: Speaker, title: str) -> None:
        self._speaker = speaker
        self._running: list[str] = []
        self._lock = threading.Lock()
        self.turns = VBox([])
        self.line = Composer(placeholder="Ask something…", layout=Layout(flex="1 1 auto", width="auto"))
        self.send = Button(description="Ask", button_style="primary", layout=Layout(width="auto"))
        self.halt = Button(description="Stop", icon="stop", disabled=True, layout=Layout(width="auto"))
        self.parent = Dropdown(description="Continue", options=_choices(()), value=LATEST)
        self.note = HTML("")
        heading = HTML(f'{_STYLE}<span class="wsn-chat-aside">{html.escape(title)}</span>')
        super().__init__([heading, self.turns, self.note, HBox([self.line, self.send, self.halt]), self.parent])
        self.add_class("wsn-chat")
        self._listen()

    def _listen(self) -> None:
        self.line.on_submit(self.submit)
        self.send.on_click(lambda _: self.submit())
        self.halt.on_click(lambda _: self._try(self._speaker.stop))
        for widget in (self.send, self.halt):
            hear_while_busy(widget.comm)

    def submit(self) -> None:
        """Ask, or steer while a run goes on, with the words in the line."""
        words = self.line.value.strip()
        if not words:
            return
        if self._try(lambda: self._speaker.steer(words)) if self._running else self._ask(words):
            self.line.value = ""

    def _ask(self, words: str) -> bool:
        output = Output()
        question = HTML(f'<div class="wsn-chat-question">{html.escape(words)}</div>')
        before = self.turns.children
        self.turns.children = (*before, VBox([question, output]))
        done = self._try(lambda: self._speaker.ask(words, str(self.parent.value), Place(output)))
        if not done:
            self.turns.children = before
        return done

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the reader learns it where he wrote
            words = str(error) or type(error).__name__
            self.note.value = f'<div class="wsn-chat-note" role="alert">{html.escape(words)}</div>'
            return False
        self.note.value = ""
        return True

    # What the speaker tells. Callable from any thread.

    def begun(self, run_id: str) -> None:
        """A run goes on."""
        with self._lock:
            self._running.append(run_id)
            self._show_state()

    def ended(self, run_id: str) -> None:
        """It has ended."""
        with self._lock:
            if run_id in self._running:
                self._running.remove(run_id)
            # What was chosen was the parent of this question; the next one goes on from its answer.
            self.parent.value = LATEST
            self._show_state()

    def offer(self, runs: Sequence[tuple[str, str]]) -> None:
        """The runs that can be continued, oldest first: id and question."""
        with self._lock:
            chosen, options = self.parent.value, _choices(runs)
            if list(self.parent.options) != options:
                self.parent.options = options
                self.parent.value = chosen if chosen in [value for _, value in options] else LATEST

    def _show_state(self) -> None:
        running = bool(self._running)
        self.send.description = "Steer" if running else "Ask"
        self.line.placeholder = "Add a word while it works…" if running else "Ask something…"
        self.halt.disabled = not running


def _choices(runs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    listed = [(f"{run_id}: {shortened(' '.join(words.split()), _WORDS)}", run_id) for run_id, words in runs[-_OFFERED:]]
    return [("the latest", LATEST), ("nothing: start afresh", NEW), *listed]
