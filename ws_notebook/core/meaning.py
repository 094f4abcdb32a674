"""What an error means, however a server names it: by its code, its type, or its words."""

from __future__ import annotations

import re
from typing import Final

from .events import ErrorInfo

__all__ = ["IMAGES", "NO_CONTINUATION", "NO_TOOLS", "TOO_LONG", "meaning"]

TOO_LONG: Final = "context_length_exceeded"
IMAGES: Final = "image_not_supported"
NO_TOOLS: Final = "tools_not_supported"
NO_CONTINUATION: Final = "previous_response_not_supported"

_SAME: Final = {
    "exceed_context_size_error": TOO_LONG,
    "context_window_exceeded": TOO_LONG,
    "ContextWindowExceededError": TOO_LONG,
    "prompt_too_long": TOO_LONG,
    "string_above_max_length": TOO_LONG,
    "authentication_error": "invalid_api_key",
    "auth_error": "invalid_api_key",
    "no_db_connection": "invalid_api_key",
}
"""Codes and types with one meaning, by the one that the API has for it."""
_WORDS: Final = (
    (
        TOO_LONG,
        r"(?:exceed|larger|longer|greater)\w*\b.{0,60}\bcontext\b|maximum context|context (?:length|window|size) "
        r"(?:of|is|exceeded)|prompt is too long|input is too long|context overflow",
    ),
    (IMAGES, r"\bimages?\b.{0,40}\bnot (?:be )?support|not support.{0,40}\bimages?\b|\bmmproj\b|not a multimodal"),
    (NO_TOOLS, r"not support tools?\b|tools? .{0,30}not supported|tool\w* .{0,40}--(?:jinja|enable-auto-tool)"),
    (NO_CONTINUATION, r"not support\W+previous_response_id|(?:unsupported|unknown) \w+:? \W?previous_response_id"),
    ("invalid_api_key", r"no connected db\b|invalid proxy server token|no api key passed in"),
)
"""What servers say, as expressions: these are made when there is an error, since there mostly is none."""


def meaning(info: ErrorInfo) -> str | None:
    """The code that an error has, or would have at the API's owner; None where nothing is known of it."""
    for name in (info.code, info.type):
        if name in _SAME:
            return _SAME[name]
    named = info.code if info.code and not info.code.isdigit() else None
    if named is not None and named not in ("invalid_request_error", "bad_request", "server_error", "invalid_request"):
        return named
    return next((code for code, words in _WORDS if re.search(words, info.message, re.IGNORECASE)), named)
