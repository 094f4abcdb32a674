"""A stream in every provider's dialect, over a real socket: the run says what the stream states."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from support import streams
from support.behind import waited
from support.peer import Talk, running_peer
from support.streams import Stated

from ws_notebook import Session
from ws_notebook.core.turn import TurnState
from ws_notebook.exceptions import ProviderError
from ws_notebook.session.run import Run

__all__: list[str] = []

PROFILES = ("openai", "azure", "xai")
MEGABYTES = 8 * 1024 * 1024
UNKNOWN_EVENT = {"type": "vendor.progress", "percent": 50, "detail": [None, {"a": 1}]}
UNKNOWN_ITEM = {"type": "vendor:hologram", "id": "holo_1", "status": "completed", "frames": [1, 2, 3]}


def play(frames: list[bytes], name: str, *, send: Any = None) -> tuple[Run, Any]:
    """Ask once, have the stream served, and wait until as many events were counted. The run and the turns' table."""
    profile = next((each for each in PROFILES if name.startswith(each)), "open")
    with (
        running_peer(streams.served(frames, send)) as peer,
        Session(provider=peer.url, profile=profile, api_key="a-key-for-tests", model="made-up") as session,
    ):
        run = session.start("Go on.")
        for change in run.stream():
            assert change is not None
        waited(run, lambda: sum(turn.events for turn in run.turns) >= len(frames))
        assert peer.failures == []
        return run, session.turns


def agrees(turn: TurnState, said: Stated) -> None:
    assert turn.text == said.text
    assert [dict(item) for item in turn.output] == said.items
    assert [(call.call_id, call.name, call.arguments) for call in turn.tool_calls] == said.calls
    assert turn.status == said.status
    assert (None if turn.usage is None else dict(turn.usage)) == said.usage


def check(run: Run, table: Any, frames: list[bytes]) -> None:
    """The first turn is the stream up to its first end; what comes behind is in the turns behind, and complete."""
    said = streams.stated(frames)
    first, *rest = run.turns
    agrees(first, said[0])
    rows = table.set_index("turn")["events"]
    assert rows[first.id] == said[0].events
    answers = [turn for turn in rest if not (turn.response_id or "").startswith("resp_closing")]
    assert len(answers) == len(said) - 1
    for turn, one in zip(answers, said[1:], strict=True):
        agrees(turn, one)
        assert rows[turn.id] == one.events
    if said[0].status == "failed":
        assert isinstance(run.error, ProviderError)
        assert run.error.code == said[0].code
        with pytest.raises(ProviderError) as raised:
            run.result()
        assert raised.value.run is run
    else:
        assert run.result() is run


@pytest.mark.parametrize("name", streams.NAMES)
def test_a_stream_is_what_it_states(name: str) -> None:
    frames = streams.stream(name)
    check(*play(frames, name), frames)


def with_strangers(frames: list[bytes]) -> list[bytes]:
    """The stream with an unknown event and an unknown item in its middle, before its first end."""
    end = next(index for index, frame in enumerate(frames) if json.loads(frame)["type"] in streams.TERMINAL)
    middle = max(1, end // 2)
    item = {"type": "response.output_item.done", "output_index": 99, "item": UNKNOWN_ITEM}
    return [*frames[:middle], *(json.dumps(each).encode() for each in (UNKNOWN_EVENT, item)), *frames[middle:]]


@pytest.mark.parametrize("name", streams.NAMES)
def test_unknown_events_and_items_in_the_middle_of_a_stream_do_no_harm(name: str) -> None:
    frames = with_strangers(streams.stream(name))
    run, table = play(frames, name)
    check(run, table, frames)
    assert UNKNOWN_ITEM in run.turns[0].output


def grown(frames: list[bytes], kind: str, grow: Callable[[dict[str, Any]], None]) -> list[bytes]:
    """The stream with the first event of this kind made huge."""
    events = [json.loads(frame) for frame in frames]
    grow(next(event for event in events if event["type"] == kind))
    return [json.dumps(event).encode() for event in events]


def test_a_delta_of_eight_megabytes_is_text() -> None:
    huge = "é" * (MEGABYTES // 2)
    frames = [frame.replace(b"Ahoy there, sailor.", huge.encode()) for frame in streams.stream("azure-text")]
    run, table = play(frames, "azure-text")
    check(run, table, frames)
    assert run.text == huge


def test_a_text_of_which_deltas_were_lost_is_whole() -> None:
    frames = streams.stream("openai-phase")
    run, table = play(frames, "openai-phase")
    check(run, table, frames)
    assert [len(text) for text in streams.stated(frames)[0].texts.values()] == [42, 76]
    assert run.text.endswith(streams.stated(frames)[0].texts[2])


def test_an_item_of_eight_megabytes_is_kept() -> None:
    frames = grown(
        streams.stream("azure-text"),
        "response.output_item.done",
        lambda event: event["item"].update(extra={"blob": "x" * MEGABYTES}),
    )
    run, table = play(frames, "azure-text")
    check(run, table, frames)
    assert len(run.turns[0].output[0]["extra"]["blob"]) == MEGABYTES


def test_an_unknown_event_of_eight_megabytes_is_counted() -> None:
    frames = streams.stream("azure-text")
    frames.insert(3, json.dumps({"type": "vendor.blob", "blob": "x" * MEGABYTES}).encode())
    run, table = play(frames, "azure-text")
    check(run, table, frames)
    assert run.turns[0].bytes_received == sum(map(len, frames))


async def in_pieces(talk: Talk, frames: list[bytes]) -> None:
    """Each frame as a fragmented message, with pauses of no length between the pieces."""
    for frame in frames:
        text = frame.decode()

        async def pieces(text: str = text) -> Any:
            for start in range(0, len(text), 97):
                yield text[start : start + 97]
                await asyncio.sleep(0)

        await talk.socket.send(pieces())


async def in_odd_writes(talk: Talk, frames: list[bytes]) -> None:
    """All frames as one flow of bytes, cut where no frame ends."""
    transport = talk.socket.transport
    flow = b"".join(_framed(frame) for frame in frames)
    for start in range(0, len(flow), 1009):
        transport.write(flow[start : start + 1009])
        await asyncio.sleep(0)


def _framed(frame: bytes) -> bytes:
    length = len(frame)
    if length < 126:
        return bytes([0x81, length]) + frame
    if length < 65536:
        return bytes([0x81, 126]) + length.to_bytes(2, "big") + frame
    return bytes([0x81, 127]) + length.to_bytes(8, "big") + frame


@pytest.mark.parametrize("send", [in_pieces, in_odd_writes])
@pytest.mark.parametrize("name", ["openai-reasoning-encrypted", "xai-text", "lmstudio-tool-call"])
def test_a_stream_that_the_network_splits_anywhere_is_the_same(name: str, send: Any) -> None:
    frames = streams.stream(name)
    check(*play(frames, name, send=send), frames)
