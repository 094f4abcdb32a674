"""Several connections behind one session: runs side by side without lanes, and waits that were told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from support.events import answer, created, delta, error, message
from support.peer import Talk, running_peer
from support.poster import running_poster
from support.server import running_server

from ws_notebook import Session
from ws_notebook.core.changes import TextAppended

__all__: list[str] = []

Open = Callable[..., Session]
Request = dict[str, Any]


def asked(request: Request) -> str:
    return str(request["input"][-1]["content"][0]["text"])


class Meeting:
    """A script whose answers begin at once and end when as many as are wanted have begun."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.begun = 0
        self.all_here = asyncio.Event()

    async def __call__(self, talk: Talk, request: Request) -> None:
        words = asked(request)
        self.begun += 1
        await talk.send(created(f"resp_{words}"), delta(f"{words} "))
        if self.begun >= self.wanted:
            self.all_here.set()
        await self.all_here.wait()
        await talk.send(delta("done"), answer(f"resp_{words}", message(f"{words} done"))[-1])


def test_runs_side_by_side_share_no_connection_where_there_are_no_lanes(opened: Open) -> None:
    with running_peer(Meeting(3)) as peer:
        session = opened(peer.url, profile="xai")
        runs = [session.start(words, parent=None) for words in ("a", "b", "c")]
        assert [run.result(20).text for run in runs] == ["a done", "b done", "c done"]
        assert (session.connections, session.state, len(peer.talks)) == (3, "open", 3)
        assert all("stream_id" not in request for request in peer.requests)


def test_stopping_one_of_them_leaves_the_others_running(opened: Open) -> None:
    meeting = Meeting(99)
    with running_peer(meeting) as peer:
        session = opened(peer.url, profile="xai")
        one, two = (session.start(words, parent=None) for words in ("a", "b"))
        for run in (one, two):
            next(change for change in run.stream() if isinstance(change, TextAppended))
        one.cancel()
        peer.call_soon(meeting.all_here.set)
        assert (two.result(20).text, one.status, one.text) == ("b done", "cancelled", "a ")


def test_the_embedded_server_as_a_provider_without_lanes(opened: Open) -> None:
    with running_server("--profile", "xai", "--tokens-per-second", "60", fast=False) as server:
        session = opened(server.base_url, profile="xai", api_key=server.token)
        root = session.ask('say "root"')
        runs = [session.start(f'say "{word} has some more words than one"', parent=root) for word in ("left", "right")]
        assert [run.result(30).text.split()[0] for run in runs] == ["left", "right"]
        assert session.connections == 2
        assert [run.turns[0].recovered for run in runs] == ["", ""]


def test_requests_over_http_go_out_side_by_side_too(opened: Open) -> None:
    both = threading.Barrier(2, timeout=20)
    with running_poster(404, before=both.wait) as poster:
        session = opened(poster.url, transport="http")
        runs = [session.start(words, parent=None) for words in ("a", "b")]
        assert [run.result(20).text for run in runs] == ["Heard 1.", "Heard 1."]


def test_a_rate_limit_is_waited_out_and_the_turn_says_so(opened: Open) -> None:
    async def script(talk: Talk, request: Request) -> None:
        if len(talk.peer.requests) == 1:
            await talk.send(error("rate_limit_exceeded", "Please try again in 300ms.", status=429))
        else:
            await talk.send(answer("resp_1", message("Here.")))

    with running_peer(script) as peer:
        session = opened(peer.url)
        run = session.ask("Hi")
        assert (run.text, run.turns[0].recovered) == ("Here.", "rate_limit_exceeded")
        assert (len(peer.requests), session.connections) == (2, 1)
        assert list(session.turns["recovered"]) == ["rate_limit_exceeded"]
