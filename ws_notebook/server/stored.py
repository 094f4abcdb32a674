"""Stored responses over HTTP: ``/v1/responses/{id}``, its input items, and what cannot be done with it."""

from __future__ import annotations

import re
from typing import Any

from ws_notebook.server.errors import ApiError, invalid_value
from ws_notebook.server.lineage import Record
from ws_notebook.server.responses import PREFIXES
from ws_notebook.server.service import Served
from ws_notebook.server.wire import Item

__all__ = ["CancelHandler", "InputItemsHandler", "StoredHandler"]

_MOST = 100
_DIGITS = re.compile(r"[0-9]{1,9}")
"""No more are needed, and Python refuses to read thousands."""


class _Kept(Served):
    """A handler of one stored response."""

    def _record(self, response_id: str) -> Record:
        record = self._service.store.get(self.owner, response_id)
        if record is None:
            raise _unknown(response_id)
        return record


class StoredHandler(_Kept):
    """Retrieves and deletes. A response that was not stored, or is somebody else's, is a 404."""

    def get(self, response_id: str) -> None:
        if self.get_argument("stream", "false") == "true":
            # Only "background streams" are resumed this way.
            message = "Only background responses can be streamed again, and this server makes none."
            raise ApiError(message, param="stream")
        self.answer(self._record(response_id).response)

    def delete(self, response_id: str) -> None:
        if not self._service.store.delete(self.owner, response_id):
            raise _unknown(response_id)
        self.answer({"id": response_id, "object": "response", "deleted": True})


class InputItemsHandler(_Kept):
    """All items a response was made from, those of the responses before it included, in pages."""

    def get(self, response_id: str) -> None:
        self.answer(self._page(self._record(response_id)))

    def _page(self, record: Record) -> dict[str, Any]:
        items = [_named(item, record.id, index) for index, item in enumerate(record.made_from.items())]
        if self._order() == "desc":
            items.reverse()
        after = self.get_argument("after", None)
        if after is not None:
            places = [place for place, item in enumerate(items) if item["id"] == after]
            if not places:
                raise ApiError(f"No item with id '{after}' found.", param="after")
            items = items[places[0] + 1 :]
        limit = self._limit()
        data = items[:limit]
        ends = {"first_id": data[0]["id"] if data else None, "last_id": data[-1]["id"] if data else None}
        return {"object": "list", "data": data, **ends, "has_more": len(items) > limit}

    def _order(self) -> str:
        order = self.get_argument("order", "desc")
        if order not in ("asc", "desc"):
            raise invalid_value("order", "'asc' or 'desc'")
        return order

    def _limit(self) -> int:
        text = self.get_argument("limit", "20")
        if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= _MOST:
            raise invalid_value("limit", f"an integer from 1 to {_MOST}")
        return int(text)


class CancelHandler(_Kept):
    """Only background responses can be cancelled, and this server makes none."""

    def post(self, response_id: str) -> None:
        self._record(response_id)
        raise ApiError("Cannot cancel a synchronous response: only background responses can be cancelled.")


def _named(item: Item, response_id: str, index: int) -> Item:
    """*item* with an id, the same at each request: clients need not send one."""
    if isinstance(item.get("id"), str):
        return item
    prefix = PREFIXES.get(str(item.get("type")), "item")
    return {**item, "id": f"{prefix}_{response_id.removeprefix('resp_')[:24]}{index:08x}"}


def _unknown(response_id: str) -> ApiError:
    return ApiError(f"Response with id '{response_id}' not found.", status=404)
