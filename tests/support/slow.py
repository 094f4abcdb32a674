"""A peer whose first answer stops in its middle until the test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ws_notebook import TextAppended

from .events import answer, completed, created, delta, message
from .peer import Peer, Talk, running_peer

__all__ = ["Slow", "slow", "until_text", "url_of"]


class Slow:
    """Answers the first request piece by piece, as the test says, and every other one at once."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.peer: Peer | None = None

    async def script(self, talk: Talk, request: dict[str, Any]) -> None:
        number = len(talk.peer.requests)
        if number > 1:
            await talk.send(answer(f"resp_{number}", message("Again.")))
            return
        await talk.send(created("resp_1"), delta("Hal"))
        await self.go.wait()
        await talk.send(delta("lo"), completed("resp_1"))

    def finish(self) -> None:
        assert self.peer is not None
        self.peer.call_soon(self.go.set)


@contextmanager
def slow() -> Iterator[Slow]:
    found = Slow()
    with running_peer(found.script) as found.peer:
        yield found


def url_of(one: Slow) -> str:
    assert one.peer is not None
    return one.peer.url


def until_text(run: Any, text: str) -> None:
    for change in run.stream():
        if isinstance(change, TextAppended) and run.text == text:
            return
