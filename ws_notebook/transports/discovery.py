"""What answers at a base URL: asked once, with requests that generate nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ..core.codec import decode_object, decode_value
from ..core.items import at, listed
from ..dialects import APIS, OTHER, Api, Dialect, dialect_of
from ..exceptions import AuthenticationFailed, ConnectionFailed, WsNotebookError
from .base import Endpoint
from .websocket import WebSocketTransport

if TYPE_CHECKING:
    import httpx2

__all__ = ["PATHS", "Found", "discover", "recognize"]

PATHS: dict[Api, str] = {"responses": "/responses", "chat": "/chat/completions", "completion": "/completions"}
"""What is below the base URL."""
_UNKNOWN = "resp_ws_notebook_probe"
"""The id of no response: a request that continues it must be refused."""
_LANE = "ws-notebook-probe"
_PATIENCE = 5.0
"""Seconds in which a socket must show that it is one."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What answered."""

    dialect: Dialect = OTHER
    api: Api | None = None
    """What it is best asked by; None: by nothing that is known here."""
    models: tuple[str, ...] = ()
    tools: bool | None = None
    """Whether its model's template knows tools; None: it does not say."""
    lanes: bool = False


async def recognize(client: httpx2.AsyncClient, base_url: str, *, closely: bool = False) -> Found:
    """Whose server it is and which models it has, by its list of them; `closely`: also by an empty request, if need be.

    Raises httpx2.HTTPError, and AuthenticationFailed for a key that it refuses.
    """
    answer = await client.get(_below(base_url, "/models"))
    value = decode_value(answer.content)
    models = [each for each in listed(at(value, "data")) if isinstance(each, dict)]
    dialect = dialect_of(dict(answer.headers), models)
    if dialect is OTHER and closely:
        # Some name themselves where they answer a question only, not in the list.
        other = await _empty(client, base_url, PATHS["responses"])
        dialect = OTHER if other is None else dialect_of(dict(other.headers), models)
    if answer.status_code in (401, 403):
        raise AuthenticationFailed(
            f"{dialect.title} refuses the key, or wants one (HTTP {answer.status_code}). Give one that is right.",
            status=answer.status_code,
        )
    tools = await _tools(client, base_url) if dialect.told_by_props else None
    names = tuple(str(each["id"]) for each in models if each.get("id"))
    return Found(dialect=dialect, models=names, tools=tools)


async def discover(
    client: httpx2.AsyncClient, endpoint: Endpoint, wanted: Api | None = None, model: str | None = None
) -> Found:
    """`recognize`, and what the server is best asked by; `wanted`: by that, whether or not it looks as if it had it."""
    found = await recognize(client, endpoint.base_url, closely=True)
    lanes = False
    apis: Sequence[Api] = found.dialect.apis if wanted is None else (wanted,)
    for api in apis:
        if api == "websocket":
            there, lanes = await _socket(endpoint, model or next(iter(found.models), ""))
        else:
            there = await _has(client, endpoint.base_url, PATHS[api])
        if there:
            return msgspec.structs.replace(found, api=api, lanes=lanes)
    if wanted is not None:
        return msgspec.structs.replace(found, api=wanted, lanes=found.dialect.lanes)
    for other in APIS:
        if other not in apis and other != "websocket" and await _has(client, endpoint.base_url, PATHS[other]):
            return msgspec.structs.replace(found, api=other)
    return found


def _below(base_url: str, path: str) -> str:
    base, mark, query = base_url.partition("?")
    return f"{base.rstrip('/')}{path}{mark}{query}"


async def _has(client: httpx2.AsyncClient, base_url: str, path: str) -> bool:
    """Whether the server has a resource. An empty request names no model and no prompt, so it must be refused."""
    answer = await _empty(client, base_url, path)
    if answer is None:
        return False
    value = decode_object(answer.content)
    said = str(value.get("error") or value.get("detail") or value.get("message") or "").lower()
    if answer.status_code == 404:
        # There, but without the model that nobody named.
        return "model" in said
    if answer.status_code in (405, 501):
        return False
    return not ("unexpected endpoint" in said or "unknown path" in said)


async def _empty(client: httpx2.AsyncClient, base_url: str, path: str) -> httpx2.Response | None:
    """The answer to a request that asks for nothing; None: there is none, as where only sockets are spoken."""
    import httpx2

    try:
        return await client.post(_below(base_url, path), json={})
    except httpx2.HTTPError:
        return None


async def _tools(client: httpx2.AsyncClient, base_url: str) -> bool | None:
    """What llama.cpp says of the template of its model."""
    root = base_url.partition("?")[0].rstrip("/").removesuffix("/v1")
    answer = await client.get(f"{root}/props")
    told = at(decode_object(answer.content), "chat_template_caps", "supports_tools")
    return told if isinstance(told, bool) else None


async def _socket(endpoint: Endpoint, model: str) -> tuple[bool, bool]:
    """Whether there is WebSocket mode, and whether it has lanes. Some accept the upgrade and close at once."""
    frame: dict[str, Any] = {
        "type": "response.create",
        "stream_id": _LANE,
        "previous_response_id": _UNKNOWN,
        "input": [],
        "store": False,
        # A server that takes up a response that there is not answers, but prepares only, or says little.
        "generate": False,
        "max_output_tokens": 16,
    }
    try:
        connection = await WebSocketTransport(open_timeout=_PATIENCE).connect(endpoint)
    except (ConnectionFailed, AuthenticationFailed):
        return False, False
    try:
        await connection.send(msgspec.json.encode({**frame, **({"model": model} if model else {})}))
        async with asyncio.timeout(_PATIENCE):
            events = [decode_object(each) for each in await connection.receive()]
    except (TimeoutError, WsNotebookError):
        return False, False
    finally:
        await connection.close()
    return any(isinstance(each.get("type"), str) for each in events), events[0].get("stream_id") == _LANE
