"""Which response continues which: the items a response was made from, shared with those before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ws_notebook.server.errors import ApiError
from ws_notebook.server.tokens import count_items
from ws_notebook.server.wire import Item, ResponseObject

__all__ = ["Lineage", "Record", "check_outputs"]

_CALLS = frozenset({"function_call", "custom_tool_call"})
_OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output"})


@dataclass(frozen=True, slots=True)
class Lineage:
    """Items in order, oldest first, as a chain: continuing a response copies nothing of what came before."""

    before: Lineage | None
    own: tuple[Item, ...]
    tokens: int
    """Tokens of all items, those before included."""

    @classmethod
    def extend(cls, before: Lineage | None, own: Iterable[Item]) -> Lineage:
        items = tuple(own)
        return cls(before, items, (before.tokens if before else 0) + count_items(items))

    def items(self) -> list[Item]:
        """All items, oldest first."""
        parts: list[tuple[Item, ...]] = []
        link: Lineage | None = self
        while link is not None:
            parts.append(link.own)
            link = link.before
        return [item for part in reversed(parts) for item in part]


@dataclass(frozen=True, slots=True)
class Record:
    """A finished response that can be continued."""

    response: ResponseObject
    made_from: Lineage
    """Its own input and everything before."""

    @property
    def lineage(self) -> Lineage:
        """What a response that continues this one begins with."""
        output: list[Item] = self.response["output"]
        compacted = [place for place, item in enumerate(output) if item.get("type") == "compaction"]
        if compacted:
            # It stands for everything before it.
            return Lineage.extend(None, output[compacted[-1] :])
        return Lineage.extend(self.made_from, output)

    @property
    def id(self) -> str:
        return str(self.response["id"])


def check_outputs(items: Iterable[Item], *, all_answered: bool = True) -> None:
    """Refuse tool outputs nobody asked for, and calls nobody answered.

    "Every client function_call of the parent must get an output in the next request": ApiError 400, param ``input``.
    """
    open_calls: dict[str, None] = {}
    known: set[str] = set()
    for item in items:
        kind, call_id = item.get("type"), item.get("call_id")
        if kind in _CALLS:
            open_calls[str(call_id)] = None
            known.add(str(call_id))
        elif kind in _OUTPUTS:
            if call_id not in known:
                raise ApiError(f"No tool call found for function call output with call_id {call_id}.", param="input")
            open_calls.pop(str(call_id), None)
    if open_calls and all_answered:
        raise ApiError(f"No tool output found for function call {next(iter(open_calls))}.", param="input")
