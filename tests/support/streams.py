"""The made-up streams in the dialects of providers (tests/streams), and what each of them states."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.events import answer, message
from support.peer import Script, Talk

__all__ = ["NAMES", "TERMINAL", "Stated", "served", "stated", "stream"]

TERMINAL = ("response.completed", "response.incomplete", "response.failed", "error")
FOLDER = Path(__file__).resolve().parents[1] / "streams"
NAMES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))
Event = dict[str, Any]


def stream(name: str) -> list[bytes]:
    """A stream's events, one frame each."""
    return (FOLDER / f"{name}.jsonl").read_bytes().splitlines()


@dataclass
class Stated:
    """What one response of a stream says of itself."""

    texts: dict[int, str] = field(default_factory=dict)
    """By output index: the text of the item that is done, else what was streamed of it."""
    items: list[Event] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    """Call id, name, arguments."""
    status: str = ""
    usage: Event | None = None
    events: int = 0
    code: str | None = None

    @property
    def text(self) -> str:
        return "".join(self.texts.values())


def stated(frames: list[bytes]) -> list[Stated]:
    """What each response of the stream says, in order. An error frame and the failure after it are one end."""
    found = [Stated()]
    for frame in frames:
        event = json.loads(frame)
        if event["type"] == "response.created" and found[-1].status:
            found.append(Stated())
        _read(found[-1], event)
    return found


def _read(one: Stated, event: Event) -> None:
    kind = event["type"]
    one.events += 1
    if kind == "response.output_text.delta":
        one.texts[event["output_index"]] = one.texts.get(event["output_index"], "") + event["delta"]
    elif kind == "response.output_item.done":
        item = event["item"]
        one.items.append(item)
        if item["type"] == "message":
            one.texts[event["output_index"]] = "".join(part.get("text", "") for part in item["content"])
        if item["type"] in ("function_call", "custom_tool_call"):
            one.calls.append((item["call_id"], item["name"], item.get("arguments", item.get("input"))))
    elif kind in TERMINAL and not one.status:
        response = event.get("response", {})
        one.status = "failed" if kind == "error" else response["status"]
        one.usage = response.get("usage")
        error = event.get("error", event) if kind == "error" else response.get("error")
        one.code = error.get("code") if error else None


def served(frames: list[bytes], send: Callable[[Talk, list[bytes]], Any] | None = None) -> Script:
    """Answers the first request with these frames and, behind them, every other one with a closing text."""
    turn = asyncio.Lock()

    async def script(talk: Talk, request: Event) -> None:
        number = len(talk.peer.requests)
        async with turn:
            if number > 1:
                await talk.send(answer(f"resp_closing_{number}", message("Closed.", f"msg_closing_{number}")))
            elif send is None:
                await talk.send(*frames)
            else:
                await send(talk, frames)

    return script
