"""Sessions inside a real kernel: where tools run, where their output lands, how an interrupt stops everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.cells import CellError, Notebook
from support.events import answer, call, created, delta, message
from support.peer import Peer, Talk, running_peer
from support.server import RunningServer
from support.started import needs_subshells

__all__: list[str] = []


PREPARE = """
import asyncio, os, sys, threading, time
import ws_notebook as wsn

# What an earlier test left open in this kernel is not counted in a later one.
for each in [each for each in globals().values() if isinstance(each, wsn.Session)]:
    each.close()

def connect(*tools, **options):
    return wsn.Session(provider={url!r}, profile="local", api_key={token!r}, tools=tools, **options)

@wsn.tool
def where() -> str:
    print("in", threading.current_thread().name)
    return "ok"

@wsn.tool
def sleeper() -> str:
    print("asleep", flush=True)
    time.sleep(100)
    return "awake"

@wsn.tool
async def async_sleeper() -> str:
    print("asleep", flush=True)
    await asyncio.sleep(100)
    return "awake"
"""


@pytest.fixture
def notebook(kernel: Notebook, server: RunningServer) -> Notebook:
    """The kernel, with a session's tools defined."""
    kernel.heard.clear()
    kernel.run(PREPARE.format(url=server.base_url, token=server.token))
    return kernel


async def hangs(talk: Talk, request: dict[str, Any]) -> None:
    """Begins the first answer and never ends it."""
    number = len(talk.peer.requests)
    if number == 1:
        await talk.send(created("resp_1"), delta("Hal"))
    else:
        await talk.send(answer(f"resp_{number}", message("Again.")))


@pytest.fixture
def hanging() -> Iterator[Peer]:
    with running_peer(hangs) as peer:
        yield peer


def test_tools_run_on_the_main_thread_of_the_cell_that_asks(notebook: Notebook) -> None:
    notebook.run("s = connect(where)")
    assert notebook.run("run = s.ask('call where() and where()')") == "in MainThread\nin MainThread\n"
    assert (
        notebook.run("print(run.status, [c.status for c in run.tool_calls])")
        == "completed ['completed', 'completed']\n"
    )


def test_tools_of_a_run_that_nobody_waits_for_run_while_the_kernel_is_idle(notebook: Notebook) -> None:
    notebook.run("s = connect(where)")
    cell = notebook.send("run = s.start('call where()')")
    cell.end()
    cell.prints("in MainThread")
    assert notebook.run("print(run.result(20).status)") == "completed\n"


def test_what_a_tool_prints_lands_in_the_cell_that_asked(notebook: Notebook) -> None:
    notebook.run("s = connect(where, threaded := wsn.tool(where.function, name='threaded', run_in='thread'))")
    first = notebook.send("run = s.start('call where() then call threaded()')")
    first.end()
    second = notebook.send("print('second'); _ = run.result(20)")
    second.end()
    first.prints("ws-notebook-tool")
    assert second.printed == "second\n"
    assert first.printed.startswith("in MainThread\n")


def test_awaited_answers_run_their_tools_on_the_loop_meanwhile(notebook: Notebook) -> None:
    notebook.run("s = connect(where)")
    printed = notebook.run("run = await s.ask_async('call where()'); print(run.status)")
    assert printed == "in MainThread\ncompleted\n"


BOUND = """
loop = asyncio.get_running_loop()
lock = asyncio.Lock()
inbox = asyncio.Queue()

@wsn.tool
async def bound() -> str:
    assert asyncio.get_running_loop() is loop
    asyncio.get_running_loop().call_soon(inbox.put_nowait, "from the loop")
    async with lock:
        return await inbox.get()

s = connect(bound)
await asyncio.sleep(0)
"""


@pytest.mark.parametrize("ask", ["s.ask", "await s.ask_async", "s.start"])
def test_coroutines_run_on_the_loop_that_other_cells_use(notebook: Notebook, ask: str) -> None:
    notebook.run(BOUND)
    notebook.run(f"run = {ask}('call bound() then call bound()')")
    printed = notebook.run("print([c.output for c in run.result(20).tool_calls])")
    assert printed == "['from the loop', 'from the loop']\n"


