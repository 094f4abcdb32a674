"""What answers at a base URL, told by requests that generate nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from support.both import running_both
from support.events import error
from support.peer import Talk, running_peer
from support.server import RunningServer
from support.upstream import Reply, Script, chat, responses, scripted

from ws_notebook.dialects import Api
from ws_notebook.exceptions import AuthenticationFailed
from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.discovery import Found, discover, recognize


def found_at(base_url: str, wanted: Api | None = None, **headers: str) -> Found:
    async def run() -> Found:
        async with httpx2.AsyncClient(headers=headers) as client:
            return await discover(client, Endpoint(base_url=base_url, headers=headers), wanted)

    return asyncio.run(run())


def lmstudio(path: str, body: dict[str, Any]) -> Reply:
    """It has Chat Completions, and says of other paths with 200 that they are none."""
    if path == "/v1/chat/completions":
        return Reply.json({"error": "'messages' field is required"}, 400)
    return Reply.json({"error": f"Unexpected endpoint or method. (POST {path})"})


def of_models(path: str, body: dict[str, Any]) -> Reply:
    """It says 404 for a model that nobody named."""
    return Reply.json({"error": {"message": "model '' not found"}}, 404 if path == "/v1/responses" else 405)


@pytest.mark.parametrize(
    ("script", "owner", "name", "api"),
    [
        (chat, "somebody", "other", "chat"),
        (responses(), "somebody", "other", "responses"),
        (responses(), "llamacpp", "llamacpp", "responses"),
        (chat, "library", "ollama", "chat"),
        (lmstudio, "organization_owner", "lmstudio", "chat"),
        (of_models, "somebody", "other", "responses"),
        (lambda path, _: Reply.json({"detail": "Not Found"}, 404), "somebody", "other", None),
        (
            lambda path, _: Reply.json({"error": "no prompt"}, 400 if path == "/v1/completions" else 404),
            "vllm",
            "vllm",
            "completion",
        ),
    ],
)
def test_a_server_and_what_it_is_best_asked_by(script: Script, owner: str, name: str, api: Api | None) -> None:
    with scripted(script, owner=owner) as server:
        found = found_at(server.base_url)
    assert (found.dialect.name, found.api, found.models) == (name, api, ("scripted",))
    # Nothing was asked of any model.
    assert server.asked == []


def test_what_is_wanted_is_taken_whether_or_not_it_looks_as_if_it_were_there() -> None:
    with scripted(chat) as server:
        assert found_at(server.base_url, "responses").api == "responses"


def test_one_of_our_own_has_a_socket_with_lanes(server: RunningServer) -> None:
    found = found_at(server.base_url, **server.headers)
    assert (found.dialect.name, found.api, found.lanes) == ("ours", "websocket", True)


def test_a_socket_that_says_nothing_is_none() -> None:
    async def closes(talk: Talk, _: dict[str, Any]) -> None:
        await talk.close(1011)

    with running_peer(closes) as peer, scripted(responses()) as posts, running_both(peer.url, posts.base_url) as url:
        assert found_at(url).api == "responses"


def test_a_socket_without_lanes() -> None:
    async def refuses(talk: Talk, _: dict[str, Any]) -> None:
        await talk.send(error("previous_response_not_found"))

    with running_peer(refuses) as peer:
        found = found_at(peer.url)
    assert (found.api, found.lanes) == ("websocket", False)


def test_a_key_that_is_refused_is_said(server: RunningServer) -> None:
    with pytest.raises(AuthenticationFailed, match="HTTP 401"):
        found_at(server.base_url)


def test_a_server_that_names_itself_where_it_answers_alone_is_known_closely() -> None:
    def script(path: str, body: dict[str, Any]) -> Reply:
        return Reply.json({"error": {"message": "Missing required parameter"}}, 400, x_litellm_version="1")

    async def run(base_url: str, closely: bool) -> str:
        async with httpx2.AsyncClient() as client:
            return (await recognize(client, base_url, closely=closely)).dialect.name

    with scripted(script, owner="openai") as server:
        assert asyncio.run(run(server.base_url, closely=False)) == "other"
        assert server.seen == []
        assert asyncio.run(run(server.base_url, closely=True)) == "litellm"
