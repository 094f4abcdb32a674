"""No key, token or Authorization value in anything that a user sees, even where the server repeats it."""

from __future__ import annotations

import base64
import http
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.events import answer, call, created, delta, message
from support.peer import Talk, running_peer
from support.server import RunningServer
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from ws_notebook import Session
from ws_notebook.engine.portal import portal
from ws_notebook.exceptions import ConnectionLost, ProviderError, WsNotebookError

__all__: list[str] = []

Open = Callable[..., Session]
KEY = "sk-very/secret+key0123456789"
OTHER = "team-token-abcdef-42"


class Records(logging.Handler):
    """Every log record, formatted, of every logger."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "websockets.server":
            return  # the test's own server
        self.lines.append(f"{record.name} {record.getMessage()} {record.args!r} {record.exc_info!r}")


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """All loggers at DEBUG, those that come to be as well; asyncio's own debugging is not what this is about."""
    handler = Records()
    root = logging.getLogger()
    known = [root, *(logging.getLogger(name) for name in list(root.manager.loggerDict))]
    before = [(each, each.level) for each in known]
    root.addHandler(handler)
    for each in known:
        each.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
        for each, level in before:
            each.setLevel(level)


def seen(session: Session, run: Any) -> str:
    """Everything of a session and a run that can be looked at."""
    shown: list[Any] = [repr(session), repr(session.settings), repr(session.settings.headers)[:0]]
    shown += [repr(session.keys), repr(session._engine.connector), repr(run), run.text, run.items, run.stopped]
    shown += [run._repr_mimebundle_(), repr(run.turns), [turn.error for turn in run.turns], run.tool_calls]
    shown += [table.to_csv() for table in (session.turns, session.tool_calls, session.frames)]
    shown += [record.data for record in session._engine.frames_of(run.state)]
    if run.error is not None:
        shown += [str(run.error), repr(run.error), repr(vars(run.error)), run.error.args]
        shown += traceback.format_exception(run.error)
        frame = run.error.__traceback__
        while frame is not None:
            # What a verbose traceback would show.
            shown.append({name: repr(value) for name, value in frame.tb_frame.f_locals.items()})
            frame = frame.tb_next
    return "\n".join(str(each) for each in shown)


def check(session: Session, run: Any, logged: list[str]) -> None:
    text = "\n".join([seen(session, run), *logged])
    for secret in (KEY, OTHER, KEY.replace("/", "\\/"), base64.b64encode(KEY.encode()).decode()):
        assert secret not in text


async def echoes(talk: Talk, request: dict[str, Any]) -> None:
    """Says the headers again in every place there is."""
    number = len(talk.peer.requests)
    words = f"Your headers were {talk.peer.headers[-1]}"
    if number == 1:
        extra = {"type": "vendor.debug", "headers": talk.peer.headers[-1], "note": "x"}
        escaped = json.dumps(delta(words)).replace("/", "\\/")
        await talk.send(created("resp_1"), extra, escaped, answer("resp_1", message(words))[1:])
    elif number == 2:
        fault = {"code": "server_error", "message": words, "headers": talk.peer.headers[-1]}
        await talk.send({"type": "error", "status": 500, "error": fault})
    elif number == 3:
        await talk.close(1011, f"bad {KEY}")


def test_a_server_that_repeats_the_key_repeats_it_to_nobody(opened: Open) -> None:
    with everything_logged() as logged, running_peer(echoes) as peer:
        session = opened(peer.url, api_key=KEY, headers={"X-Team-Token": OTHER})
        run = session.ask("Hi")
        assert "[secret]" in run.text
        check(session, run, logged)
        with pytest.raises(ProviderError, match=r"\[secret\]"):
            session.ask("Again")
        check(session, session.runs[-1], logged)
        with pytest.raises(ConnectionLost) as raised:
            session.ask("Again")
        assert raised.value.reason == "bad [secret]"
        check(session, session.runs[-1], logged)
        assert peer.headers[0]["Authorization"] == f"Bearer {KEY}"
        assert peer.headers[0]["X-Team-Token"] == OTHER


def test_a_tool_that_reads_the_key_shows_it_to_nobody(opened: Open) -> None:
    asked: list[dict[str, Any]] = []

    async def calls(talk: Talk, request: dict[str, Any]) -> None:
        asked.append(request)
        if len(asked) == 1:
            await talk.send(answer("resp_1", call("c1", "environment"), call("c2", "broken")))
        else:
            await talk.send(answer("resp_2", message("Done.")))

    def environment() -> dict[str, str]:
        return {"OPENAI_API_KEY": KEY, "HOME": "here"}

    def broken() -> str:
        raise ValueError(f"cannot connect with {KEY}")

    with everything_logged() as logged, running_peer(calls) as peer:
        session = opened(peer.url, api_key=KEY, headers={"X-Team-Token": OTHER}, tools=[environment, broken])
        run = session.ask("Hi")
        assert json.loads(str(run.tool_calls[0].output)) == {"OPENAI_API_KEY": "[secret]", "HOME": "here"}
        assert run.tool_calls[1].error == "ValueError: cannot connect with [secret]"
        assert KEY not in json.dumps(asked)
        check(session, run, logged)


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_a_refusal_that_repeats_the_key_does_not_show_it(opened: Open, transport: str) -> None:
    def refuse(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(
            http.HTTPStatus.UNAUTHORIZED, f"Incorrect API key: {KEY}. {dict(request.headers.raw_items())}"
        )

    with everything_logged() as logged, running_peer(echoes, process_request=refuse) as peer:
        session = opened(peer.url, api_key=KEY, headers={"X-Team-Token": OTHER}, transport=transport)
        with pytest.raises(WsNotebookError):
            session.ask("Hi")
        check(session, session.runs[0], logged)


def test_a_key_function_that_tells_the_key_in_its_error_does_not_show_it(opened: Open) -> None:
    def key() -> str:
        raise ValueError(f"cannot unlock {KEY}")

    with everything_logged() as logged:
        session = opened("http://127.0.0.1:1/v1", api_key=key)
        with pytest.raises(WsNotebookError):
            session.ask("Hi")
        text = str(session.runs[0].error)
        assert KEY not in text
        assert not [line for line in logged if KEY in line]


def test_a_query_of_the_address_is_not_shown(opened: Open) -> None:
    session = opened(f"http://127.0.0.1:1/v1?key={OTHER}", api_key=None)
    with pytest.raises(WsNotebookError) as raised:
        session.ask("Hi")
    assert OTHER not in str(raised.value)
    assert OTHER not in repr(session) + repr(session.settings)


def test_the_token_of_the_embedded_server_is_not_shown(server: RunningServer) -> None:
    with everything_logged() as logged, Session(provider="local") as session:
        run = session.ask('say "Hi"')
        token = portal().shared["local_server"].token
        assert token not in seen(session, run)
        assert not [line for line in logged if token in line]
        assert server.token != token


@pytest.mark.parametrize("among", ["tools", "options"])
def test_the_secrets_of_a_hosted_tool_are_shown_nowhere(opened: Open, among: str) -> None:
    docs = {"type": "mcp", "server_label": "docs", "server_url": "https://x.test", "authorization": OTHER}

    async def script(talk: Talk, request: dict[str, Any]) -> None:
        assert request["tools"] == [docs]
        await talk.send(answer("resp_1", message("Hi"), tools=[docs]))

    with running_peer(script) as peer:
        session = opened(peer.url)
        run = session.ask("x", **{among: [docs] if among == "tools" else {"tools": [docs]}})
        assert OTHER not in repr(session.tools) + "".join(
            str(each.data) for each in session._engine.frames_of(run.state)
        )