@pytest.mark.parametrize("ask", ["s.ask", "await s.ask_async", "s.start"])
def test_coroutines_of_one_turn_run_beside_each_other(notebook: Notebook, ask: str) -> None:
    notebook.run(
        "met = []\n"
        "@wsn.tool\n"
        "async def meet(n: int) -> int:\n"
        "    met.append(n)\n"
        "    while len(met) < 3:\n"
        "        await asyncio.sleep(0.001)\n"
        "    await asyncio.sleep(0.01 * n)\n"
        "    return n\n"
        "s = connect(meet)\n"
    )
    notebook.run(f"run = {ask}('call meet(n=1) and meet(n=2) and meet(n=3)')")
    assert notebook.run("print([c.output for c in run.result(20).tool_calls])") == "['1', '2', '3']\n"


def test_a_wait_is_as_short_as_asked_for_while_a_coroutine_of_another_run_goes_on(notebook: Notebook) -> None:
    notebook.run("one, other = connect(async_sleeper), connect()")
    cell = notebook.send("background = one.start('call async_sleeper()')")
    cell.end()
    cell.prints("asleep")
    assert notebook.run("print(other.ask('say \"meanwhile\"').text)") == "meanwhile\n"
    with pytest.raises(CellError, match="TimeoutError"):
        notebook.run("background.result(0.05)")
    with pytest.raises(CellError, match="RunCancelled"):
        notebook.run("threading.Timer(0.05, background.cancel).start(); background.result()")
    assert notebook.run("print(background.tool_calls[0].status)") == "cancelled\n"


def test_plain_tools_and_coroutines_take_turns(notebook: Notebook) -> None:
    notebook.run(
        "@wsn.tool\n"
        "async def later(n: int) -> int:\n"
        "    await asyncio.sleep(0.01)\n"
        "    return n\n"
        "@wsn.tool\n"
        "def now(n: int) -> int:\n"
        "    time.sleep(0.01)\n"
        "    return n\n"
        "s = connect(later, now)\n"
    )
    code = "run = s.ask('call later(n=1) and now(n=2) and later(n=3) and now(n=4)')"
    notebook.run(code)
    assert notebook.run("print([c.output for c in run.tool_calls], len(run.turns))") == "['1', '2', '3', '4'] 2\n"


def test_an_interrupt_stops_a_long_answer_and_the_next_cell_works(notebook: Notebook, hanging: Peer) -> None:
    notebook.run(f"s = wsn.Session(provider={hanging.url!r}, model='m')")
    cell = notebook.send(
        "def show(state, change):\n"
        "    print(getattr(change, 'text', ''), end='', flush=True)\n"
        "run = s.start('Hi', watch=lambda run: show)\n"
        "run.result()\n"
    )
    cell.prints("Hal")
    notebook.interrupt()
    with pytest.raises(CellError, match="KeyboardInterrupt"):
        cell.end()
    assert notebook.run("print(run.status, run.text)") == "cancelled Hal\n"
    assert notebook.run("print(s.ask('And?').text)") == "Again.\n"
    texts = [item["content"][0]["text"] for item in hanging.requests[1]["input"]]
    assert texts == ["Hi", "Hal", "And?"]


@pytest.mark.parametrize("sleeper", ["sleeper", "async_sleeper"])
def test_an_interrupt_stops_a_tool_and_the_next_cell_works(notebook: Notebook, sleeper: str) -> None:
    notebook.run(f"s = connect({sleeper})")
    cell = notebook.send(f"run = s.ask('call {sleeper}()')").prints("asleep")
    notebook.interrupt()
    with pytest.raises(CellError, match="KeyboardInterrupt"):
        cell.end()
    printed = notebook.run("run = s.runs[-1]; print(run.status, [c.status for c in run.tool_calls])")
    assert printed == "cancelled ['cancelled']\n"
    assert notebook.run("print(s.ask('say \"next\"').text)") == "next\n"
    assert notebook.run("print(await asyncio.sleep(0, 'loop is well'))") == "loop is well\n"


@pytest.mark.parametrize("sleeper", ["sleeper", "async_sleeper"])
def test_a_run_is_stopped_from_a_thread_while_its_tool_runs(notebook: Notebook, sleeper: str) -> None:
    notebook.run(f"s = connect({sleeper})")
    cell = notebook.send(
        "def stop():\n"
        "    while not (s.runs and any(c.status == 'running' for c in s.runs[-1].tool_calls)):\n"
        "        time.sleep(0.01)\n"
        "    s.runs[-1].cancel()\n"
        "threading.Thread(target=stop).start()\n"
        f"s.ask('call {sleeper}()')\n"
    )
    with pytest.raises(CellError, match="RunCancelled"):
        cell.end()
    assert notebook.run("print(s.ask('say \"next\"').text)") == "next\n"


