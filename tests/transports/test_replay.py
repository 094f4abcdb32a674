"""A cassette in a connection's place: which answer it takes, on which lane, at which pace."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from ws_notebook.cassette import Cassette, Entry
from ws_notebook.exceptions import ConnectionLost, SettingsError
from ws_notebook.transports.base import Endpoint, Transport
from ws_notebook.transports.replay import ReplayConnection, ReplayTransport

__all__: list[str] = []


def request(text: str, **fields: Any) -> dict[str, Any]:
    return {"type": "response.create", "input": text, **fields}


def recorded(*talks: tuple[dict[str, Any], list[dict[str, Any]]], pause: float = 1.0, **facts: str) -> Cassette:
    """Requests with their answers, one after another, a frame every `pause` milliseconds."""
    entries: list[Entry] = []
    for asked, answer in talks:
        entries.append(Entry(len(entries) * pause, 1, "sent", json.dumps(asked).encode()))
        entries += [
            Entry((len(entries) + index) * pause, 1, "received", json.dumps(event).encode())
            for index, event in enumerate(answer)
        ]
    return Cassette(entries, **facts)


def answer(name: str, **fields: Any) -> list[dict[str, Any]]:
    kinds = ("response.created", "response.completed")
    return [{"type": kind, "response": {"id": name}, **fields} for kind in kinds]


async def asked(connection: ReplayConnection, body: dict[str, Any], count: int = 2) -> list[dict[str, Any]]:
    await connection.send(json.dumps(body).encode())
    frames: list[bytes] = []
    while len(frames) < count:
        frames += await connection.receive()
    return [json.loads(frame) for frame in frames]


def ids(transport: ReplayTransport, *bodies: dict[str, Any]) -> list[str]:
    async def run() -> list[str]:
        connection = await transport.connect(Endpoint(base_url="replay://x"))
        return [(await asked(connection, body))[-1]["response"]["id"] for body in bodies]

    return asyncio.run(run())


def test_it_is_a_transport_with_the_memory_of_the_recorded_one() -> None:
    cassette = recorded((request("a"), answer("resp_a")), transport="http")
    assert isinstance(ReplayTransport(cassette), Transport)
    assert ReplayTransport(cassette).memory is False
    assert ReplayTransport(recorded((request("a"), answer("resp_a")))).memory is True


def test_of_several_answers_the_one_of_the_same_model_and_parent_is_taken_first() -> None:
    cassette = recorded(
        (request("a", model="m1"), answer("resp_1")),
        (request("a", model="m2", previous_response_id="resp_x"), answer("resp_2")),
        (request("a", model="m2", previous_response_id="resp_y"), answer("resp_3")),
    )
    transport = ReplayTransport(cassette, speed=0)
    assert ids(transport, request("a", model="m2", previous_response_id="resp_y"), request("a", model="m2")) == [
        "resp_3",
        "resp_2",
    ]


def test_an_answer_given_again_has_an_id_of_its_own_and_can_be_gone_on_from() -> None:
    follow = request("b", previous_response_id="resp_1")
    cassette = recorded((request("a"), answer("resp_1")), (follow, answer("resp_2")))
    transport = ReplayTransport(cassette, speed=0)
    assert ids(transport, request("a"), request("a"), {**follow, "previous_response_id": "resp_1-2"}) == [
        "resp_1",
        "resp_1-2",
        "resp_2",
    ]


@pytest.mark.parametrize(("then", "now"), [(None, "left"), ("left", None), ("left", "right")])
def test_the_answer_comes_on_the_lane_of_today(then: str | None, now: str | None) -> None:
    lane = {"stream_id": then} if then else {}
    transport = ReplayTransport(recorded((request("a", **lane), answer("resp_1", **lane))), speed=0)

    async def run() -> list[dict[str, Any]]:
        connection = await transport.connect(Endpoint(base_url="replay://x"))
        return await asked(connection, request("a", **({"stream_id": now} if now else {})))

    assert [event.get("stream_id") for event in asyncio.run(run())] == [now, now]


def test_frames_keep_their_pace() -> None:
    cassette = recorded((request("a"), answer("resp_1")), pause=40)

    async def took(speed: float) -> float:
        connection = await ReplayTransport(cassette, speed=speed).connect(Endpoint(base_url="replay://x"))
        began = asyncio.get_running_loop().time()
        await asked(connection, request("a"))
        return asyncio.get_running_loop().time() - began

    # No upper bounds: a machine may be slow, but a frame never comes early.
    assert asyncio.run(took(1)) >= 0.079
    assert asyncio.run(took(2)) >= 0.039


def test_a_steer_that_was_recorded_has_its_answer_among_the_frames_and_another_is_refused() -> None:
    accepted = {"type": "response.steer.accepted", "steer": {"previous_response_id": "resp_1"}}
    transport = ReplayTransport(recorded((request("a"), [*answer("resp_1"), accepted])), speed=0)
    steer = json.dumps({"type": "response.steer", "previous_response_id": "resp_1", "input": "x"}).encode()

    async def run() -> list[dict[str, Any]]:
        connection = await transport.connect(Endpoint(base_url="replay://x"))
        frames = await asked(connection, request("a", stream_id="l"), 3)
        await connection.send(steer)
        await connection.send(steer)
        return [*frames, *(json.loads(frame) for frame in await connection.receive())]

    *_, refused = frames = asyncio.run(run())
    assert [frame["type"] for frame in frames[2:]] == ["response.steer.accepted", "response.steer.failed"]
    assert refused["steer"] == {"previous_response_id": "resp_1"}
    assert (refused["error"]["code"], refused["stream_id"]) == ("response_not_active", "l")


def test_a_closed_connection_says_so() -> None:
    async def run() -> None:
        connection = await ReplayTransport(recorded((request("a"), answer("r")))).connect(
            Endpoint(base_url="replay://x")
        )
        await connection.send(json.dumps(request("a")).encode())
        await connection.close()
        with pytest.raises(ConnectionLost):
            await connection.receive()

    asyncio.run(run())


@pytest.mark.parametrize("speed", [-1, float("nan")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(SettingsError, match="speed must be"):
        ReplayTransport(recorded((request("a"), answer("r"))), speed=speed)


@pytest.mark.parametrize(
    ("held", "over"),
    [
        (answer("resp_1"), True),
        ([*answer("resp_1"), {"type": "ping"}], True),
        ([{"type": "error", "error": {"message": "No."}}], True),
        (answer("resp_1")[:1], False),
        ([*answer("resp_1"), *answer("resp_2")[:1]], False),
        ([], False),
    ],
)
def test_an_answer_that_the_recording_breaks_off_ends_with_an_error_on_its_lane(held: list[Any], over: bool) -> None:
    cassette = recorded((request("a", stream_id="lane-1"), [{**each, "stream_id": "lane-1"} for each in held]))

    async def run() -> list[dict[str, Any]]:
        connection = await ReplayTransport(cassette, speed=0).connect(Endpoint(base_url="replay://x"))
        return await asked(connection, request("a", stream_id="lane-7"), len(held) + (not over))

    found = asyncio.run(run())
    assert {each["stream_id"] for each in found} == {"lane-7"}
    assert (found[-1].get("error", {}).get("code") == "recording_ended") is not over


@pytest.mark.parametrize("kept", [0, 1])
def test_a_recording_that_ends_in_mid_answer_says_so(kept: int) -> None:
    async def run() -> dict[str, Any]:
        cassette = recorded((request("a"), answer("resp_a")[:kept]))
        connection = await ReplayTransport(cassette, speed=0).connect(Endpoint(base_url="replay://x"))
        return (await asked(connection, request("a", stream_id="lane-1"), kept + 1))[-1]

    told = asyncio.run(run())
    assert (told["type"], told["error"]["code"], told["stream_id"]) == ("error", "recording_ended", "lane-1")
    assert "ends in the middle of this answer" in told["error"]["message"]


def test_a_frame_that_is_no_json_is_replayed_as_it_was() -> None:
    async def run() -> list[bytes]:
        cassette = recorded((request("a"), answer("resp_a")))
        cassette.entries.insert(1, Entry(0.5, 1, "received", b"no json"))
        connection = await ReplayTransport(cassette, speed=0).connect(Endpoint(base_url="replay://x"))
        await connection.send(json.dumps(request("a", stream_id="lane-1")).encode())
        return await connection.receive()

    assert asyncio.run(run())[0] == b"no json"
