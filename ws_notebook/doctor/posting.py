"""What a server answers over plain HTTP: to one request that must be refused, so that nothing is generated."""

from __future__ import annotations

import time
from typing import Any, Final

import msgspec

from ..core.codec import decode_object, encode
from ..core.meaning import meaning
from ..core.reason import failure_info
from ..core.waits import Waits
from ..exceptions import ConnectionFailed, WsNotebookError
from ..settings import Settings
from ..transports.base import Endpoint
from ..transports.http import make_client
from ..transports.post import post
from .answer import Seen
from .finding import Parts
from .probes import KEY_ADVICE, NO_API, UNKNOWN

__all__ = ["ask_over_http"]

_REFUSED: Final = "costs nothing"
_TELLING: Final = (
    "server",
    "via",
    "x-powered-by",
    "openai-version",
    "openai-processing-ms",
    "x-envoy-upstream-service-time",
)


async def ask_over_http(
    parts: Parts, endpoint: Endpoint, settings: Settings, seen: Seen, *, patience: float, ask: bool = False
) -> None:
    """POST a request that continues no response, with `ask` also a question; what was learned is in `seen`."""
    import httpx2

    body = {"previous_response_id": UNKNOWN, "input": [], "store": False, "max_output_tokens": 16, "stream": False}
    if settings.model:
        body["model"] = settings.model
    headers = {"Content-Type": "application/json"}
    begun = time.monotonic()
    try:
        async with make_client(endpoint, httpx2.Timeout(patience)) as client:
            answer = await client.post(endpoint.url(websocket=False), content=encode(body), headers=headers)
    except ConnectionFailed as error:
        _bad(parts, seen, str(error), "Then run this again.")
        return
    except httpx2.TimeoutException:
        _bad(parts, seen, f"no answer within {patience:g} s.", "Run this again in a moment.")
        return
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        _bad(parts, seen, f"{str(error) or type(error).__name__}.", "Check the network and any proxy.")
        return
    _judge(parts, endpoint, answer, seen, (time.monotonic() - begun) * 1000)
    if ask and seen.http:
        await _question(parts, endpoint, settings, max(patience, 60))
    told = [f"{name}: {answer.headers[name]}" for name in _TELLING if name in answer.headers]
    if told:
        parts.note("server", ", ".join(told)[:200])


def _judge(parts: Parts, endpoint: Endpoint, answer: Any, seen: Seen, ms: float) -> None:
    status: int = answer.status_code
    fields = decode_object(answer.content)
    stated = fields.get("error")
    error = failure_info(stated if isinstance(stated, dict) else {"message": stated or fields.get("message")})
    named = error.message if (error.code or "").isdigit() else error.code or error.message
    said = f"HTTP {status} ({ms:.0f} ms): {named if fields else _beginning(answer)}"
    keyless = not any(name.lower() in ("authorization", "api-key") for name in endpoint.headers)
    if (status in (401, 403) and fields) or (status == 500 and not fields and keyless):
        _bad(parts, seen, f"{said}: {error.message}" if error.code and fields else said, KEY_ADVICE)
    elif meaning(error) == "invalid_api_key":
        _bad(parts, seen, f"{said}: the key is refused.", KEY_ADVICE)
    elif not fields:
        _bad(parts, seen, said, NO_API)
    elif status == 429:
        parts.warning("HTTP", said, "Wait a moment, or look at the account's limits and credit.", cost=_REFUSED)
        seen.http = True
    elif status == 200 or _is_refusal(status, error.code, error.message):
        seen.http = True
        parts.ok("HTTP", said, cost=_REFUSED)
    elif status >= 500:
        _bad(parts, seen, said, "The server has failed; its log knows more. Try again in a moment.")
    else:
        advice = ("There is no Responses API at this address.", endpoint.missing_version(), "Check the base URL.")
        _bad(parts, seen, said, " ".join(filter(None, advice)))


async def _question(parts: Parts, endpoint: Endpoint, settings: Settings, patience: float) -> None:
    """Ask something short, as sessions do."""
    body: dict[str, Any] = {"input": "Answer with one word: ready.", "store": False, "max_output_tokens": 64}
    body |= {"model": settings.model} if settings.model else {}
    cost, begun = "costs a short question and answer", time.monotonic()
    try:
        response = decode_object(
            await post(msgspec.structs.replace(endpoint, waits=Waits(silence=patience)), "", encode(body))
        )
    except WsNotebookError as error:
        parts.failed("question", str(error), "Correct what it names.", cost=cost)
        return
    parts_told = [part for item in response.get("output") or [] for part in item.get("content") or []]
    text = "".join(str(part.get("text") or "") for part in parts_told)
    parts.ok("question", f"answered in {(time.monotonic() - begun) * 1000:.0f} ms: {text[:60]!r}", cost=cost)


def _bad(parts: Parts, seen: Seen, said: str, advice: str) -> None:
    """No HTTP there: which matters only where there is no WebSocket."""
    tell = parts.warning if seen.socket else parts.failed
    tell("HTTP", said, advice, cost=_REFUSED)


def _is_refusal(status: int, code: str | None, message: str) -> bool:
    """Whether the request was understood and refused for what it is."""
    return status in (400, 409, 422) or (
        status == 404 and (code == "previous_response_not_found" or UNKNOWN in message)
    )


def _beginning(answer: Any) -> str:
    kind = answer.headers.get("content-type", "no type").partition(";")[0]
    text = " ".join(answer.text[:200].split())[:60]
    return f"{kind}, {text!r}"
