"""The tools of real MCP servers, over stdio and over HTTP."""

from __future__ import annotations

import importlib.util
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.server import running_server

from ws_notebook import Session
from ws_notebook.core.changes import CallChanged
from ws_notebook.exceptions import ConnectionFailed, SettingsError, ToolError
from ws_notebook.session.code import tool_source
from ws_notebook.tools.mcp.server import McpServer

__all__: list[str] = []

SCRIPT = Path(__file__).resolve().parents[2] / "support" / "mcp_server.py"
COMMAND = [sys.executable, str(SCRIPT)]
TOKEN = "a-token-for-tests"

needs_mcp = pytest.mark.skipif(importlib.util.find_spec("mcp") is None, reason="the mcp package is not installed")


@pytest.fixture(scope="module")
def stdio() -> Iterator[McpServer]:
    with McpServer(COMMAND) as server:
        yield server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    process = subprocess.Popen([*COMMAND, str(port), TOKEN], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the HTTP server did not start")


def named(server: McpServer, name: str) -> Any:
    return next(each for each in server.tools if each.name == name)


@needs_mcp
def test_a_servers_tools_are_tools_with_its_schema(stdio: McpServer) -> None:
    assert [each.name for each in stdio.tools] == ["price", "sell_one", "cover", "environment", "wait", "crash"]
    price = named(stdio, "price")
    assert price.description == "The price of a book."
    assert price.strict
    assert repr(price) == "<Tool price(title, copies)>"
    assert "| `copies` | integer | `1` |" in price._repr_markdown_()
    assert stdio["price"] is price
    with pytest.raises(KeyError, match="Did you mean 'price'"):
        stdio["prize"]
    assert tool_source(price, {"shop": stdio}) == 'shop["price"]'
    assert repr(stdio).startswith("<McpServer bookshop: price, sell_one, ")


@needs_mcp
def test_its_calls_are_answered_by_the_server(stdio: McpServer) -> None:
    assert named(stdio, "price")(title="Emma", copies=2) == "8"
    assert named(stdio, "price").try_(title="Emma", copies=None).output == "4"
    assert "Emma" in named(stdio, "sell_one").try_(title="Emma").output


@needs_mcp
def test_over_http_it_is_the_same_and_the_header_is_sent(url: str) -> None:
    with McpServer(url, headers={"Authorization": f"Bearer {TOKEN}"}, only=["price"], prefix="shop_") as server:
        (price,) = server.tools
        assert price.name == "shop_price"
        assert price.try_(title="Emma").output == "4"
        assert TOKEN not in repr(server)
    with pytest.raises(ConnectionFailed, match="Check the URL") as refused:
        McpServer(f"{url}?key=a-key-in-the-address", headers={"Authorization": "Bearer wrong-one"}, connect_timeout=10)
    assert "wrong-one" not in str(refused.value)
    assert "a-key-in-the-address" not in str(refused.value)


@needs_mcp
def test_the_environment_and_the_folder_go_to_the_command(tmp_path: Path) -> None:
    with McpServer(COMMAND, env={"SHOP": "corner"}, cwd=str(tmp_path)) as server:
        assert named(server, "environment").try_(name="SHOP").output == f"corner in {tmp_path.resolve()}"


@needs_mcp
def test_a_command_may_be_written_as_text() -> None:
    with McpServer(" ".join(f'"{word}"' for word in COMMAND), skip=["crash"]) as server:
        assert "crash" not in [each.name for each in server.tools]


@needs_mcp
def test_an_error_of_the_server_is_told_to_the_model(stdio: McpServer) -> None:
    tried = named(stdio, "price").try_(title="Emma", copies="many")
    assert tried.status == "failed"
    assert "valid integer" in str(tried.output)


@needs_mcp
def test_images_come_as_images(stdio: McpServer) -> None:
    text, image = named(stdio, "cover").try_(title="Emma").output
    assert text == {"type": "input_text", "text": "Emma"}
    assert image["image_url"].startswith("data:image/png;base64,")


@needs_mcp
def test_a_call_past_its_time_is_given_up() -> None:
    with McpServer(COMMAND, only=["wait"], timeout=0.2) as server:
        assert server.tools[0].try_(seconds=60).status == "timed_out"
        assert server.tools[0].try_(seconds=0).output == "found"


@needs_mcp
def test_a_server_that_ends_during_a_call_is_told_of_and_started_again() -> None:
    with McpServer(COMMAND) as server:
        tried = named(server, "crash").try_()
        assert "was lost during the call" in str(tried.error)
        assert named(server, "price").try_(title="Emma").output == "4"


@needs_mcp
def test_after_its_end_calls_say_so() -> None:
    with McpServer(COMMAND, only=["price"]) as server:
        (price,) = server.tools
    assert "was closed. Make another" in str(price.try_(title="Emma").error)


@needs_mcp
def test_options_hold_for_every_tool() -> None:
    with McpServer(COMMAND, approve=True, max_output=3, strict=False) as server:
        price = named(server, "price")
        assert (price.approve.when, price.max_output, price.strict) == (True, 3, False)


@needs_mcp
def test_its_tools_can_be_asked_for_again(stdio: McpServer) -> None:
    before = list(stdio.tools)
    assert [each.name for each in stdio.refresh()] == [each.name for each in before]


@needs_mcp
@pytest.mark.parametrize(
    ("server", "options", "error", "message"),
    [
        (["no-such-command-here"], {}, ConnectionFailed, "Check that the command runs in a terminal"),
        (
            [sys.executable, "-c", "raise SystemExit('no licence')"],
            {},
            ConnectionFailed,
            "It wrote: “no licence”",
        ),
        ([], {}, SettingsError, "takes a command"),
        (3, {}, SettingsError, "takes a command"),
        ("http://x.test/mcp", {"env": {"A": "b"}}, SettingsError, "env and cwd belong to"),
        (["x"], {"headers": {"A": "b"}}, SettingsError, "headers belong to"),
        (["x"], {"aprove": True}, ToolError, "Did you mean 'approve'"),
        (COMMAND, {"only": ["prize"]}, ToolError, "Did you mean 'price'"),
    ],
)
def test_what_cannot_be_connected_is_refused_in_words(
    server: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        McpServer(server, connect_timeout=20, **options)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"ws-notebook\[mcp\]"):
        McpServer(COMMAND)


def odd(**options: Any) -> list[str]:
    """The command of a server with something odd."""
    return [sys.executable, str(SCRIPT.with_name("mcp_odd.py")), json.dumps({"tools": [{"name": "a"}], **options})]


@needs_mcp
@pytest.mark.parametrize(
    "options",
    [
        {"before": "Server mode: STDIO\n"},
        {"before": "caf\xe9\n", "latin": True},
        {"between": "Processing request\n"},
        {"between": "{\n", "before": "[\n\n"},
        {"glued": "Loading… "},
        {"list": True},
    ],
    ids=["banner", "not UTF-8", "between", "half JSON", "on the line", "a list of messages"],
)
def test_chatter_on_stdout_is_passed_over(options: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    with McpServer(odd(**options)) as server:
        assert server["a"].try_().output == "a {}"
    assert not [each for each in caplog.records if "parse" in each.getMessage()]


@needs_mcp
def test_chatter_is_repeated_where_a_server_cannot_be_reached() -> None:
    command = [sys.executable, "-c", "print('please log in first')"]
    with pytest.raises(ConnectionFailed, match="It wrote: “please log in first”"):
        McpServer(command)


@needs_mcp
@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"cursors": ["again"]}, ["a"]),
        ({"cursors": ["one", "two"]}, ["a"]),
        ({"cursors": "count"}, ["a"]),
        ({"cursors": ["", None], "pages": [[{"name": "a"}], [{"name": "b"}]]}, ["a", "b"]),
        ({"cursors": ["", None], "pages": [[{"name": "a"}], None]}, ["a"]),
        ({"cursors": ["x", "y", None], "pages": [[{"name": n}] for n in "abc"]}, ["a", "b", "c"]),
    ],
    ids=[
        "one cursor for ever",
        "two for ever",
        "a new one each time",
        "an empty one",
        "an empty one as the end",
        "pages",
    ],
)
def test_a_list_of_tools_has_an_end(options: dict[str, Any], names: list[str]) -> None:
    with McpServer(odd(**options)) as server:
        assert [each.name for each in server.tools] == names


