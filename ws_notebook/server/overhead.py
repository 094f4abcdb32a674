"""What a server spends on context: on demand, and less what the connection remembers."""

from __future__ import annotations

from ws_notebook.network.units import Overhead
from ws_notebook.server.create import Create
from ws_notebook.server.lineage import Record
from ws_notebook.server.wire import encode

__all__ = ["spent"]


def spent(overhead: Overhead, create: Create, parent: Record | None, *, remembered: bool) -> float:
    """Seconds before a response to *create*, which continues *parent*; *remembered*: this connection knows that one.

    What is remembered has been read: the items up to the parent's output, and with them instructions and tools. The
    rest is read anew, wherever it comes from: the request or the store.
    """
    unread = sum(map(_size, create.items))
    if overhead.per_kb and not remembered:
        unread += _size(create.fields.get("instructions") or "") + sum(map(_size, create.tools))
        unread += sum(map(_size, parent.lineage.items())) if parent is not None else 0
    return overhead.seconds(unread=unread, remembered=remembered)


def _size(value: object) -> int:
    return len(encode(value))
