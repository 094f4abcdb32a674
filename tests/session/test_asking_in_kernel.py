"""Approval inside a real kernel with no widgets: input() in the cell that waits, and the ways round it."""

from __future__ import annotations

import pytest
from support.cells import Cell, CellError, Notebook
from support.server import RunningServer

__all__: list[str] = []


PREPARE = """
import os, sys, threading, time
import ws_notebook as wsn

made = []

@wsn.tool(approve=True)
def remove(path: str) -> str:
    made.append(path)
    return "removed " + path

def connect(*tools, **options):
    return wsn.Session(provider={url!r}, profile="local", api_key={token!r}, tools=tools or [remove], **options)

def told(run):
    return [(call.status, call.decision) for call in run.tool_calls]

s = connect()
"""
SHOW = "print(told(run), made, run.status)"


@pytest.fixture
def notebook(kernel: Notebook, server: RunningServer) -> Notebook:
    """The kernel, with a session and a tool that needs approval."""
    kernel.heard.clear()
    kernel.run(PREPARE.format(url=server.base_url, token=server.token))
    return kernel


def asked(notebook: Notebook, cell: Cell) -> str:
    """Wait for what the cell asks by input()."""
    message = notebook.client.get_stdin_msg(timeout=30)
    assert message["parent_header"]["msg_id"] == cell.ident
    return str(message["content"]["prompt"])


def test_a_cell_that_waits_asks_and_goes_on_by_the_answer(notebook: Notebook) -> None:
    cell = notebook.send('run = s.ask(\'call remove(path="a") and remove(path="b") and remove(path="c")\')')
    assert asked(notebook, cell).startswith('remove({"path":"a"})\nRun it?')
    notebook.client.input("y")
    assert asked(notebook, cell).startswith('remove({"path":"b"})')
    notebook.client.input("n keep that one")
    assert asked(notebook, cell).startswith('remove({"path":"c"})')
    notebook.client.input('{"path": 3}')
    assert "path" in asked(notebook, cell).partition('remove({"path":"c"})')[0]
    notebook.client.input('{"path": "d"}')
    cell.end()
    printed = notebook.run(SHOW)
    told = [("completed", "approved"), ("denied", "denied"), ("completed", "edited")]
    assert printed == f"{told} ['a', 'd'] completed\n"
    assert notebook.run("print(run.tool_calls[1].error, run.tool_calls[0].approval_ms > 0)") == "keep that one True\n"


def test_a_cell_that_awaits_asks_too(notebook: Notebook) -> None:
    cell = notebook.send("run = await s.ask_async('call remove(path=\"a\")')")
    assert asked(notebook, cell).startswith('remove({"path":"a"})')
    notebook.client.input("y")
    cell.end()
    assert notebook.run(SHOW) == "[('completed', 'approved')] ['a'] completed\n"


def test_a_front_end_without_input_denies_and_says_what_to_do(notebook: Notebook) -> None:
    notebook.client.execute("run = s.ask('call remove(path=\"a\")')", allow_stdin=False)
    assert notebook.run(SHOW) == "[('denied', 'unattended')] [] completed\n"
    assert "Decide in code (session.on_approval)" in notebook.run("print(run.tool_calls[0].error)")


def test_in_the_background_nobody_is_asked_until_a_cell_waits(notebook: Notebook) -> None:
    notebook.run("run = s.start('call remove(path=\"a\")')")
    waits = "while not told(run) or told(run)[0][0] != 'awaiting_approval':\n    time.sleep(0.01)\n"
    notebook.run(waits)
    cell = notebook.send("run.result(20)")
    assert asked(notebook, cell).startswith('remove({"path":"a"})')
    notebook.client.input("y")
    cell.end()
    assert notebook.run(SHOW) == "[('completed', 'approved')] ['a'] completed\n"


def test_another_cell_decides_about_a_run_in_the_background(notebook: Notebook) -> None:
    notebook.run("run = s.start('call remove(path=\"a\")')")
    waits = "while not told(run) or told(run)[0][0] != 'awaiting_approval':\n    time.sleep(0.01)\n"
    notebook.run(f"{waits}run.tool_calls[0].deny('not now')")
    assert notebook.run("run.result(20)\n" + SHOW) == "[('denied', 'denied')] [] completed\n"


def test_an_interrupt_at_the_question_stops_the_run_and_the_next_cell_works(notebook: Notebook) -> None:
    cell = notebook.send("s.ask('call remove(path=\"a\")')")
    asked(notebook, cell)
    notebook.interrupt()
    with pytest.raises(CellError, match="KeyboardInterrupt"):
        cell.end()
    assert notebook.run("run = s.runs[-1]\n" + SHOW) == "[('cancelled', '')] [] cancelled\n"
    assert notebook.run("print(s.ask('say \"next\"').text)") == "next\n"


