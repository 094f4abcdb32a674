"""A chat with a session: what its widget asks, steers and stops."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from ..core.items import prompt_text
from ..core.run import LATEST
from ..engine.course import Observer
from ..engine.rest import call_held
from ..exceptions import SettingsError
from ..secrets import hidden
from .host import Host
from .run import Run
from .showing import RunControls, shown_in

if TYPE_CHECKING:
    from ..views.chat import Chat, Place

__all__ = ["chat"]

_OFFER_EVERY = 0.5
"""Seconds between two looks at which runs can be continued."""


def chat(session: Host[Run]) -> Chat:
    """The widget of a new chat with the session."""
    from ..views.chat import Chat
    from ..views.throttle import Throttle

    header = session.header()
    partner = _Partner(session)
    title = " · ".join(part for part in (f"{header.provider} {header.model}".strip(), header.note) if part)
    partner.widget = Chat(partner, title)
    partner.offer()
    # Runs that were asked elsewhere can be continued here too. The widget holds the session, and not the other way.
    offer = weakref.WeakMethod(partner.offer)
    session.watch(Throttle(lambda: call_held(offer), session._engine.portal.call_later, _OFFER_EVERY).request)
    return partner.widget


class _Partner:
    """The session as a chat sees it."""

    widget: Chat

    def __init__(self, session: Host[Run]) -> None:
        self._session = session
        self._asked: list[Run] = []

    def ask(self, words: str, parent: str, place: Place) -> Run:
        from ..views.hub import hub
        from ..views.live import LiveView

        session = self._session
        views: list[LiveView] = []

        def watch(run: Run) -> Observer:
            header = session.header(run.state)
            views.append(LiveView(run.state, header, RunControls(run), display=place, hub=hub()))
            return shown_in(run, views[0])

        run = session.start(words, parent=self._parent(parent), watch=watch)
        self._asked.append(run)
        self.widget.begun(run.id)

        def end() -> None:
            views[0].finish(run.state)
            self.offer()
            self.widget.ended(run.id)

        session._engine.waiters.when_ended(run._course, end)
        return run

    def offer(self) -> None:
        """Tell the widget what can be continued."""
        ended = [run for run in self._session.runs if run.done and run.response_id is not None]
        self.widget.offer([(run.id, hidden(prompt_text(run.state.input), run.session.keys)) for run in ended])

    def steer(self, words: str) -> object:
        return self._running().steer(words)

    def stop(self) -> None:
        self._running().cancel()

    def _running(self) -> Run:
        found = next((run for run in reversed(self._asked) if not run.done), None)
        if found is None:
            raise SettingsError("Nothing runs here now.")
        return found

    def _parent(self, wanted: str) -> Any:
        from ..views.chat import LATEST as THE_LATEST

        if wanted == THE_LATEST:
            return LATEST
        return next((run for run in self._session.runs if run.id == wanted), None)