def test_an_interrupt_stops_a_tool_on_the_idle_loop(notebook: Notebook) -> None:
    notebook.run("s = connect(sleeper)")
    cell = notebook.send("run = s.start('call sleeper()')")
    cell.end()
    cell.prints("asleep")
    notebook.interrupt()
    assert notebook.run("print(run.result(20).tool_calls[0].status)") == "cancelled\n"


@pytest.mark.parametrize("how", ["s.ask", "s.start"])
@pytest.mark.parametrize("kind", ["def", "async def"])
def test_a_tool_that_takes_too_long_is_ended(notebook: Notebook, kind: str, how: str) -> None:
    wait = "time.sleep(100)" if kind == "def" else "await asyncio.sleep(100)"
    notebook.run(f"@wsn.tool(timeout=0.1)\n{kind} slow() -> None:\n    {wait}\ns = connect(slow)")
    notebook.run(f"run = {how}('call slow()')")
    printed = notebook.run("run.result(20); print(run.status, run.tool_calls[0].status, run.tool_calls[0].error)")
    assert printed == "completed timed_out The tool did not finish within 0.1 s.\n"


@pytest.mark.parametrize("how", ["s.ask", "s.start", "await s.ask_async"])
@pytest.mark.parametrize("kind", ["def", "async def"])
def test_a_tool_that_wants_to_exit_does_not_end_the_kernel(notebook: Notebook, kind: str, how: str) -> None:
    notebook.run(f"@wsn.tool\n{kind} leave() -> None:\n    sys.exit(3)\ns = connect(leave)")
    notebook.run(f"run = {how}('call leave()')")
    assert notebook.run("print(run.result(20).tool_calls[0].error)") == "SystemExit: 3\n"


def test_a_call_that_waits_for_a_busy_kernel_says_so(notebook: Notebook) -> None:
    notebook.run("s = connect(where)")
    cell = notebook.send(
        "run = s.start('call where()')\n"
        "while not (run.tool_calls and run.tool_calls[0].timing.spans):\n"
        "    time.sleep(0.01)\n"
        "print([span.kind for span in run.tool_calls[0].timing.spans], run.tool_calls[0].status)\n"
    )
    cell.end()
    assert cell.printed == "['kernel_busy'] queued\n"
    assert notebook.run("print(run.result(20).status)") == "completed\n"
    assert "in MainThread" in cell.printed


def test_a_call_that_waits_behind_another_is_not_said_to_wait_for_the_kernel(notebook: Notebook) -> None:
    notebook.run("@wsn.tool\ndef nap() -> None:\n    time.sleep(0.15)\ns = connect(nap)")
    notebook.run("run = s.ask('call nap() and nap() and nap()')")
    assert notebook.run("print([len(c.timing.spans) for c in run.tool_calls])") == "[0, 0, 0]\n"


def test_waiting_for_one_run_does_the_tools_of_another_and_an_interrupt_ends_only_what_waits(
    notebook: Notebook,
) -> None:
    notebook.run("one, other = connect(sleeper), connect(where)")
    cell = notebook.send(
        "background = one.start('call sleeper()')\n"
        "while [c.status for c in background.tool_calls] != ['queued']:\n"
        "    time.sleep(0.01)\n"
        "other.ask('think 60 seconds')\n"
    )
    cell.prints("asleep")
    notebook.interrupt()
    with pytest.raises(CellError, match="KeyboardInterrupt"):
        cell.end()
    assert notebook.run("print(other.runs[-1].status)") == "cancelled\n"
    printed = notebook.run("print(background.result(20).status, background.tool_calls[0].status)")
    assert printed == "completed cancelled\n"