def test_a_decision_in_code_withdraws_the_question(notebook: Notebook) -> None:
    cell = notebook.send(
        "decide = threading.Timer(0.5, lambda: s.runs[-1].tool_calls[0].approve({'path': 'z'}))\n"
        "decide.start()\n"
        "run = s.ask('call remove(path=\"a\")')\n"
    )
    asked(notebook, cell)
    cell.end()
    assert notebook.run(SHOW) == "[('completed', 'edited')] ['z'] completed\n"
    # An answer that comes too late is nobody's, and the next question is asked anew.
    notebook.client.input("y")
    cell = notebook.send("print(input('name? '))")
    assert asked(notebook, cell) == "name? "
    notebook.client.input("Ada")
    assert cell.end() == "Ada\n"


def test_when_the_time_is_over_the_question_is_withdrawn(notebook: Notebook) -> None:
    cell = notebook.send(
        "hasty = wsn.tool(remove, approve=wsn.Approval(timeout=2))\n"
        "s = connect(hasty)\n"
        "run = s.ask('call remove(path=\"a\")')\n"
    )
    asked(notebook, cell)
    cell.end()
    assert notebook.run(SHOW) == "[('denied', 'timeout')] [] completed\n"


def test_the_tool_prints_where_the_question_was_asked(notebook: Notebook) -> None:
    notebook.run(
        "@wsn.tool(approve=True)\n"
        "def shout(word: str) -> None:\n"
        "    print(word, threading.current_thread().name)\n"
        "s = connect(shout)\n"
    )
    cell = notebook.send("run = s.ask('call shout(word=\"hey\")')")
    asked(notebook, cell)
    notebook.client.input("y")
    assert cell.end() == "hey MainThread\n"


# Ctrl-C and time limits, in other cases than one sleeping function.


SLEEPERS = """
gate = threading.Event()

@wsn.tool
def sleeper(n: int, ctx: wsn.Context) -> str:
    while not ctx.call.turn.done:
        time.sleep(0.01)
    print("asleep", n, flush=True)
    time.sleep(100)

@wsn.tool(run_in="thread")
def threaded(n: int) -> str:
    gate.wait(100)
    return "awake"

@wsn.tool
def chatty() -> str:
    for n in range(1000):
        print("part", n, flush=True)
        yield n
        time.sleep(0.1)

@wsn.tool
def asks() -> str:
    return input("who? ")

interrupts = []

@wsn.tool(timeout=0.3)
def stubborn() -> str:
    print("stubborn", flush=True)
    until = time.monotonic() + 2
    while time.monotonic() < until:
        try:
            time.sleep(0.05)
        except KeyboardInterrupt:
            interrupts.append(time.monotonic())
    return "in the end"

s = connect(sleeper, threaded, chatty, asks, stubborn)
"""


def test_an_interrupt_cancels_every_call_of_the_turn_and_the_model_is_told(notebook: Notebook) -> None:
    notebook.run(SLEEPERS)
    cell = notebook.send("s.ask('say \"Before.\" call threaded(n=1) and sleeper(n=2) and sleeper(n=3)')")
    cell.prints("asleep 2")
    notebook.interrupt()
    with pytest.raises(CellError, match="KeyboardInterrupt"):
        cell.end()
    printed = notebook.run("run = s.runs[-1]\nprint(run.status, run.text, [c.status for c in run.tool_calls])")
    assert printed == "cancelled Before. ['cancelled', 'cancelled', 'cancelled']\n"
    notebook.run("gate.set()\nnext_run = s.ask('say \"next\"')")
    printed = notebook.run(
        "told = [item['call_id'] for item in next_run.items\n"
        "        if item['type'] == 'function_call_output' and 'cancelled' in item['output']]\n"
        "print(told == [c.call_id for c in run.tool_calls], next_run.text)"
    )
    assert printed == "True next\n"
    assert "asleep 3" not in cell.printed


@pytest.mark.parametrize("name", ["chatty", "asks"])
def test_an_interrupt_ends_a_generator_and_a_tool_that_asks(notebook: Notebook, name: str) -> None:
    notebook.run(SLEEPERS)
    cell = notebook.send(f"s.ask('call {name}()')")
    if name == "asks":
        assert asked(notebook, cell) == "who? "
    else:
        cell.prints("part 1")
    notebook.interrupt()
    with pytest.raises(CellError, match="KeyboardInterrupt"):
        cell.end()
    assert notebook.run("print([c.status for c in s.runs[-1].tool_calls])") == "['cancelled']\n"
    assert notebook.run("print(s.ask('say \"next\"').text)") == "next\n"


def test_a_tool_that_ignores_its_time_limit_is_interrupted_once_and_said_to_run_on(notebook: Notebook) -> None:
    notebook.run(SLEEPERS)
    notebook.run("run = s.ask('call stubborn()')\ncall = run.tool_calls[0]")
    printed = notebook.run("print(len(interrupts), run.status, call.error)")
    assert printed.startswith("1 completed The tool did not finish within 0.3 s.")
    assert "may still be running" in printed
    assert notebook.run("print(call.status)") == "late\n"
