"""Sessions with servers as they really answer: each fault of theirs has the right answer, or a remedy that works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pydantic
import pytest
from support.both import running_both
from support.events import answer, error, message
from support.peer import Talk, running_peer, says
from support.sessions import Open
from support.upstream import Reply, events, responses, scripted

import ws_notebook as wsn

Event = dict[str, Any]
LLAMA: dict[str, Any] = {"owner": "llamacpp", "server": "llama.cpp"}


def counting(tokens: Callable[[Event], int], text: Callable[[Event], str] = lambda _: "Said.") -> Any:
    """A server of stored ids whose count of input tokens is the test's."""

    def reply(body: Event) -> Reply:
        told = tokens(body)
        usage = {"input_tokens": told, "output_tokens": 5, "total_tokens": told + 5}
        number = f"resp_{told}_{len(str(body))}"
        return Reply.stream(events(text(body), response_id=number, usage=usage))

    return responses(reply)


def said(body: Event) -> int:
    return sum(len(str(item.get("content"))) // 4 for item in body["input"])


def test_an_id_whose_history_was_lost_is_trusted_no_more_and_the_question_asked_in_full(opened: Open) -> None:
    def text(body: Event) -> str:
        return "With it." if len(body["input"]) > 1 else "Without it."

    with scripted(counting(said, text)) as server:
        session = opened(server.base_url, transport="http", store=True, model="scripted")
        session.ask("My name is Zoe, and I have a dog whose name is Rex, which is a long story.")
        run = session.ask("Who am I?")
        assert run.text == "With it."
        assert [turn.recovered for turn in run.turns] == ["", "history_lost"]
        again = session.ask("And now?")
    assert len(again.turns) == 1
    assert [("previous_response_id" in body, len(body["input"])) for body in server.asked] == [
        (False, 1),
        (True, 1),
        (False, 3),
        (False, 5),
    ]


def test_a_history_that_was_not_lost_goes_on_by_its_id(opened: Open) -> None:
    kept: list[int] = []

    def tokens(body: Event) -> int:
        kept.append(said(body))
        return sum(kept)

    with scripted(counting(tokens)) as server:
        session = opened(server.base_url, transport="http", store=True, model="scripted")
        session.ask("My name is Zoe, and I have a dog whose name is Rex, which is a long story.")
        assert [turn.recovered for turn in session.ask("Who am I?").turns] == [""]
    assert len(server.asked) == 2


def test_a_socket_that_closes_before_its_first_event_is_left_for_http(opened: Open) -> None:
    async def closes(talk: Talk, request: Event) -> None:
        await talk.close(1011, "not bridged")

    with running_peer(closes) as peer, scripted(responses()) as posts, running_both(peer.url, posts.base_url) as url:
        session = opened(url, model="scripted")
        with pytest.raises(wsn.ConnectionLost, match="it goes over HTTP"):
            session.ask("Hello.")
        run = session.ask("Hello.")
        assert (run.text, run.turns[0].transport) == ("Hello.", "http")
        assert "closes before it says anything" in session.header().note


def test_a_socket_that_has_spoken_is_not_left(opened: Open) -> None:
    async def script(talk: Talk, request: Event) -> None:
        if len(talk.peer.requests) == 2:
            await talk.close(1011, "a fault")
        else:
            await says("Said.")(talk, request)

    with running_peer(script) as peer:
        session = opened(peer.url)
        session.ask("One.")
        with pytest.raises(wsn.ConnectionLost):
            session.ask("Two.")
        assert session.ask("Three.").turns[0].transport == "websocket"


class Place(pydantic.BaseModel):
    city: str


def test_a_schema_reaches_a_server_that_ignores_text_format(opened: Open) -> None:
    def reply(body: Event) -> Reply:
        return Reply.stream(events('{"city": "Oslo"}' if "json_schema" in body else "Somewhere."))

    with scripted(responses(reply), **LLAMA) as server:
        session = opened(server.base_url, model="scripted")
        assert session.ask("Where?", text_format=Place).parsed == Place(city="Oslo")
        assert "llama.cpp" in session.header().note


def test_an_answer_with_all_its_tokens_was_cut_where_that_is_hidden(opened: Open) -> None:
    with scripted(responses(), **LLAMA) as server:
        session = opened(server.base_url, model="scripted", options={"max_output_tokens": 2})
        assert session.ask("Count.").status == "incomplete"


def test_short_items_are_made_whole_for_a_server_that_needs_it(opened: Open) -> None:
    with scripted(responses(), **LLAMA) as server:
        session = opened(server.base_url, model="scripted")
        session.ask(
            [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}, {"role": "user", "content": "z"}]
        )
    assert [item["type"] for item in server.asked[-1]["input"]] == ["message"] * 3
    assert server.asked[-1]["input"][1]["content"][0]["type"] == "output_text"


