"""What the magics tell the session panel: names, tools of the notebook, and what became of older runs."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping

from ..session.host import Host
from ..session.overview import Guide
from ..session.run import Run
from ..tools import Offered
from .sessions import Sessions

__all__ = ["MagicsGuide"]


class MagicsGuide(Guide):
    """Reads the magics' sessions, and keeps them no longer than others do."""

    def __init__(self, sessions: Sessions) -> None:
        self._held = weakref.ref(sessions)

    def is_own(self, session: Host[Run]) -> bool:
        sessions = self._held()
        return sessions is not None and sessions.is_own(session)

    def address(self, session: Host[Run]) -> str | None:
        sessions = self._held()
        own = None if sessions is None or session.state == "closed" else sessions.address(session)
        return super().address(session) if own is None else own

    def tools(self, session: Host[Run]) -> Iterable[Offered]:
        sessions = self._held()
        return super().tools(session) if sessions is None else sessions.offered(session).values()

    def marks(self, session: Host[Run]) -> Mapping[str, str]:
        sessions = self._held()
        return {} if sessions is None else sessions.tree(session).marks(session.runs)
