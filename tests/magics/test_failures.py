"""What goes wrong, seen through the magic in a real kernel: the message names the remedy, and the session goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import psutil
import pytest
from magics.shells import Cell, Notebook
from support.server import running_server

__all__: list[str] = []

TOOLS = """
import time
@wsn.tool
def divide(a: float, b: float) -> float:
    "Divide two numbers."
    return a / b
@wsn.tool(timeout=0.3)
def stuck() -> None:
    "Never come back."
    time.sleep(60)
@wsn.tool
def odd() -> object:
    "Return what cannot be written as JSON."
    return {object(): threading_lock}
@wsn.tool
def huge() -> str:
    "Return 10 MB."
    return "x" * 10_000_000
import threading
threading_lock = threading.Lock()
"""
SERVER = "__import__('ws_notebook.engine.portal', fromlist=['portal']).portal().shared['local_server']"


@pytest.fixture(autouse=True)
def still_usable(kernel: Notebook) -> Iterator[None]:
    """Whatever went wrong, the next cell answers."""
    kernel.run(TOOLS)
    kernel.run("%responses reset")
    yield
    kernel.run('%config ResponsesMagics.provider = "local"')
    assert kernel.run('%%responses\nsay "still here"').run["text"] == "still here"


def one_paragraph(cell: Cell, *words: str) -> str:
    """The cell's error: one paragraph with these words and no path through this package."""
    message = cell.message
    assert [word for word in words if word not in message] == []
    assert "\n" not in message
    assert "Traceback" not in message
    return message


# Connecting.


def test_without_a_key_the_remedies_are_named(kernel: Notebook) -> None:
    kernel.run('%config ResponsesMagics.provider = "openai"')
    cell = kernel.run("%%responses\nHello", fails=True)
    one_paragraph(cell, "SettingsError: No API key for openai.", "OPENAI_API_KEY", "%responses connect", '"local"')


def test_a_wrong_key_is_told_and_not_shown(kernel: Notebook) -> None:
    with running_server() as server:
        kernel.run(f'wrong = wsn.Session(provider="{server.base_url}", model="demo", api_key="a-wrong-key-of-mine")')
        cell = kernel.run("%%responses -s wrong\nHello", fails=True)
    message = one_paragraph(cell, "AuthenticationFailed: ", "key", "%responses connect")
    assert "a-wrong-key-of-mine" not in message + repr(cell)


def test_a_refused_connection_says_where_and_what_to_look_at(kernel: Notebook) -> None:
    kernel.run('nobody = wsn.Session(provider="http://127.0.0.1:9/v1", model="demo")')
    cell = kernel.run("%%responses -s nobody\nHello", fails=True)
    one_paragraph(cell, "ConnectionFailed: ", "127.0.0.1:9", "refused", "Is the server running")


def test_a_server_killed_in_the_middle_costs_the_rest_of_the_answer_only(kernel: Notebook) -> None:
    kernel.run("%%responses\nMy name is Ada.")
    pid = kernel.value(f"{SERVER}.pid")
    sent = kernel.send("%%responses -o cut\nwrite 2000 words")
    kernel.until(sent, lambda cell: len(str(cell.shown)) > 1500)
    os.kill(pid, signal.SIGKILL)
    cell = kernel.finish(sent)
    one_paragraph(cell, "ConnectionLost: ")
    assert cell.run["status"] == "failed"
    assert 0 < len(cell.run["text"].split()) < 2000
    assert cell.run["error"]["message"] in cell.message
    assert kernel.value("cut.text") == cell.run["text"]
    after = kernel.run("%%responses\nWhat is my name?")
    assert "Ada" in after.run["text"]
    # The new server knows nothing: it was sent the whole history.
    assert kernel.value("_.turns[0].parent_id, _.parent.id == cut.id") == (None, True)
    assert kernel.value(f"{SERVER}.pid") != pid


# Tools.


