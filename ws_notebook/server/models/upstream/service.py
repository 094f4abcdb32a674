"""One upstream: where it is, what it speaks, and its answers as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import msgspec

from ws_notebook.core.codec import decode_value
from ws_notebook.core.reason import words_of_body
from ws_notebook.core.unclear import NOT_JSON
from ws_notebook.core.waits import Waits
from ws_notebook.dialects import Api
from ws_notebook.exceptions import WsNotebookError
from ws_notebook.secrets import Keys
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.base import Pieces
from ws_notebook.server.models.upstream.chunks import Chunks
from ws_notebook.server.models.upstream.failures import broken_off, refusal, unreachable
from ws_notebook.server.models.upstream.gathered import gathered
from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.discovery import PATHS, Found, discover
from ws_notebook.transports.http import make_client
from ws_notebook.transports.patience import limits

if TYPE_CHECKING:
    import httpx2

__all__ = ["Upstream"]

_PAUSES = (0.2, 1.0)
"""Seconds before each further attempt, as long as nothing of an answer came."""
_TO_ANSWER = 5.0
"""Seconds for each answer about what it is."""
_AGAIN = frozenset({502, 503, 504})
"""What gateways, and servers that still load their model, answer for a while."""


class Upstream:
    """The server at *base_url*. What it speaks is found by asking, at the first request, unless *api* says it.

    *key* is sent to it as a bearer token, None: none is. It may be silent for *silence* seconds.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        *,
        api: Api | None = None,
        silence: float | None = Waits().silence,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        self.fields = dict(fields or {})
        """What each request says where it says nothing else of it."""
        self.keys = Keys()
        self.keys.add([key] if key else [])
        told = {**(headers or {}), **({"Authorization": f"Bearer {key}"} if key else {})}
        self.endpoint = Endpoint(base_url=base_url, headers=told, waits=Waits(silence=silence or None))
        self._api = api
        self._found: Found | None = None
        self._asking = asyncio.Lock()
        self._client: httpx2.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"Upstream({self.address})"

    @property
    def address(self) -> str:
        """Where it is, as it may be shown."""
        return self.endpoint.base_url.partition("?")[0]

    async def found(self, model: str | None = None, *, anew: bool = False) -> Found:
        """What it is and speaks; asked until it has answered once, or *anew*. ApiError where it cannot be reached."""
        import httpx2

        async with self._asking:
            if self._found is None or anew:
                try:
                    async with make_client(self.endpoint, httpx2.Timeout(_TO_ANSWER)) as client:
                        self._found = await discover(client, self.endpoint, self._api, model)
                except WsNotebookError as error:
                    raise refusal(str(error), self.keys, status=getattr(error, "status", None)) from None
                except httpx2.HTTPError as error:
                    raise self._explained(error, begun=False) from None
        return self._found

    @property
    def client(self) -> httpx2.AsyncClient:
        """The HTTP client of all requests."""
        if self._client is None:
            self._client = make_client(self.endpoint, limits(self.endpoint.waits))
        return self._client

    def url(self, resource: str) -> str:
        """The address of a resource below the base URL."""
        base, mark, query = self.endpoint.base_url.partition("?")
        return f"{base.rstrip('/')}{resource}{mark}{query}"

    def root_url(self, resource: str) -> str:
        """The address of a resource beside the version, where llama.cpp has its own."""
        return self.address.rstrip("/").removesuffix("/v1") + resource

    async def post(self, url: str, body: Mapping[str, Any]) -> Any:
        """The JSON that answers a request. ApiError for an error, or for none in time."""
        import httpx2

        try:
            answer = await self.client.post(url, content=msgspec.json.encode({**self.fields, **body}), headers=_JSON)
        except (httpx2.HTTPError, WsNotebookError) as error:
            raise self._explained(error, begun=False) from None
        value = decode_value(answer.content)
        if not answer.is_success or (isinstance(value, dict) and value.get("error")):
            raise self._refused(answer.status_code, answer.content, answer.headers)
        return value

    async def stream(self, resource: str, body: Mapping[str, Any]) -> AsyncGenerator[list[Any], None]:
        """The data of an answer's events: first none, when the request was taken, then each time all that are there.

        An answer that is no stream is one event. ApiError where the request is refused or the answer breaks off; it is
        tried again only as long as nothing of an answer came.
        """
        pauses, began = list(_PAUSES), False
        while True:
            try:
                async with aclosing(self._stream(self.url(resource), body)) as batches:
                    async for batch in batches:
                        began = True
                        yield [each for each in batch if each]
                return
            except ApiError as error:
                if began or not pauses or not (error.status in _AGAIN and error.code in (None, *_FOR_A_WHILE)):
                    raise
            await asyncio.sleep(pauses.pop(0))

    async def completion(self, api: Api, body: Mapping[str, Any], chunks: Chunks) -> AsyncGenerator[Pieces, None]:
        """The pieces of a completion, as *chunks* reads them. ApiError as from ``stream``, and where it has no end."""
        async with aclosing(self.stream(PATHS[api], body)) as batches:
            async for batch in batches:
                yield [piece for chunk in batch for piece in chunks.pieces(chunk)]
                if chunks.error is not None:
                    raise refusal(chunks.error, self.keys)
        if not chunks.finished:
            raise broken_off("its answer has no end.", self.keys)
        yield list(chunks.end())

    async def _stream(self, url: str, body: Mapping[str, Any]) -> AsyncGenerator[list[Any], None]:
        import httpx2

        begun = False
        try:
            content = msgspec.json.encode({**self.fields, **body})
            async with self.client.stream("POST", url, content=content, headers=_STREAM) as answer:
                if not answer.is_success:
                    raise self._refused(answer.status_code, await answer.aread(), answer.headers)
                begun = True
                async with aclosing(gathered(self._events(answer))) as batches:
                    async for batch in batches:
                        yield batch
        except (httpx2.HTTPError, WsNotebookError) as error:
            raise self._explained(error, begun=begun) from None

    async def _events(self, answer: httpx2.Response) -> AsyncIterator[Any]:
        import httpx2

        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            body = await answer.aread()
            value = decode_value(body)
            if not isinstance(value, dict) or "error" in value:
                raise self._refused(502, body, answer.headers)
            yield value
            return
        yield _TAKEN
        async for event in httpx2.EventSource(answer):
            if event.data == "[DONE]":
                return
            value = decode_value(event.data.encode())
            if value is NOT_JSON or not isinstance(value, dict):
                raise broken_off(f"what came is no event: {event.data[:80]!r}.", self.keys)
            if event.event != "message" and "type" not in value:
                value["type"] = event.event
            yield value

    def _refused(self, status: int, body: bytes, headers: Mapping[str, str]) -> ApiError:
        value = decode_value(body)
        said = value if isinstance(value, dict | list) else words_of_body(body.decode(errors="replace"))
        return refusal(said or f"HTTP {status}", self.keys, status=status, headers=headers)

    def _explained(self, error: Exception, *, begun: bool) -> ApiError:
        import httpx2

        said = str(error).strip() or type(error).__name__
        if isinstance(error, httpx2.ReadTimeout):
            return broken_off(f"nothing came for {self.endpoint.waits.silence or 0:g} s.", self.keys)
        if begun:
            return broken_off(f"{said.rstrip('.')}.", self.keys)
        return unreachable(f"{self.address}: {said.rstrip('.')}. Is it running, is the address right?", self.keys)

    async def close(self) -> None:
        """Close its connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


_TAKEN: dict[str, Any] = {}
"""Nothing yet: the request was taken."""
_FOR_A_WHILE = ("server_error", "upstream_unreachable", "service_unavailable", "unavailable_error")
_JSON = {"Content-Type": "application/json"}
_STREAM = {**_JSON, "Accept": "text/event-stream"}
