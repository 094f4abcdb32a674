"""Compaction: a history made short by the provider, as a run that later runs continue.

`POST /responses/compact` (OpenAI's compaction guide) answers with items that stand for all that was
before. They are no response, so the next request sends them, unchanged, ahead of what is new.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from ..core import codec, lineage
from ..core.items import Item, user_message
from ..core.run import RequestSettings, RunState
from ..core.spoken import plain_items
from ..core.timing import TurnTiming
from ..core.turn import TurnState
from ..core.usage import pack
from ..exceptions import ProtocolViolation, ProviderError, SettingsError, WsNotebookError
from ..secrets import Keys, hidden_error
from ..transports.base import Endpoint
from ..transports.post import post

__all__ = ["compact_request", "compacted", "latest_to_compact", "summary_request"]

_KEPT = ("prompt_cache_key", "prompt_cache_options", "service_tier")
"""Options of a create that the compaction of its history takes too."""


async def compacted(
    name: str, parent: RunState, endpoint_of: Callable[[], Awaitable[Endpoint]], keys: Keys
) -> RunState:
    """The run `name`, ended, whose items stand for everything up to the end of `parent`: by the provider, or else by
    the model.

    On the loop; it changes nothing but what it returns. Raises SettingsError (also where `parent` never began),
    ConnectionFailed, ConnectionLost, ProviderError, ProtocolViolation.
    """
    if not parent.turns:
        raise SettingsError(f"Run {parent.id} never began, so there is nothing of it to compact.")
    asked, asked_at = time.monotonic(), time.time()
    body = compact_request(parent.turns[-1], parent.settings)
    endpoint = await endpoint_of()
    sent = time.monotonic()
    try:
        answer = await _answer(endpoint, body, parent)
    except WsNotebookError as error:
        raise hidden_error(error, keys) from None
    turn = _turn(name, parent.settings.model, _timing(asked, sent), body, answer)
    return RunState(
        id=name,
        input=[],
        settings=parent.settings,
        wants=parent,
        parent=parent,
        turns=[turn],
        status="completed",
        asked=asked,
        asked_at=asked_at,
        ended=turn.timing.ended,
    )


async def _answer(endpoint: Endpoint, body: bytes, parent: RunState) -> bytes:
    """The answer to a compaction; where the provider has none, the model's own summary in its form."""
    try:
        return await post(endpoint, "/compact", body)
    except ProviderError as error:
        if not _has_none(error):
            raise
    request = summary_request(parent.turns[-1], parent.settings)
    return _as_compaction(await post(endpoint, "", request))


_SUMMARY: Final = (
    "Summarise this conversation so far for yourself, so that you can go on without it: the task, what was found out "
    "and decided, results of tools that still matter, and what is left to do. Give the summary alone."
)
_SUMMARY_TOKENS: Final = 1024
_NOT_THERE: Final = frozenset({404, 405, 501})


def _has_none(error: ProviderError) -> bool:
    """Whether there is no compaction where one was asked for."""
    words = str(error).lower()
    return error.status in _NOT_THERE or ("compact" in words and "not support" in words)


def summary_request(turn: TurnState, settings: RequestSettings) -> bytes:
    """The request that has the model itself tell what was said up to the turn's end."""
    body = _about(turn, settings)
    body["input"] = plain_items([*body["input"], user_message(_SUMMARY)])
    return codec.encode({**body, "max_output_tokens": _SUMMARY_TOKENS, "store": False})


def _as_compaction(answer: bytes) -> bytes:
    """A response with a summary as a compaction is answered: what it says takes the place of the history."""
    response = codec.decode_object(answer)
    items = response.get("output")
    parts = [part for item in items or [] if item.get("type") == "message" for part in item.get("content") or []]
    words = "".join(str(part.get("text") or "") for part in parts).strip()
    if not words:
        raise ProtocolViolation("There is no compaction there, and the model gave no summary. Nothing has changed.")
    summary = user_message(f"What was said before, in short:\n\n{words}")
    return codec.encode({"output": [summary], "usage": response.get("usage")})


def compact_request(turn: TurnState, settings: RequestSettings) -> bytes:
    """The request that has everything up to the turn's end compacted."""
    kept = {name: settings.options[name] for name in _KEPT if name in settings.options}
    return codec.encode(_about(turn, settings) | kept)


def _about(turn: TurnState, settings: RequestSettings) -> dict[str, Any]:
    """What a request says that is about everything up to the turn's end."""
    foreign, items = lineage.history(turn)
    body = {"model": settings.model, "input": items, "instructions": settings.instructions}
    return {name: value for name, value in {**body, "previous_response_id": foreign}.items() if value is not None}


def _timing(asked: float, sent: float) -> TurnTiming:
    """The times of a turn that ends now."""
    timing = TurnTiming(started=asked, opened=sent, sent=sent)
    timing.enter("connect", asked)
    timing.enter("wait", sent)
    timing.finish(time.monotonic())
    return timing


def _turn(name: str, model: str, timing: TurnTiming, body: bytes, answer: bytes) -> TurnState:
    try:
        fields = msgspec.json.decode(answer)
        output = [Item(item) for item in fields["output"]]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError):
        raise ProtocolViolation("The answer to the compaction holds no items. Nothing has changed.") from None
    return TurnState(
        id=f"{name}.1",
        run_id=name,
        transport="http",
        model=model,
        status="completed",
        output=output,
        compacted=True,
        packed_usage=pack(fields.get("usage")),
        timing=timing,
        sent=True,
        bytes_sent=len(body),
        bytes_received=len(answer),
        bytes_full_context=len(body),
    )


def latest_to_compact(runs: list[RunState]) -> RunState:
    """The run that a compaction is about by default. Raises SettingsError where nothing was said yet."""
    found = next((run for run in reversed(runs) if lineage.followable(run)), None)
    if found is None:
        raise SettingsError("There is nothing to compact yet. Ask something first.")
    return found
