"""The stream of messages from an MCP server. What comes through a real connection is in test_mcp."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import threading
from typing import Any

import pytest

__all__: list[str] = []

pytestmark = pytest.mark.skipif(importlib.util.find_spec("mcp") is None, reason="the mcp package is not installed")


def read(*lines: str) -> tuple[list[Any], Any]:
    """The messages that come of lines, and what was heard besides."""
    import anyio
    import mcp
    from mcp.shared.message import SessionMessage
    from pydantic import ValidationError

    from ws_notebook.tools.mcp.stream import Chatter, MendedStream

    async def run() -> tuple[list[Any], Any]:
        sending, receiving = anyio.create_memory_object_stream[Any](100)
        for line in lines:
            try:
                message = mcp.types.jsonrpc_message_adapter.validate_json(line, by_name=False)
                await sending.send(SessionMessage(message))
            except ValidationError as error:
                await sending.send(error)
        await sending.aclose()
        chatter = Chatter()
        async with MendedStream(receiving, chatter) as stream:
            return [item.message async for item in stream], chatter

    return asyncio.run(run())


def test_messages_pass_and_chatter_is_kept_apart() -> None:
    found, chatter = read("Server mode: STDIO", '{"jsonrpc": "2.0", "id": 1, "result": {"a": 1}}', '{"level": "info"}')
    assert [each.result for each in found] == [{"a": 1}]
    assert chatter.words == 'Server mode: STDIO {"level": "info"}'


def test_a_message_behind_other_words_is_found() -> None:
    found, chatter = read('Loading… {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "a"}, {}]}}')
    assert [each["name"] for each in found[0].result["tools"]] == ["a"]
    assert chatter.refused == {"None": "it has no name"}


def test_only_the_last_words_are_kept() -> None:
    _, chatter = read(*["x" * 500] * 10, "the end")
    assert len(chatter.words) == 600
    assert chatter.words.endswith("x the end")


def test_chatter_is_logged_by_no_one_in_this_thread_only() -> None:
    from ws_notebook.tools.mcp.stream import without_complaints

    logger, heard = logging.getLogger("mcp.client.stdio"), []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    try:
        with without_complaints():
            logger.error("Failed to parse JSONRPC message from server")
            logger.error("something else")
            other = threading.Thread(target=logger.error, args=("Failed to parse, elsewhere",))
            other.start()
            other.join()
        logger.error("Failed to parse, later")
    finally:
        logger.removeHandler(handler)
    assert heard == ["something else", "Failed to parse, elsewhere", "Failed to parse, later"]