@needs_mcp
def test_a_tool_that_cannot_be_costs_no_other() -> None:
    tools = [
        {"name": "whole", "inputSchema": {"type": "object"}},
        {"name": "text", "inputSchema": {"type": "string"}},
        {"name": "any", "inputSchema": True, "outputSchema": {"$id": "x.v1"}},
        {"name": "choice", "inputSchema": {"oneOf": [{"required": ["a"], "properties": {"a": {}}}, {}]}},
    ]
    with McpServer(odd(tools=tools)) as server:
        assert [each.name for each in server.tools] == ["whole", "any", "choice"]
        assert server.refused == {"text": "its arguments are no object but string"}
        assert repr(server).endswith("whole, any, choice; left out: text (see .refused)>")
        with pytest.raises(KeyError, match="'text' of MCP server odd cannot be offered"):
            server["text"]
        assert server["choice"].try_(a=1).output == 'choice {"a": 1}'
    with pytest.raises(ToolError, match="'text' of MCP server odd cannot be offered: its arguments are"):
        McpServer(odd(tools=tools), only=["text"])


@needs_mcp
def test_names_that_fall_together_stay_apart_and_reach_their_tools() -> None:
    names = ["calendar.find", "calendar_find", "x" * 70 + "1", "x" * 70 + "2"]
    with McpServer(odd(tools=[{"name": name} for name in names])) as server:
        assert len({each.name for each in server.tools}) == 4
        assert [server[name].try_().output for name in names] == [f"{name} {{}}" for name in names]
    with McpServer(odd(tools=[{"name": name} for name in names]), only=names[:1]) as alone:
        assert alone.tools[0].name == server.tools[0].name


