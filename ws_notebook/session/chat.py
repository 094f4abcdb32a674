"""A chat with a session: what its widget asks, steers and stops."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..core.changes import Change
from ..core.items import prompt_text
from ..core.run import LATEST, RunState
from ..engine.rest import call_held
from ..exceptions import SettingsError
from ..secrets import hidden
from .run import Run
from .showing import handles

if TYPE_CHECKING:
    from ..views.chat import Chat, Place
    from .session import Session

__all__ = ["chat"]

_OFFER_EVERY = 0.5
"""Seconds between two looks at which runs can be continued."""


def chat(session: Session) -> Chat:
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
    session.watch(Throttle(lambda: call_held(offer), session._behind.call_later, _OFFER_EVERY).request)
    return partner.widget


class _Partner:
    """The session as a chat sees it."""

    widget: Chat

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: list[Run] = []

    def ask(self, words: str, parent: str, place: Place) -> Run:
        from ..views.hub import hub
        from ..views.live import LiveView

        session = self._session
        views: list[LiveView] = []

        def watch(run: Run) -> Callable[[RunState, Change], None]:
            view = LiveView(
                run.state,
                session.header(run.state),
                display=place,
                hub=hub(),
                **handles(run),
            )
            run.view_decides = view.decides
            view.show()
            views.append(view)
            return view.observe

        run = session.start(words, parent=self._parent(parent), watch=watch)
        self._asked.append(run)
        self.widget.begun(run.id)

        def end() -> None:
            views[0].finish(run.state)
            self.offer()
            self.widget.ended(run.id)

        session.when_ended(run, end)
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
