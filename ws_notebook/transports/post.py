"""One question over plain HTTP: what WebSocket mode has no event for, such as a compaction."""

from __future__ import annotations

from ..core.codec import decode, error_info
from ..core.events import ErrorEvent, ErrorInfo
from ..core.outcome import provider_error
from ..exceptions import ConnectionLost
from .answer import error_frame
from .base import Endpoint
from .http import make_client, not_connected
from .patience import connecting, limits, too_slow
from .proxy import proxy_of

__all__ = ["post"]


async def post(endpoint: Endpoint, resource: str, body: bytes) -> bytes:
    """Post JSON to a resource below the Responses one, "/compact", and return the answer's body.

    Raises ConnectionFailed where nothing was sent, ConnectionLost where
    no answer came, ProviderError (AuthenticationFailed, RateLimited) for an answer that is an error.
    """
    import httpx2

    address, waits, proxy = endpoint.address(websocket=False), endpoint.waits, proxy_of(endpoint, websocket=False)
    url, headers = endpoint.url(websocket=False, resource=resource), {"Content-Type": "application/json"}
    try:
        async with make_client(endpoint, limits(waits)) as client, connecting(waits.connect) as bounded:
            answer = await client.post(url, content=body, headers=headers, extensions=dict(bounded))
    except (TimeoutError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
        raise too_slow(endpoint, waits.connect, proxy) from None
    except (httpx2.ConnectError, httpx2.ProxyError) as error:
        raise not_connected(error, endpoint, proxy) from None
    except httpx2.HTTPError as error:
        said = str(error) or type(error).__name__
        text = f"No answer came from {address}{resource}: {said}. Nothing has changed; ask again."
        raise ConnectionLost(text) from None
    if proxy is not None and answer.status_code == 407:
        raise proxy.refused(407)
    if not answer.is_success:
        hint = endpoint.missing_version() if answer.status_code == 404 else ""
        event = decode(error_frame(answer.status_code, answer.content, answer.headers, hint))
        raise provider_error(error_info(event) if isinstance(event, ErrorEvent) else ErrorInfo(message=str(answer)))
    return answer.content
