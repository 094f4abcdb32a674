"""How each provider treats a connection: as its row in ws_notebook/profiles.py says, and what else was seen there.

What is not documented is as OpenAI has it. docs/server.md prints this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ws_notebook import profiles
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
    differs: str = ""
    """What else differs, in Markdown."""

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


_LOCALAI_CODES = frozenset(
    {"previous_response_not_found", "invalid_store_transition", "connection_store_limit_reached"}
)

_PECULIAR: Mapping[str, Mapping[str, Any]] = {
    profiles.USUAL.name: {"differs": "nothing: the default"},
    "azure": {"errors": "untyped", "differs": "no steering; not-found errors without a type"},
    "vercel": {
        "second": "close",
        "old_age": "close",
        "close_after_error": True,
        "model_prefix": "openai/",
        "differs": "idle 5 min: 1001; 4 MiB messages; one model per connection (`openai/demo` or `demo`); each error "
        "closes: 1008 or 1011",
    },
    "localai": {
        "lanes": "ignore",
        "second": "refuse",
        "warm_up": "two",
        "old_age": "drop",
        "errors": "bare",
        "remembered": 128,
        "whole_chains": True,
        "differs": "10 MiB messages; remembers 128 responses, then `connection_store_limit_reached`; "
        "`invalid_store_transition`; warm-ups of two events; errors without a status, most without a code",
    },
    profiles.OPEN.name: {
        "lanes": "ignore",
        "strict": True,
        "differs": "refuses `stream`, `stream_options`, `background` and `generate`; no steering",
    },
}
"""What was seen of a provider besides its row."""


def _profile(known: profiles.Profile) -> Profile:
    """A provider as it is documented, with what is peculiar to it."""
    limits: Mapping[str, Any] = {
        "connection_seconds": known.max_age,
        "idle_seconds": known.max_idle,
        "max_message_bytes": known.max_message,
        "lanes": known.lanes,
        "responses_in_flight": known.in_flight if known.lanes else None,
    }
    documented: Mapping[str, Any] = {
        "lanes": "run" if known.lanes else "refuse",
        "steering": known.steering,
        "warm_up": "three" if known.warm_up else "refuse",
        "one_model": known.one_model,
        "differs": "" if known.steering else "no steering",
    }
    given = Limits(**{name: limit for name, limit in limits.items() if limit})
    return Profile(known.name, given, **{**documented, **_PECULIAR.get(known.name, {})})


PROFILES: Mapping[str, Profile] = {
    known.name: _profile(known) for known in profiles.PROFILES.values() if known.played and not known.embedded
}
"""Without lanes it is one response at a time; a second create waits, where nothing else was seen."""


def _unknown(name: str) -> ApiError:
    return ApiError(f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)