@pytest.mark.parametrize(
    ("body", "status", "kind", "advice"),
    [
        (
            {"error": {"code": 500, "message": "image input is not supported - hint: mmproj", "type": "server_error"}},
            500,
            wsn.ProviderError,
            "takes no images",
        ),
        (
            {"error": {"code": 400, "message": "request exceeds", "type": "exceed_context_size_error"}},
            400,
            wsn.ProviderError,
            "session.compact()",
        ),
        ({"error": {"message": "No connected db.", "code": "400"}}, 400, wsn.AuthenticationFailed, "Check the API key"),
        ({"error": {"message": "x does not support tools"}}, 400, wsn.ProviderError, "tools=[]"),
    ],
)
def test_an_error_is_read_by_what_it_means(
    opened: Open, body: Event, status: int, kind: type[Exception], advice: str
) -> None:
    with scripted(responses(lambda _: Reply.json(body, status))) as server:
        session = opened(server.base_url, model="scripted", transport="http")
        with pytest.raises(kind) as raised:
            session.ask("Hello.")
    assert advice in str(raised.value)


def test_a_server_that_breaks_without_a_key_is_told_what_to_try(opened: Open) -> None:
    with scripted(responses(lambda _: Reply([b"Internal Server Error"], 500, "text/plain"))) as server:
        session = wsn.Session(provider=server.base_url, transport="http", model="scripted")
        with pytest.raises(wsn.ProviderError, match="pass api_key"):
            session.ask("Hello.")
        session.close()
    assert set(server.keys) == {None}


@pytest.mark.parametrize("key", ["ollama", "lm-studio"])
def test_customary_keys_go_along_and_hide_nothing(opened: Open, key: str) -> None:
    with scripted(responses(lambda _: Reply.stream(events(f"I run in {key}.")))) as server:
        session = opened(server.base_url, transport="http", model="scripted", api_key=key)
        assert session.ask(f"Do you run in {key}?").text == f"I run in {key}."
    assert server.keys == [f"Bearer {key}"]


def test_without_compaction_the_model_s_own_summary_takes_its_place(opened: Open) -> None:
    def reply(body: Event) -> Reply:
        asks = "Summarise" in str(body["input"][-1])
        return Reply.json(events("Her name is Ada.")[-1]["response"]) if asks else Reply.stream(events())

    with scripted(responses(reply)) as server:
        session = opened(server.base_url, transport="http", model="scripted")
        session.ask("My name is Ada.")
        compacted = session.compact()
        assert "Her name is Ada." in str(compacted.items)
        session.ask("Who am I?")
    assert len(server.asked[-1]["input"]) == 2


def test_a_question_after_a_failure_of_the_upstream_has_its_history(opened: Open) -> None:
    failing: list[bool] = []

    async def script(talk: Talk, request: Event) -> None:
        if failing:
            failing.clear()
            await talk.send(error("server_error", "Out of order.", status=500))
        else:
            await talk.send(answer(f"resp_{len(talk.peer.requests)}", message("Said.")))

    with running_peer(script) as peer:
        session = opened(peer.url)
        session.ask("One.")
        failing.append(True)
        with pytest.raises(wsn.ProviderError):
            session.ask("Two.")
        session.ask("Three.")
        assert [len(request["input"]) for request in peer.requests] == [1, 1, 3]
