"""Whose server it is, as its list of models tells, and what holds there."""

from __future__ import annotations

import httpx2

from ..dialects import DIALECTS, OTHER
from ..exceptions import WsNotebookError
from ..profiles import PROFILES
from ..settings import Settings
from ..transports.base import Endpoint
from ..transports.discovery import Found, recognize
from ..transports.http import make_client
from .finding import Parts

__all__ = ["profile_of", "recognized"]

_SHOWN = 5


async def recognized(parts: Parts, endpoint: Endpoint, settings: Settings, patience: float) -> Found:
    """Ask for the models, which costs nothing; what is not told is left out."""
    try:
        async with make_client(endpoint, httpx2.Timeout(patience)) as client:
            found = await recognize(client, endpoint.base_url, closely=True)
    except (httpx2.HTTPError, httpx2.InvalidURL, WsNotebookError, OSError):
        return Found()  # what is wrong there is found by what follows
    if found.dialect is not OTHER:
        _tell(parts, found, settings)
    if found.models:
        more = "" if len(found.models) <= _SHOWN else f", and {len(found.models) - _SHOWN} more"
        parts.note("models", ", ".join(found.models[:_SHOWN]) + more)
        if settings.model and settings.model not in found.models and found.dialect is not OTHER:
            advice = f"Name one that it lists, such as --model {found.models[0]}."
            parts.warning("model", f"{settings.model} is not among them.", advice)
    return found


def _tell(parts: Parts, found: Found, settings: Settings) -> None:
    dialect = found.dialect
    lacks = "; ".join(lack for lack, _ in dialect.lacks)
    parts.note("recognised", f"{dialect.title}. It lacks: {lacks}. docs/server.md says how each is made up for.")
    if found.tools is False:
        said = "the chat template of its model knows no tools: they would be left out without a word."
        parts.warning("tools", said, "Start it with a model or template that knows them, or ask with tools=[].")
    if "websocket" not in dialect.apis and not settings.through:
        parts.note("memory", 'through="local" in the Session gives it WebSocket mode, lanes and memory.')


def profile_of(found: Found) -> str | None:
    """The profile that is made for the server; None: none is known."""
    return found.dialect.name if found.dialect.name in DIALECTS and found.dialect.name in PROFILES else None
