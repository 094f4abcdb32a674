"""A history, a question or an output that is too large for a message leaves no dead session, at real servers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from support.both import running_both
from support.events import answer, call, message
from support.peer import Peer, Script, Talk, running_peer, says
from support.poster import Poster, running_poster

from ws_notebook import Session, tool
from ws_notebook.exceptions import SettingsError
from ws_notebook.profiles import PROFILES

__all__: list[str] = []

Open = Callable[..., Session]
LIMIT = 64 * 1024
LONG = "x" * (LIMIT // 2)


@pytest.fixture
def poster() -> Iterator[Poster]:
    with running_poster(404) as found:
        yield found


@pytest.fixture
def provider(poster: Poster) -> Iterator[Callable[[Script], Any]]:
    """Serves a script over sockets that take 64 KiB a message, and posts of any size at the same address."""
    with contextlib.ExitStack() as stack:

        def serve(script: Script) -> tuple[Peer, str]:
            peer = stack.enter_context(running_peer(script, max_size=LIMIT))
            return peer, stack.enter_context(running_both(peer.url, poster.url))

        yield serve


def test_a_history_that_outgrew_the_provider_goes_on_over_http_and_its_limit_is_remembered(
    provider: Any, poster: Poster, opened: Open
) -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        number = len(talk.peer.requests)
        await talk.send(answer(f"resp_{number}", message(f"Answer {number}.")))
        if number == 3:
            await talk.close(1001, "idle")

    peer, url = provider(script)
    session = opened(url)
    for _ in range(3):
        session.ask(LONG)
    peer.call(peer.talks[0].wait_closed())
    run = session.ask("And now?")
    assert run.text == "Heard 7."
    assert (run.turns[0].transport, run.turns[0].recovered) == ("http", "message_too_large")
    assert session.ask("And then?").text == "Heard 9."
    # The limit is known by now: nothing else was sent that the provider refuses, and short questions go as before.
    assert len(peer.talks) == 3
    assert session.ask("Short.", parent=None).text == "Answer 4."


def test_a_known_limit_is_kept_without_trying(provider: Any, poster: Poster, opened: Open) -> None:
    peer, url = provider(says("Yes."))
    session = opened(url, profile=msgspec.structs.replace(PROFILES["open"], max_message=LIMIT))
    assert session.ask(LONG * 3).text == "Heard 1."
    assert session.ask("Short.", parent=None).text == "Yes."
    assert peer.sizes == [peer.sizes[0]]


def test_an_output_that_is_too_large_is_sent_over_http_and_the_function_was_called_once(
    provider: Any, poster: Poster, opened: Open
) -> None:
    calls = []

    @tool(max_output=None)
    def big() -> str:
        """Say a lot."""
        calls.append(1)
        return LONG * 3

    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(answer("resp_1", call("c1", name="big")))

    _, url = provider(script)
    run = opened(url, tools=[big]).ask("Go.")
    assert (run.text, calls) == ("Heard 3.", [1])
    assert [item["type"] for item in poster.bodies[0]["input"]] == ["message", "function_call", "function_call_output"]


@pytest.mark.parametrize("known", [True, False])
def test_over_websocket_alone_the_error_says_what_can_work_and_the_session_stays_usable(
    known: bool, provider: Any, opened: Open
) -> None:
    _, url = provider(says("Yes."))
    profile = msgspec.structs.replace(PROFILES["open"], max_message=LIMIT if known else None)
    session = opened(url, profile=profile, transport="websocket")
    assert session.ask("One.").text == "Yes."
    for _ in range(2):
        with pytest.raises(SettingsError, match="too large for a message to this provider") as caught:
            session.ask(LONG * 3)
        assert "parent=None" in str(caught.value)
    assert session.ask("Two.").text == "Yes."
    assert session.runs[-1].parent is session.runs[0]


def test_runs_side_by_side_go_over_http_each_for_itself(provider: Any, poster: Poster, opened: Open) -> None:
    _, url = provider(says("Yes."))
    session = opened(url)
    runs = [session.start(LONG * 3, parent=None) for _ in range(6)]
    assert {run.result(20).text for run in runs} == {"Heard 1."}