def test_a_tool_that_raises_answers_the_model_and_the_run_goes_on(kernel: Notebook) -> None:
    cell = kernel.run('%%responses -o failed\ncall divide(a=1, b=0), then say "done"')
    (call,) = cell.run["turns"][0]["calls"]
    assert (cell.run["status"], call["status"]) == ("completed", "failed")
    assert "division by zero" in call["error"]
    assert "division by zero" in kernel.value("failed.tool_calls[0].output")
    assert "return a / b" in kernel.value("failed.tool_calls[0].traceback")
    assert cell.error is None


def test_a_tool_that_hangs_is_given_up_in_time(kernel: Notebook) -> None:
    cell = kernel.run('%%responses\ncall stuck(), then say "done"')
    (call,) = cell.run["turns"][0]["calls"]
    assert (cell.run["status"], call["status"]) == ("completed", "timed_out")
    assert cell.run["text"].endswith("done")


def test_a_tool_that_is_not_there_answers_with_those_that_are(kernel: Notebook) -> None:
    cell = kernel.run('%%responses -t divide\ncall nosuchtool(x=1), then say "done"')
    (call,) = cell.run["turns"][0]["calls"]
    assert (cell.run["status"], call["status"]) == ("completed", "failed")
    assert "nosuchtool" in call["error"]
    assert "divide" in kernel.value("_.tool_calls[0].output")


def test_a_result_that_cannot_be_sent_answers_the_model(kernel: Notebook) -> None:
    cell = kernel.run('%%responses\ncall odd(), then say "done"')
    assert cell.run["status"] == "completed"
    assert cell.run["turns"][0]["calls"][0]["status"] in ("completed", "failed")
    assert isinstance(kernel.value("_.tool_calls[0].output"), str)


def test_a_huge_result_is_cut_with_a_note(kernel: Notebook) -> None:
    cell = kernel.run('%%responses\ncall huge(), then say "done"')
    assert cell.run["text"].endswith("done")
    assert kernel.value("len(_.tool_calls[0].output) < 1_000_000 and 'haracters' in _.tool_calls[0].output")
    assert len(str(cell.shown)) < 1_000_000


# Interrupting.


@pytest.mark.parametrize("cell_id", [None, "c1"])
def test_an_interrupt_keeps_what_has_streamed(kernel: Notebook, cell_id: str | None) -> None:
    sent = kernel.send("%%responses -o cut --view text\nwrite 3000 words", cell_id)
    kernel.until(sent, lambda cell: len(str(cell.shown)) > 1500)
    kernel.interrupt()
    cell = kernel.finish(sent)
    one_paragraph(cell, "KeyboardInterrupt: The run was stopped.", "is kept")
    assert len(cell.outputs) == 1
    assert (cell.run["status"], bool(cell.run["stopped"])) == ("cancelled", True)
    assert 0 < len(cell.run["text"].split()) < 3000
    assert cell.run["text"].split()[-1] in cell.shown[0]["text/markdown"]
    assert "topped" in cell.shown[0]["text/markdown"]
    assert kernel.value("cut.text") == cell.run["text"]


def test_an_interrupt_ends_a_tool_and_the_run(kernel: Notebook) -> None:
    kernel.run('@wsn.tool\ndef rest() -> str:\n    "Rest."\n    print("resting", flush=True)\n    time.sleep(60)')
    sent = kernel.send("%%responses\ncall rest()")
    kernel.until(sent, lambda cell: "resting" in cell.printed)
    kernel.interrupt()
    cell = kernel.finish(sent)
    one_paragraph(cell, "KeyboardInterrupt: The run was stopped.")
    assert "resting" in cell.printed


def test_the_embedded_server_survives_an_interrupt(kernel: Notebook) -> None:
    kernel.run('%%responses\nsay "yes"')
    pid = kernel.value(f"{SERVER}.pid")
    sent = kernel.send("%%responses\nwrite 3000 words")
    kernel.until(sent, lambda cell: len(str(cell.shown)) > 1500)
    kernel.interrupt()
    kernel.finish(sent)
    assert psutil.pid_exists(pid)
    kernel.run('%%responses\nsay "yes"')
    assert kernel.value(f"{SERVER}.pid") == pid
