"""One question over plain HTTP: what WebSocket mode has no event for, such as a compaction."""

from __future__ import annotations

from ..core.codec import decode, error_info
from ..core.events import ErrorEvent, ErrorInfo
from ..core.outcome import provider_error
from ..exceptions import ConnectionFailed, ConnectionLost
from .base import Endpoint
from .http import error_frame, make_client

__all__ = ["post"]


_LONGEST_SILENCE = 600
"""Seconds: a provider reads the whole history before it answers."""


async def post(endpoint: Endpoint, resource: str, body: bytes) -> bytes:
    """Post JSON to a resource below the Responses one, "/compact", and return the answer's body.

    Raises ConnectionFailed where nothing was sent, ConnectionLost where
    no answer came, ProviderError (AuthenticationFailed, RateLimited) for an answer that is an error.
    """
    import httpx2

    address = endpoint.address(websocket=False)
    try:
        async with make_client(endpoint, httpx2.Timeout(_LONGEST_SILENCE, connect=15)) as client:
            url = endpoint.url(websocket=False, resource=resource)
            answer = await client.post(url, content=body, headers={"Content-Type": "application/json"})
    except httpx2.ConnectError as error:
        text = f"No connection to {address}: {error}. Is the server running, is the address right?"
        raise ConnectionFailed(text) from None
    except httpx2.HTTPError as error:
        said = str(error) or type(error).__name__
        text = f"No answer came from {address}{resource}: {said}. Nothing has changed; ask again."
        raise ConnectionLost(text) from None
    if not answer.is_success:
        hint = endpoint.missing_version() if answer.status_code == 404 else ""
        event = decode(error_frame(answer, answer.content, hint))
        raise provider_error(error_info(event) if isinstance(event, ErrorEvent) else ErrorInfo(message=str(answer)))
    return answer.content
