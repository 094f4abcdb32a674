"""Tells the session panel, by the clock and only while somebody looks, what the sessions of this process do.

A front end sends `watch` with a name of its own, is sent everything once and then what changes, and says `unwatch`
when nobody looks any more. One that vanished is noticed by its silence: from time to time all are asked who is there.
"""

from __future__ import annotations

import functools
import itertools
import logging
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from .. import kernel
from ..engine.portal import Portal, portal
from ..exceptions import WsNotebookError
from ..views.beat import Beat
from ..views.hub import PANEL, hub
from ..views.throttle import Throttle
from .host import Host
from .overview import Guide, Overview
from .run import Run

__all__ = ["Outlet", "Panels", "panels"]

_INTERVAL = 0.4
"""Seconds between two messages, at least."""

_BEAT = 2.0
"""Seconds between two looks at what changes without a run's doing: a connection that is gone."""

_ROLL_CALL = 600.0
"""Seconds between two questions who is there; who has not answered by the next one is told no more."""

_UNASKED = 60.0
"""Seconds after a kernel's first session in which it tells unasked."""

_UNHEARD = "unheard"
"""Stands for the front ends that could not be heard yet."""

_SHARED = "panels"


class Outlet:
    """One channel to front ends, and who looks at its other end. All but `receive` and `touch` happens on the loop."""

    def __init__(self, owner: Panels, send: Callable[[dict[str, Any]], object], only: Host[Run] | None = None) -> None:
        self._owner = owner
        self._send = send
        shown = owner.shown if only is None else _just(only, owner)
        self._overview = Overview(shown, lambda: owner.guide)
        self._throttle = Throttle(self._paint, owner.portal.call_later, _INTERVAL)
        self._watchers: set[str] = set()
        self._present: set[str] = set()
        self._asked = 0.0
        self._beat = Beat(self._look, owner.portal.call_later, _BEAT)
        self._wants_whole = False
        self._numbers = itertools.count(1)

    def receive(self, message: Any) -> None:
        """A message from a front end, in whatever thread."""
        if isinstance(message, Mapping):
            self._owner.portal.post(self._take, dict(message))

    def tell_unasked(self) -> None:
        """Tell for a while before somebody has said that he looks: a kernel without subshells may hear nobody now."""
        self._watch(_UNHEARD, here=False)
        self._owner.portal.call_later(_UNASKED, lambda: self._watchers.discard(_UNHEARD))

    def touch(self) -> None:
        """Something changed. Costs nothing while nobody looks."""
        if self._watchers:
            self._throttle.request()

    def _take(self, message: dict[str, Any]) -> None:
        kind, client = message.get("kind"), message.get("client")
        if kind == "watch" and isinstance(client, str):
            self._watch(client, here=message.get("here") is True)
        elif kind == "unwatch":
            self._watchers -= {str(client), _UNHEARD}
        else:
            self._do(kind, message)

    def _watch(self, client: str, *, here: bool) -> None:
        """`here`: it only says that it still looks."""
        self._present.add(client)
        self._watchers.discard(_UNHEARD)
        self._wants_whole |= not here or client not in self._watchers
        if not self._watchers:
            self._asked = time.monotonic()
        self._watchers.add(client)
        self._beat.want(True)
        if self._wants_whole:
            self._throttle.request()

    def _look(self) -> None:
        if not self._watchers:
            return
        if time.monotonic() - self._asked > _ROLL_CALL:
            self._watchers &= self._present
            self._present, self._asked = set(), time.monotonic()
            self._tell({"kind": "who_is_there"})
        self._throttle.request()
        self._beat.want(True)

    def _paint(self) -> None:
        if not self._watchers:
            return
        if self._wants_whole:
            self._wants_whole = False
            message: dict[str, Any] | None = self._overview.whole()
        else:
            message = self._overview.changes()
        if message is not None:
            self._tell({"kind": "sessions", "now": round(time.time() * 1000), **message})

    def _tell(self, message: dict[str, Any]) -> None:
        self._send({**message, "seq": next(self._numbers)})

    def _do(self, kind: Any, message: Mapping[str, Any]) -> None:
        """What a reader asked for. What cannot be done is told in words."""
        try:
            done = self._owner.act(str(kind), message)
        except WsNotebookError as error:
            done = str(error)
        except Exception:
            logging.getLogger("ws_notebook").exception("The panel's %r failed.", kind)
            done = f"{kind} failed; the kernel's log says why."
        if done:
            self._tell({"kind": "notice", "text": done})
        self.touch()


class Panels:
    """The sessions of this process and the channels that tell of them."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self._numbers = itertools.count(1)
        self._sessions: weakref.WeakValueDictionary[str, Host[Run]] = weakref.WeakValueDictionary()
        self._outlets: tuple[weakref.ref[Outlet], ...] = ()
        self._announced = False
        self.guide = Guide()
        """What the magics know; they put themselves here."""

    def add(self, session: Host[Run]) -> None:
        """Show it from now on, as long as it is held. The first one opens the kernel's channel."""
        self._sessions[f"s{next(self._numbers)}"] = session
        if not self._announced and kernel.in_kernel():
            self._announced = True
            self._open_channel()
        self.touch()

    def touch(self) -> None:
        """Something changed. May be called from any thread; returns at once."""
        for held in self._outlets:
            outlet = held()
            if outlet is not None:
                outlet.touch()

    def outlet(self, send: Callable[[dict[str, Any]], object], only: Host[Run] | None = None) -> Outlet:
        """Another channel, of all sessions or of one. It lasts as long as somebody holds it."""
        made = Outlet(self, send, only)
        self._outlets = (*(held for held in self._outlets if held() is not None), weakref.ref(made))
        return made

    def shown(self) -> dict[str, Host[Run]]:
        """By key, the oldest first. A closed session without runs is not worth a place."""
        held = sorted(self._sessions.items(), key=lambda pair: int(pair[0][1:]))
        return {key: session for key, session in held if session.state != "closed" or session.runs}

    def act(self, kind: str, message: Mapping[str, Any]) -> str:
        """Do what a reader asked for; the answer is what he is told, if anything. Raises WsNotebookError."""
        chosen = self.shown().get(str(message.get("session")))
        if chosen is None:
            return "That session is gone."
        if kind == "stop":
            for run in chosen.runs:
                if run.id == message.get("run"):
                    run.cancel()
        elif kind == "reset":
            chosen.reset()
        elif kind == "warm_up":
            chosen.warm_up()._course.cell = None
        else:
            return f"This version of ws-notebook does not know {kind!r}."
        return ""

    def _open_channel(self) -> None:
        pages = hub()
        outlet = self.outlet(functools.partial(pages.send, PANEL))
        pages.open_panel(outlet.receive)
        if kernel.cell_id() is not None:
            self.portal.post(outlet.tell_unasked)


def panels() -> Panels:
    """Those of the process."""
    home = portal()
    if _SHARED not in home.shared:
        home.shared[_SHARED] = Panels(home)
    found: Panels = home.shared[_SHARED]
    return found


def _just(session: Host[Run], owner: Panels) -> Callable[[], dict[str, Host[Run]]]:
    """This one, as long as somebody holds it."""
    held = weakref.ref(session)
    return lambda: {key: each for key, each in owner.shown().items() if each is held()}
