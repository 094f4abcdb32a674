"""``POST /v1/responses/compact``: a shorter beginning for the next request's input."""

from __future__ import annotations

import time

from ws_notebook.server.compaction import compact, expand, retained
from ws_notebook.server.create import parse_create
from ws_notebook.server.generation import count_settings, model_request
from ws_notebook.server.lineage import Lineage
from ws_notebook.server.responses import new_id, usage
from ws_notebook.server.service import Served
from ws_notebook.server.tokens import count_items
from ws_notebook.server.wire import Item, decode_object

__all__ = ["CompactHandler"]


class CompactHandler(Served):
    """Answers with the user's messages followed by one compaction item. The id it has is no response's."""

    async def post(self) -> None:
        create = parse_create({**decode_object(self.request.body), "generate": False})
        model = self._service.model(create.model)
        parent = self._service.parent(create, self.owner, lambda _: None)
        items = expand(Lineage.extend(parent.lineage if parent else None, create.items).items())
        content = compact(items, whole=False, words=await model.compact(model_request(create, items)))
        item = {"id": new_id("cmp"), "type": "compaction", "encrypted_content": content}
        total = count_items(items) + count_settings(create)
        self.answer(
            {
                "id": new_id("resp"),
                "object": "response.compaction",
                "created_at": int(time.time()),
                "output": [*map(_message, retained(items)), item],
                "usage": usage(total_input=total, cached=0, output=count_items([item]), reasoning=0),
            }
        )


def _message(item: Item) -> Item:
    """A user's message as output items are: with an id, a status and typed content."""
    content = item["content"]
    parts = [{"type": "input_text", "text": content}] if isinstance(content, str) else content
    return {"id": new_id("msg"), **item, "status": "completed", "content": parts}