def test_tools_left_over_when_a_cell_ends_run_on_the_idle_loop(notebook: Notebook) -> None:
    notebook.run(
        "@wsn.tool\ndef nap(n: int) -> int:\n    time.sleep(0.05)\n    return n\none, other = connect(nap), connect()\n"
    )
    notebook.run("background = one.start('call nap(n=1) and nap(n=2) and nap(n=3)')\nother.ask('say \"quick\"')")
    done = notebook.send(
        "for _ in range(500):\n"
        "    if background.done:\n"
        "        break\n"
        "    await asyncio.sleep(0.01)\n"
        "print(background.status)\n"
    )
    assert done.end() == "completed\n"


def test_a_run_waited_for_in_a_thread_has_its_tools_on_the_main_thread(notebook: Notebook) -> None:
    notebook.run("s = connect(where); run = s.start('call where()')")
    notebook.run("t = threading.Thread(target=run.result); t.start()")
    printed = notebook.run(
        "for _ in range(500):\n    if run.done: break\n    await asyncio.sleep(0.01)\nt.join(20); print(run.status)"
    )
    assert "completed" in printed


def test_a_tool_may_ask_another_session(notebook: Notebook) -> None:
    notebook.run(
        "inner = connect(where)\n"
        "@wsn.tool\n"
        "def ask_other() -> str:\n"
        "    return inner.ask('call where()').status\n"
        "s = connect(ask_other)\n"
    )
    printed = notebook.run("print(s.ask('call ask_other()').tool_calls[0].output)")
    assert printed == "in MainThread\ncompleted\n"


def test_input_without_a_front_end_that_answers_is_an_error_of_the_tool(notebook: Notebook) -> None:
    notebook.run("@wsn.tool\ndef question() -> str:\n    return input('?')\ns = connect(question)")
    cell = notebook.client.execute("run = s.ask('call question()')", allow_stdin=False)
    assert cell
    printed = notebook.run("print(run.tool_calls[0].status, run.status)")
    assert printed == "failed completed\n"


async def one_call(talk: Talk, request: dict[str, Any]) -> None:
    number = len(talk.peer.requests)
    if number == 1:
        await talk.send(answer("resp_1", call("c1", "where")))
    else:
        await talk.send(answer("resp_2", message("Done.")))


def test_a_connection_that_is_made_in_one_cell_serves_the_next(notebook: Notebook) -> None:
    with running_peer(one_call) as peer:
        notebook.run(f"s = wsn.Session(provider={peer.url!r}, model='m', tools=[where])")
        assert notebook.run("print(s.ask('Hi').text)") == "in MainThread\nDone.\n"
        assert len(peer.talks) == 1
        notebook.run("s.close()")


@needs_subshells  # before, the warning stands below the cell that made the first session
def test_a_thread_that_waits_for_a_tool_while_the_cell_waits_for_it_says_so_once(notebook: Notebook) -> None:
    notebook.run("s = connect(where)\ndef both():\n    s.ask('call where() then call where()')")
    cell = notebook.send("t = threading.Thread(target=both); t.start(); t.join(20)")
    cell.prints("Tool 'where' waits for the kernel's main thread")
    notebook.interrupt()
    with pytest.raises(CellError, match="KeyboardInterrupt"):
        cell.end()
    assert 'run_in="thread" or ask with session.start()' in cell.printed
    # The main thread is free again, so the run goes on by itself.
    printed = notebook.run("import asyncio\nwhile not s.runs[-1].done:\n    await asyncio.sleep(0.01)\nprint('over')")
    assert printed.endswith("over\n")
    assert cell.printed.count("waits for the kernel's main thread") == 1


@pytest.mark.parametrize("shown", ["", "run", "session.latency()", "session.timeline(run)", "session.panel()"])
def test_a_session_that_is_made_again_in_a_cell_leaves_one_connection(notebook: Notebook, shown: str) -> None:
    cell = f"session = connect(); run = session.ask('say \"one\"'); {shown}"
    for _ in range(10):
        notebook.run(cell)
    counted = """
import gc, psutil
gc.collect()
session._engine.portal.call(lambda: None)
for _ in range(100):
    held = [each for each in psutil.Process().net_connections() if each.status == "ESTABLISHED" and each.raddr]
    found = [each for each in held if each.raddr.port == %d]
    if len(found) == 1:
        break
    time.sleep(0.1)
print(len(found), session.state, run.session is session)
"""
    port = notebook.run("print(session.settings.base_url)").rpartition(":")[2].partition("/")[0]
    assert notebook.run(counted % int(port)) == "1 open True\n"
    notebook.run("session.close(); del session, run")
