"""The ways by which the same question can be asked, and a session of another one's settings for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ..exceptions import SettingsError
from ..manual import did_you_mean
from ..transports.http import HttpTransport
from ..transports.replay import ReplayTransport
from .arguments import check
from .host import alike
from .session import Session

__all__ = ["WAYS", "Variant", "open_like", "variants_of"]

WAYS: Final = ("websocket", "websocket full", "http full", "http id", "http new")
"""Over a socket with what is new, or with everything; over kept-alive HTTP with everything, or with the id of a stored
response; and that over a new connection for each turn."""
_OTHER_NAMES: Final = {"http": "http full", "ws": "websocket", "socket": "websocket"}


class Variant(msgspec.Struct, frozen=True):
    """One way to ask, of one model."""

    way: str
    model: str

    def label(self, others: Sequence[Variant]) -> str:
        """What tells it from the others."""
        parts = [self.way] if len({each.way for each in others}) > 1 else []
        parts += [self.model] if len({each.model for each in others}) > 1 else []
        return " ".join(parts) or self.way


def variants_of(session: Session, ways: Sequence[str], models: Sequence[str], model: str = "") -> list[Variant]:
    """Each way with each model; over WebSocket where models are named and no ways. `model`: where none is named.

    Raises SettingsError for a way that is none, for a replay, and where there is nothing to compare.
    """
    check(ways=ways, models=models)
    if session.header().transport == ReplayTransport.name:
        raise SettingsError("A replay answers only what was recorded. Compare over a session with a provider.")
    chosen = tuple(dict.fromkeys(map(_way, ways))) or (WAYS if len(models) < 2 else WAYS[:1])
    asked = tuple(dict.fromkeys(models)) or (model or session.settings.model,)
    found = [Variant(way, name) for way in chosen for name in asked]
    if len(found) < 2:
        raise SettingsError("There is nothing to compare: name two ways, or two models.")
    return found


def _way(name: str) -> str:
    plain = " ".join(name.lower().replace("-", " ").replace("_", " ").split())
    found = _OTHER_NAMES.get(plain, plain)
    if found not in WAYS:
        raise SettingsError(f"A comparison is by {', '.join(WAYS)}, not {name!r}.{did_you_mean(found, WAYS)}")
    return found


def open_like(session: Session, variant: Variant) -> Session:
    """A session of the same provider and settings, which asks by that way."""
    way, given = variant.way, alike(session)
    new, over_http = way == "http new", way.startswith("http")
    given["transport"] = HttpTransport(keep=False) if new else "http" if over_http else "websocket"
    # Over HTTP a response is continued that the provider has stored; in full, none is.
    given["store"] = way in ("http id", "http new") or (way == "websocket" and session.store)
    given["compression"] = "auto" if new else given["compression"]
    found = Session(**{**given, "model": variant.model})
    if way == "websocket full":
        found._engine.protocol.learned.lose_memory()
    return found
