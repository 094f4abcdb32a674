from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.upstream import Reply, chat, scripted

from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.upstream.service import Upstream


def ask(upstream: Upstream, body: dict[str, Any]) -> list[list[Any]]:
    async def run() -> list[list[Any]]:
        try:
            return [batch async for batch in upstream.stream("/chat/completions", body)]
        finally:
            await upstream.close()

    return asyncio.run(run())


def test_what_it_is_is_asked_once() -> None:
    with scripted(chat, owner="llamacpp") as server:
        upstream = Upstream(server.base_url)

        async def twice() -> None:
            first = await upstream.found()
            asked = len(server.seen)
            assert await upstream.found() is first
            assert len(server.seen) == asked
            assert (first.dialect.name, first.api, first.models) == ("llamacpp", "chat", ("scripted",))
            await upstream.close()

        asyncio.run(twice())


def test_the_first_batch_says_that_the_request_was_taken() -> None:
    with scripted(lambda *_: Reply.stream([0.2, {"a": 1}, {"b": 2}, "[DONE]", {"c": 3}])) as server:
        first, *rest = ask(Upstream(server.base_url), {"x": 1})
    assert first == []
    assert [event for batch in rest for event in batch] == [{"a": 1}, {"b": 2}]


def test_the_key_goes_along_and_is_in_no_repr() -> None:
    with scripted(chat) as server:
        upstream = Upstream(server.base_url, "a-key-of-the-upstream-42")
        with pytest.raises(ApiError):
            ask(upstream, {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]})
    assert server.keys == ["Bearer a-key-of-the-upstream-42"]
    assert "a-key" not in f"{upstream!r} {upstream.endpoint!r} {upstream.keys!r}"


def test_a_silent_upstream_is_given_up() -> None:
    with (
        scripted(lambda *_: Reply.stream([{"a": 1}, 5.0])) as server,
        pytest.raises(ApiError, match="nothing came for"),
    ):
        ask(Upstream(server.base_url, silence=0.5), {"x": 1})


def test_addresses_beside_and_below_the_version() -> None:
    upstream = Upstream("http://host/v1?api-version=3")
    assert upstream.url("/responses") == "http://host/v1/responses?api-version=3"
    assert upstream.root_url("/props") == "http://host/props"
    assert upstream.address == "http://host/v1"