@needs_mcp
@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"content": [{"type": "text", "text": "seven"}], "structuredContent": {"result": "seven"}}, "seven"),
        ({"structuredContent": {"n": "seven"}}, '{"n": "seven"}'),
        ({"content": [{"type": "text", "text": "seven"}]}, "seven"),
        ({"content": [{"type": "map", "at": 1}]}, '{"type": "map", "at": 1}'),
    ],
)
def test_what_a_server_returns_reaches_the_model_whatever_it_promised(result: dict[str, Any], expected: str) -> None:
    promised = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    with McpServer(odd(tools=[{"name": "a", "outputSchema": promised}], result=result)) as server:
        assert server["a"].try_().output == expected


@needs_mcp
def test_a_session_calls_them_beside_python_functions_and_shows_their_progress(stdio: McpServer) -> None:
    with running_server() as server:
        session = Session(provider=server.base_url, profile="local", api_key=server.token, tools=stdio.tools)
        with session:
            run = session.ask('call price(title="Emma") and call wait(seconds=0.01)')
            price, wait = run.tool_calls
            assert (price.output, wait.output) == ("4", "found")
            assert (wait.progress.fraction, wait.progress.text) == (0.25, "looking")
            assert price.code == 'price(title="Emma")'
            assert named(stdio, "price").last.run == run.id
            slow = session.start("call wait(seconds=600)")
            begun = next(each for each in slow.stream() if isinstance(each, CallChanged) and each.call.progress)
            slow.cancel()
            assert begun.call.status == "cancelled"
            assert named(stdio, "price").try_(title="Emma").output == "4"
