"""What a run asks for: the session's own settings with those of one question over them, checked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..core.codec import encode
from ..core.items import Item
from ..core.run import RequestSettings
from ..exceptions import SettingsError
from ..tools import ToolRegistry

__all__ = ["REFUSED", "checked_turns", "request_settings"]

_NO_BACKGROUND = "WebSocket mode has no background responses. Use session.start(…), which returns at once"

REFUSED: Mapping[str, str] = {
    "type": "it is always response.create",
    "input": "pass it as the question",
    "previous_response_id": "pass it as parent=…",
    "stream_id": "lanes are given by the session",
    "stream": "a run always streams",
    "background": _NO_BACKGROUND,
    "background_options": _NO_BACKGROUND,
}
"""Fields of a create that the session writes itself, or that WebSocket mode does not have, with what to do instead."""


def request_settings(
    items: Sequence[Item],
    *,
    model: str,
    instructions: str | None,
    tools: ToolRegistry,
    max_turns: int,
    store: bool,
    options: Mapping[str, Any],
) -> RequestSettings:
    """The settings of a run whose input is `items`. Tools among the options (hosted ones) follow the Python tools.

    Raises SettingsError for an option that is not the caller's to set and for what cannot be written as JSON.
    """
    more = dict(options)
    for name, instead in REFUSED.items():
        if name in more:
            raise SettingsError(f"options cannot hold {name!r}: {instead}.")
    _refuse_no_numbers(more)
    settings = RequestSettings(
        model=model,
        instructions=instructions,
        tools=(*tools.definitions(), *(more.pop("tools", None) or ())),
        max_turns=checked_turns(max_turns),
        store=store,
        options=more,
    )
    try:
        encode({**settings.body(), "input": items})
    except (TypeError, ValueError, RecursionError) as error:
        text = f"The request cannot be written as JSON: {error}. Pass plain numbers, strings, lists and dicts."
        raise SettingsError(text) from None
    return settings


def _refuse_no_numbers(options: Mapping[str, Any]) -> None:
    """Raise SettingsError for nan and infinity, which would reach the provider as null."""
    for name, value in options.items():
        try:
            json.dumps(value, allow_nan=False, default=lambda _: None, skipkeys=True)
        except (ValueError, RecursionError) as error:
            if "Out of range float" not in str(error):
                return  # what cannot be written is told of later
            text = f"options[{name!r}] holds nan or infinity, for which JSON has no number. Leave it out."
            raise SettingsError(text) from None


def checked_turns(value: object) -> int:
    """The value, when it can be `max_turns`. Raises SettingsError when it cannot."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingsError(f"max_turns must be a whole number of at least 1, not {value!r}.")
    return value
