"""How each provider treats a connection, as far as it is documented or was seen; what is not, is as OpenAI has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ws_notebook.server.errors import ApiError
from ws_notebook.server.limits import Limits

__all__ = ["PROFILES", "Profile"]

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs between providers; the default is OpenAI's WebSocket mode, whole."""

    name: str
    limits: Limits = field(default_factory=Limits)
    lanes: Literal["run", "refuse", "ignore"] = "run"
    """What a ``stream_id`` does: a lane, an error, or nothing."""
    second: Literal["queue", "refuse", "close"] = "queue"
    """What a second create in flight meets, where there are no lanes."""
    steering: bool = True
    warm_up: Literal["three", "two", "refuse"] = "three"
    """How many events a warm-up has, or that ``generate`` is unknown."""
    strict: bool = False
    """Refuse ``stream``, ``stream_options`` and ``background``, which "MUST NOT be sent"."""
    old_age: Literal["tell", "close", "drop"] = "tell"
    """At the age limit: an error, then 1000; 1001 without one; or no goodbye at all."""
    errors: Literal["nested", "untyped", "bare"] = "nested"
    """Shape of error frames: as documented; not-found without its type; without status, code or both."""
    close_after_error: bool = False
    """Every error frame is followed by a close: 1008, or 1011 for the server's own."""
    one_model: bool = False
    """Whether a connection stays with its first model."""
    model_prefix: str = ""
    """What may stand before a model's name."""
    remembered: int = 1
    """Responses a lane remembers."""
    whole_chains: bool = False
    """Whether a stored response may not continue one that was not."""

    def frame(self, error: ApiError, lane: str | None) -> Event:
        """The error frame this provider sends."""
        event = error.frame(lane)
        told = event["error"]
        if self.errors == "untyped" and error.code == "previous_response_not_found":
            del told["type"]
        if self.errors == "bare":
            del event["status"]
            event["error"] = {key: value for key, value in told.items() if value is not None and key != "headers"}
            if error.code not in _LOCALAI_CODES:
                event["error"].pop("code", None)
                event["error"]["type"] = "server_error" if error.status >= 500 else "invalid_request"
        return event

    def check(self, fields: Mapping[str, Any]) -> None:
        """ApiError for a field of a create that this provider does not take."""
        if self.lanes == "refuse" and fields.get("stream_id") is not None:
            raise _unknown("stream_id")
        if self.strict:
            for name in ("stream", "stream_options", "background"):
                if fields.get(name) is not None:
                    raise ApiError(f"'{name}' must not be sent over a WebSocket.", param=name)
        if self.warm_up == "refuse" and fields.get("generate") is not None:
            raise _unknown("generate")


_MINUTE = 60.0
_LOCALAI_CODES = frozenset(
    {"previous_response_not_found", "invalid_store_transition", "connection_store_limit_reached"}
)

PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("openai"),
        Profile("azure", lanes="refuse", steering=False, errors="untyped"),
        Profile("xai", Limits(connection_seconds=25 * _MINUTE), lanes="refuse", steering=False),
        Profile(
            "vercel",
            Limits(connection_seconds=13 * _MINUTE, idle_seconds=5 * _MINUTE, max_message_bytes=4 * 1024 * 1024),
            lanes="refuse",
            second="close",
            steering=False,
            old_age="close",
            close_after_error=True,
            one_model=True,
            model_prefix="openai/",
        ),
        Profile(
            "localai",
            Limits(max_message_bytes=10 * 1024 * 1024),
            lanes="ignore",
            second="refuse",
            steering=False,
            warm_up="two",
            old_age="drop",
            errors="bare",
            remembered=128,
            whole_chains=True,
        ),
        Profile("open", lanes="ignore", steering=False, warm_up="refuse", strict=True),
    )
}
"""Azure, xAI and the Open Responses specification: one response at a time, a second create waits."""


def _unknown(name: str) -> ApiError:
    return ApiError(f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)
