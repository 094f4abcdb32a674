"""Encrypted reasoning: how it is asked for where nothing is stored, and which errors say that it is of no use.

Without it reasoning cannot be sent back, so a history would lose it. Some models have none and refuse to be asked; a
provider cannot read what another one, or another account, has encrypted. Each such refusal proves that nothing began.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .events import ErrorInfo
from .learned import Learned
from .lineage import chain
from .run import RequestSettings
from .turn import TurnState

__all__ = ["REFUSED", "UNREADABLE", "ask_for_it", "is_asked_for", "leave_out", "refuses_to_give", "refuses_to_read"]

REFUSED = "reasoning_not_encrypted"
"""What `recovered` says of a turn that was asked for again without encrypted reasoning."""

UNREADABLE = "reasoning_dropped"
"""What `recovered` says of a turn whose history was sent again without reasoning."""

_WANTED = "reasoning.encrypted_content"


def is_asked_for(settings: RequestSettings, learned: Learned) -> bool:
    """Whether a request asks for it by itself."""
    wanted = learned.encrypts(settings.model) and not _is_stored(settings)
    return wanted and _WANTED not in _included(settings.options)


def _is_stored(settings: RequestSettings) -> bool:
    return settings.options.get("store", settings.store) is True


def _included(fields: Mapping[str, Any]) -> list[Any]:
    found = fields.get("include")
    return list(found) if isinstance(found, (list, tuple)) else []


def ask_for_it(body: Mapping[str, Any]) -> dict[str, Any]:
    """The request, which asks for it too; what the user has included stays."""
    return {**body, "include": [*_included(body), _WANTED]}


def refuses_to_give(info: ErrorInfo) -> bool:
    """Whether a request was refused since the model's reasoning cannot be encrypted."""
    said = info.message.lower()
    named = (info.param or "").startswith("include") or _WANTED in said or "encrypted content is not supported" in said
    return named and info.status in (None, 400, 422) and info.code != "invalid_encrypted_content"


def refuses_to_read(info: ErrorInfo) -> bool:
    """Whether a request was refused for reasoning in its history: it cannot be decrypted, or stands alone."""
    said = info.message.lower()
    alone = "reasoning" in said and "without its required" in said
    return info.status in (None, 400, 422) and (info.code == "invalid_encrypted_content" or alone)


def leave_out(turn: TurnState) -> None:
    """Send no reasoning of what came before the turn any more."""
    for ancestor in chain(turn.parent):
        ancestor.unreadable = True
