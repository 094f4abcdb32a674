"""What somebody writes with the package, as type checkers see it: mypy --strict and pyright have nothing to say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_type

import ws_notebook as wsn
from ws_notebook import exceptions


@wsn.tool
def population(city: str) -> int:
    """The number of inhabitants of a city."""
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]


@wsn.tool(approve=True, timeout=5, run_in="thread")
def send(to: str, text: str = "") -> str:
    """Send a message."""
    return f"{text} to {to}"


@wsn.tool
def slow(job: str, context: wsn.Context) -> Iterator[str]:
    """A job in steps."""
    context.progress(0.5, "half")
    yield job


def ask() -> wsn.Run:
    session = wsn.Session(provider="local", tools=[population, send, slow], waits=wsn.Waits(silence=60))
    assert_type(session, wsn.Session)
    with session:
        run = session.ask("Which has more inhabitants, Paris or Oslo?", timeout=30)
        assert_type(run, wsn.Run)
        assert_type(run.text, str)
        assert_type(run.done, bool)
        assert_type(run.id, str)
        for call in run.tool_calls:
            assert_type(call.name, str)
        run.steer("Shorter.")
        run.cancel()
        branch = session.start("And together?", parent=run)
        return branch.result(timeout=30)


async def ask_async(session: wsn.Session) -> str:
    run = await session.ask_async("Hello")
    assert_type(run, wsn.Run)
    async for change in session.start("Go on", parent=run):
        if isinstance(change, wsn.TextAppended):
            assert_type(change.text, str)
    return run.text


def advise(error: wsn.WsNotebookError) -> str:
    if isinstance(error, exceptions.RateLimited):
        assert_type(error.retry_after, float | None)
    if isinstance(error, wsn.SettingsError):
        return error.help
    if isinstance(error, wsn.ProviderError):
        return error.code or error.message
    return str(error)


def replay(path: str) -> Any:
    cassette = wsn.Cassette.load(path)
    session = wsn.Session(transport=wsn.ReplayTransport(cassette, speed=0))
    return wsn.check(session.ask("Hello")).not_called("send")
