"""What goes wrong at an upstream, as errors of the API: whose fault it is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ws_notebook.core.events import ErrorInfo
from ws_notebook.core.meaning import IMAGES, NO_TOOLS, TOO_LONG, meaning
from ws_notebook.core.reason import failure_info
from ws_notebook.secrets import Keys, hidden
from ws_notebook.server.errors import ApiError

__all__ = ["broken_off", "refusal", "unreachable", "unsupported"]

_STATUS = {TOO_LONG: 400, IMAGES: 400, NO_TOOLS: 400, "invalid_api_key": 401}
"""Statuses that say what is meant, where an upstream has others: llama.cpp calls an image a fault of its own."""
_SAID = 1000


def refusal(said: Any, keys: Keys, *, status: int | None = None, headers: Mapping[str, str] | None = None) -> ApiError:
    """The error for what an upstream answered, in whatever shape it says it. Its key is in no part of it."""
    info = failure_info(said, status=status, headers=headers)
    code = meaning(info)
    found = _STATUS.get(code or "", info.status or 502)
    found = found if 400 <= found < 600 else 502
    waits = {} if info.retry_after is None else {"retry-after": f"{info.retry_after:g}"}
    return ApiError(
        f"The upstream answered: {hidden(info.message[:_SAID], keys)}",
        status=found,
        code=code or _usual(found),
        param=info.param,
        kind=_kind(info, found),
        headers=waits,
    )


def _usual(status: int) -> str | None:
    return {429: "rate_limit_exceeded", 404: "model_not_found"}.get(status, "server_error" if status >= 500 else None)


def _kind(info: ErrorInfo, status: int) -> str:
    if status == 429:
        return "rate_limit_error"
    if status >= 500:
        return "server_error"
    return info.type if info.type and info.type.endswith("_error") and info.type != "server_error" else _INVALID


_INVALID = "invalid_request_error"


def unreachable(said: str, keys: Keys) -> ApiError:
    """No connection to the upstream, or none that lasts until it answers: nothing was generated."""
    message = f"The upstream of this server cannot be reached: {hidden(said, keys)}"
    return ApiError(message, status=502, code="upstream_unreachable", kind="server_error")


def broken_off(said: str, keys: Keys) -> ApiError:
    """The upstream fell silent, went away or sent garbage in the midst of its answer."""
    message = f"The upstream of this server broke off: {hidden(said, keys)} What had arrived is kept; ask again."
    return ApiError(message, status=502, code="upstream_broke_off", kind="server_error")


def unsupported(what: str, param: str) -> ApiError:
    """The request asks for what this upstream cannot do, however it is asked."""
    return ApiError(f"The upstream of this server cannot do this: {what}", code="unsupported_value", param=param)
