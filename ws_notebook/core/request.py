"""Writing a turn's request: what is new with the id of a response that the provider knows, or everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import codec, lineage, reasoning
from .items import Item
from .run import RequestSettings
from .turn import TurnState

__all__ = ["Heads", "size", "write_request"]

_ENVELOPES: Mapping[bool, Mapping[str, object]] = {True: {"type": "response.create"}, False: {"stream": True}}
"""What a request begins with: a client event where the connection has memory, else the body of a POST."""


_INPUT, _END = b',"input":[', b"]}"


class Heads:
    """What the requests of a run begin with, all but their input: written once, as instructions and tools are long."""

    def __init__(self) -> None:
        self._settings: RequestSettings | None = None
        self._written: dict[tuple[object, ...], bytes] = {}
        """By what else it depends on."""

    def of(
        self, settings: RequestSettings, *, memory: bool, encrypted: bool, lane: str | None, continues: bool
    ) -> bytes:
        """JSON up to the last field, without the brace behind it."""
        if settings is not self._settings:
            self._settings, self._written = settings, {}
        key = memory, encrypted, lane, continues
        found = self._written.get(key)
        if found is None:
            found = self._written[key] = _head(settings, *key)
        return found


def _head(settings: RequestSettings, memory: bool, encrypted: bool, lane: str | None, continues: bool) -> bytes:
    body: dict[str, Any] = {**_ENVELOPES[memory], **settings.body()}
    if encrypted:
        body = reasoning.ask_for_it(body)
    if lane is not None:
        body["stream_id"] = lane
    body.pop("input", None)
    if continues:
        body.pop("previous_response_id", None)
    return codec.encode(body)[:-1]


def write_request(
    turn: TurnState,
    settings: RequestSettings,
    *,
    memory: bool,
    knows: Callable[[TurnState], bool],
    ended: Mapping[int, str],
    encrypted: bool,
    heads: Heads,
) -> bytes:
    """The frame of the turn's request; its sizes and its parent's id are noted in the turn.

    `knows` tells whether the provider can continue a turn. `ended` holds the connections that are gone
    with the cause to note where the history has to be sent again for that. `encrypted`: reasoning is
    asked for in that form. `heads`: what was written for the requests before.
    """
    parent_id, items = lineage.request_input(turn, knows)
    continues = parent_id is not None
    head = heads.of(settings, memory=memory, encrypted=encrypted, lane=turn.lane, continues=continues)
    parent = b""
    if parent_id is not None:
        parent = b',"previous_response_id":' + codec.encode(parent_id)
    elif memory and turn.parent is not None and not turn.recovered and _was_continuable(turn.parent):
        turn.recovered = ended.get(turn.parent.connection, "")
    written = [codec.encode(item) for item in items]
    # Whatever is sent ends with the turn's own items.
    own = sum(map(len, written[len(items) - len(turn.input) :])) + len(turn.input)
    turn.history_bytes = own + (size(turn.prepended) if turn.prepended else 0)
    if turn.parent is not None:
        turn.history_bytes += turn.parent.history_bytes + size(lineage.replayed_output(turn.parent))
    turn.bytes_full_context = len(head) + len(_INPUT) + len(_END) + max(0, turn.history_bytes - 1)
    frame = b"".join((head, parent, _INPUT, b",".join(written), _END))
    turn.parent_id, turn.sent = parent_id, True
    turn.bytes_sent += len(frame)
    return frame


def _was_continuable(parent: TurnState) -> bool:
    """Whether only the end of its connection can keep the parent from being continued."""
    return parent.status in ("completed", "incomplete") and not parent.forgotten


def size(items: Iterable[Item]) -> int:
    """The length of the items in a request, each with its comma."""
    return sum(len(codec.encode(item)) + 1 for item in items)
