"""The sessions that cells ask over: the magics' own, and those in the notebook's variables."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

from ..core.waits import Waits
from ..exceptions import SettingsError
from ..session.host import Host
from ..session.run import Run
from ..session.session import Session
from ..settings import Settings, resolve
from ..tools import Offered
from ..transports.replay import ReplayTransport
from .cells import CellTree
from .offer import offered_tools
from .options import TRANSPORTS, nearest

__all__ = ["Defaults", "Sessions"]


class Defaults(Protocol):
    """What the magics' own sessions are made of: set with `%config ResponsesMagics`."""

    provider: str
    model: str
    transport: str
    waits: Waits | None


class Sessions:
    """The magics' own sessions are made when they are first needed, one for each transport.

    With each session goes the tree of the cells that made its runs.
    """

    def __init__(self, defaults: Defaults, shell: Any) -> None:
        self.defaults = defaults
        self._shell = shell
        self._own: dict[str, Session] = {}
        """By transport."""
        self._aside: dict[str, Session] = {}
        """The provider's sessions while a cassette stands in its place."""
        self._replay: ReplayTransport | None = None
        self._api_key: str | None = None
        self._trees: weakref.WeakKeyDictionary[Host[Run], CellTree] = weakref.WeakKeyDictionary()

    @property
    def names(self) -> dict[str, Any]:
        """The notebook's names."""
        names: dict[str, Any] = self._shell.user_ns if self._shell is not None else {}
        return names

    @property
    def named(self) -> dict[str, Session]:
        """The variables that hold a Session."""
        held = [(name, value) for name, value in list(self.names.items()) if name[0] != "_"]
        return {name: value for name, value in held if isinstance(value, Session)}

    def known(self, name: str | None = None) -> list[Session]:
        """The session in this variable, or those that the magics have made; none is made for it."""
        if name is None:
            return list(self._own.values())
        return [self.named[name]] if name in self.named else []

    def get(self, name: str | None = None, transport: str | None = None) -> Session:
        """The session in this variable, or the magics' own of this transport, or of the usual one.

        Raises SettingsError with what there is.
        """
        if name is None:
            return self._of(transport or self.defaults.transport)
        if transport is not None:
            raise SettingsError("A session of yours has its own transport. Name either one.")
        found = self.names.get(name)
        if isinstance(found, Session):
            return found
        hint = nearest(name, self.named) or f" Make one: {name} = wsn.Session()."
        raise SettingsError(f"{name!r} does not hold a Session.{hint}")

    def is_own(self, session: Host[Run]) -> bool:
        """Whether the magics made it, so that their defaults hold for it."""
        return session in self._own.values()

    def address(self, session: Host[Run]) -> str | None:
        """The options with which a cell asks over one of the magics' own sessions; None: it is none of them."""
        for transport, own in self._own.items():
            if own is session and transport == self.defaults.transport:
                return ""
            if own is session and transport in TRANSPORTS:
                return f"--transport {transport}"
        return None

    def model_of(self, session: Host[Run]) -> str:
        """The model that a bare cell asks."""
        return (self.defaults.model if self.is_own(session) else "") or session.settings.model

    def offered(self, session: Host[Run]) -> dict[str, Offered]:
        """The tools that a bare cell offers, by their names."""
        return offered_tools(session.tools, self.names)

    def tree(self, session: Host[Run]) -> CellTree:
        """Which cells made the session's runs."""
        return self._trees.setdefault(session, CellTree())

    def settings(self, provider: str, model: str = "") -> Settings:
        """What an own session would connect to at this provider. Raises SettingsError where it is not known."""
        return resolve(provider, model=model or self.defaults.model or None)

    def connect(self, provider: str, api_key: str | None, model: str = "") -> None:
        """Begin anew with another provider and key, and with another model where one is named."""
        self.defaults.provider = provider
        if model:
            self.defaults.model = model
        self.close()
        self._api_key = api_key

    def replay(self, transport: ReplayTransport | None) -> None:
        """Have a cassette in the provider's place; without one, go on with the provider's sessions."""
        if self._replay is None:
            self._aside, self._own = self._own, {}
        for session in self._own.values():
            session.close()
        self._own = self._aside if transport is None else {}
        self._aside = {} if transport is None else self._aside
        self._replay = transport

    def wait(self, waits: Waits | None) -> None:
        """Have the magics' own sessions keep these from now on."""
        for session in [*self._own.values(), *self._aside.values()]:
            session.waits = waits

    def close(self) -> None:
        """Close the magics' own sessions and forget the key that was typed."""
        sessions = [*self._own.values(), *self._aside.values()]
        self._own, self._aside, self._api_key = {}, {}, None
        for session in sessions:
            session.close()

    def _of(self, transport: str) -> Session:
        if transport not in ("auto", *TRANSPORTS):
            raise SettingsError(f"--transport takes {' or '.join(TRANSPORTS)}, not {transport!r}.")
        if transport not in self._own:
            self._own[transport] = Session(
                provider=self.defaults.provider,
                model=self.defaults.model or None,
                api_key=self._api_key,
                transport=transport if self._replay is None else self._replay,
                waits=self.defaults.waits,
            )
        return self._own[transport]
