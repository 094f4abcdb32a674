"""Tools of a running `%%responses` cell use what earlier cells made: clients of the kernel's loop, handles, figures."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from magics.shells import MIME, Notebook

__all__: list[str] = []


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the port of the connection that asked, and keeps it open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = str(self.client_address[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


CLIENT = """
import asyncio, httpx2
client = httpx2.AsyncClient(trust_env=False, limits=httpx2.Limits(keepalive_expiry=600))
lock, loop = asyncio.Lock(), asyncio.get_running_loop()
first = (await client.get({address!r})).text

@wsn.tool
async def fetch() -> dict:
    "Over the connection that an earlier cell opened."
    async with lock:
        answer = await client.get({address!r})
    return {{"port": answer.text, "same loop": asyncio.get_running_loop() is loop}}
"""


def test_a_client_that_an_earlier_cell_opened_by_await_is_used_on_its_own_loop(kernel: Notebook, address: str) -> None:
    kernel.run(CLIENT.format(address=address))
    kernel.run("%%responses --new -t fetch -o run\ncall fetch() and fetch() then call fetch()", "client")
    outputs = kernel.value("[call.output for call in run.tool_calls]")
    port = kernel.value("first")
    assert outputs == [f'{{"port":"{port}","same loop":true}}'] * 3
    # And the loop serves the cells after it as before.
    kernel.run(f"after = (await client.get({address!r})).text; await client.aclose()")
    assert kernel.value("after") == port


SQLITE = """
import sqlite3
database = sqlite3.connect(":memory:")
database.execute("create table cities (name text, people int)")
database.executemany("insert into cities values (?, ?)", [("Oslo", 709000), ("Bergen", 291000)])

@wsn.tool
def cities(least: int) -> list[dict]:
    "A handle of SQLite serves only the thread that opened it."
    found = database.execute("select name, people from cities where people >= ?", (least,))
    return [dict(zip(("name", "people"), row)) for row in found]
"""


def test_a_database_handle_of_the_main_thread_serves(kernel: Notebook) -> None:
    kernel.run(SQLITE)
    kernel.run("%%responses --new -t cities -o run\ncall cities(least=300000) and cities(least=0)", "sqlite")
    assert kernel.value("[(call.status, call.output) for call in run.tool_calls]") == [
        ("completed", '[{"name":"Oslo","people":709000}]'),
        ("completed", '[{"name":"Oslo","people":709000},{"name":"Bergen","people":291000}]'),
    ]


FIGURE = """
%matplotlib inline
import matplotlib.pyplot as plt
figure, axes = plt.subplots(figsize=(2, 1))
plt.close(figure)

@wsn.tool
def draw(heights: list[float]):
    "Draws into a figure of an earlier cell."
    axes.bar(range(len(heights)), heights)
    return {"bars": len(axes.patches), "plot": figure}

@wsn.tool
def show(heights: list[float]) -> str:
    "Shows a figure as any cell does."
    plt.plot(heights)
    plt.show()
    return "shown"
"""


def test_a_figure_of_an_earlier_cell_is_drawn_into_and_seen_by_the_model(kernel: Notebook) -> None:
    kernel.run(FIGURE)
    cell = kernel.run(
        "%%responses --new -t draw,show -o run\ncall draw(heights=[1, 2]) then call show(heights=[1, 2])", "figure"
    )
    assert kernel.value("[call.status for call in run.tool_calls]") == ["completed", "completed"]
    parts = kernel.value(
        "[(part['type'], part.get('text', part.get('image_url'))[:22]) for part in run.tool_calls[0].output]"
    )
    assert parts == [("input_text", '{"bars":2,"plot":"[imag'[:22]), ("input_image", "data:image/png;base64,")]
    # The view shows it too.
    (image,) = next(data for data in cell.shown if MIME in data)[MIME]["turns"][0]["calls"][0]["images"]
    assert image["url"].startswith("data:image/")
    # What the tool shows lands in the cell that asks.
    assert [data for data in cell.shown if "image/png" in data]


INPUT = """
@wsn.tool
def question(words: str) -> str:
    "Asks the user."
    return input(words)
"""


def test_a_tool_asks_by_input_while_the_cell_runs(kernel: Notebook) -> None:
    kernel.run(INPUT)
    sent = kernel.send(
        '%%responses --new -t question -o run\ncall question("Name?") then call question("Again?")', "input", stdin=True
    )
    for prompt, words in (("Name?", "Bo"), ("Again?", "Al")):
        message = kernel.client.get_stdin_msg(timeout=30)
        assert message["content"]["prompt"] == prompt
        kernel.client.input(words)
    cell = kernel.finish(sent)
    assert cell.error is None
    assert kernel.value("[call.output for call in run.tool_calls]") == ["Bo", "Al"]


def test_the_cell_after_is_an_ordinary_one(kernel: Notebook) -> None:
    assert kernel.run("print(1 + 1)").printed == "2\n"
