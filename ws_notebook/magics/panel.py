"""What the magics tell the session panel: names, tools of the notebook, and what became of older runs."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ..session.host import Host
from ..session.overview import PlainGuide
from ..session.run import Run
from ..tools import Offered
from .offer import offered_tools

if TYPE_CHECKING:
    from .responses import ResponsesMagics

__all__ = ["MagicsGuide"]


class MagicsGuide(PlainGuide):
    """Reads the magics, and keeps them no longer than others do."""

    def __init__(self, magics: ResponsesMagics) -> None:
        self._held = weakref.ref(magics)

    def is_own(self, session: Host[Run]) -> bool:
        magics = self._held()
        return magics is not None and session in magics.known_sessions()

    def address(self, session: Host[Run]) -> str | None:
        magics = self._held()
        own = None if magics is None or session.state == "closed" else magics.address(session)
        return super().address(session) if own is None else own

    def tools(self, session: Host[Run]) -> Iterable[Offered]:
        magics = self._held()
        return offered_tools(session.tools, {} if magics is None else magics.names).values()

    def marks(self, session: Host[Run]) -> Mapping[str, str]:
        magics = self._held()
        return {} if magics is None else magics.tree(session).marks(session.runs)
