"""Figures and prints stay in the cell that asked, whatever a page says and whatever cell runs meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ipykernel
import pytest
from support.started import needs_subshells
from views.kernels import Kernel, running_kernel

from ws_notebook.views.hub import CHANNEL

__all__: list[str] = []

needs_contexts = pytest.mark.skipif(
    ipykernel.version_info[0] < 7, reason="not on this version: ipykernel 6 has one cell for all that is shown"
)

PREPARE = """
%matplotlib inline
import concurrent.futures, pathlib, threading, time
import ipywidgets
import matplotlib.pyplot as plt
import ws_notebook as wsn
from IPython.display import display
from ws_notebook.views.hub import hub
hub()
slider = ipywidgets.IntSlider()
if hasattr(slider.comm, "_reply_subshell_for"):
    # What the page says to it comes by the subshell, as it does where another thread has told it something last.
    slider.comm._reply_subshell_for = None
gates = {name: threading.Event() for name in ("begun", "spoken", "go on")}
print(slider.comm.comm_id)

def figure():
    plt.figure(figsize=(1, 1))
    plt.plot([1, 2])

@wsn.tool
def drawn() -> str:
    "Draws, and waits until somebody has spoken."
    figure()
    gates["begun"].set()
    assert gates["spoken"].wait(30)
    return "drawn"

@wsn.tool
def soon() -> str:
    "Draws."
    figure()
    return "drawn"

session = wsn.Session(provider="local", tools=[drawn, soon])
session.ask('say "warm"')
"""

THREADS = """
class Loud(threading.Thread):
    def run(self):
        print("subclass")

def nested():
    thread = threading.Thread(target=print, args=["nested"])
    thread.start(), thread.join()

@wsn.tool(run_in={place})
def loud() -> str:
    "Prints from threads of every kind."
    gates["begun"].set()
    assert gates["go on"].wait(30)
    threads = [
        threading.Thread(target=print, args=["plain"]), Loud(), threading.Timer(0, print, ["timer"]),
        threading.Thread(target=nested),
    ]
    [(thread.start(), thread.join()) for thread in threads]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(print, "pool").result()
    global late
    late = threading.Thread(target=lambda: (gates["spoken"].wait(30), print("late")))
    late.start()
    print("tool", flush=True)
    return "printed"

chats = wsn.Session(provider="local", tools=[loud])
"""
WORDS = {"subclass", "nested", "plain", "timer", "pool", "late", "tool"}


class Desk:
    """A kernel with the set-up in it, and a page that speaks to it."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        (said,) = (each["content"]["text"] for each in kernel.run(PREPARE) if each["msg_type"] == "stream")
        self.slider = said.strip()
        self.subshell = kernel.create_subshell() if ipykernel.version_info[0] >= 7 else None

    def cell(self, code: str) -> str:
        """Send a cell as JupyterLab does, with its id."""
        content = {
            "code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
            "stop_on_error": True,
        }  # fmt: skip
        message = self.kernel.client.session.msg("execute_request", content, metadata={"cellId": "c1"})
        self.kernel.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def say(self, comm_id: str, data: dict[str, Any]) -> None:
        """Send a message to a comm, and hear that it was worked on."""
        message = self.kernel.client.session.msg("comm_msg", {"comm_id": comm_id, "data": data})
        if self.subshell is not None:
            message["header"]["subshell_id"] = self.subshell
        self.kernel.client.shell_channel.send(message)
        self.hear_end(message["header"]["msg_id"])

    def aside(self, code: str) -> None:
        """Run code beside the cell, and hear that it was run."""
        message = self.kernel.client.session.msg("execute_request", {"code": code, "silent": True})
        message["header"]["subshell_id"] = self.subshell
        self.kernel.client.shell_channel.send(message)
        self.hear_end(message["header"]["msg_id"])

    def hear_end(self, said: str) -> None:
        self.kernel.hear(lambda heard: is_idle(heard) and heard["parent_header"].get("msg_id") == said)

    def figures(self) -> list[str]:
        """The cells or messages that each figure so far belongs to."""
        return [
            message["parent_header"]["msg_id"]
            for message in self.kernel.heard
            if message["msg_type"] == "display_data" and "image/png" in message["content"]["data"]
        ]

    def lines(self) -> dict[str, set[str]]:
        """What was printed so far, by the cell that it belongs to."""
        found: dict[str, str] = {}
        for message in self.kernel.heard:
            if message["msg_type"] == "stream":
                parent = message["parent_header"]["msg_id"]
                found[parent] = found.get(parent, "") + message["content"]["text"]
        return {parent: set(text.split()) for parent, text in found.items()}


def is_idle(message: dict[str, Any]) -> bool:
    return message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with running_kernel() as kernel:
        yield Desk(kernel)


@pytest.fixture(autouse=True)
def _afresh(desk: Desk) -> None:
    desk.kernel.run("[gate.clear() for gate in gates.values()]")
    desk.kernel.heard.clear()


ASKS = {
    "a cell that asks": "figure()\nrun = session.ask('call drawn()')",
    "a cell that waits for a run it shows": (
        "figure()\nrun = session.start('call drawn()'); display(run)\nrun.result(30)\nNone"
    ),
    "a cell that awaits": "figure()\nrun = await session.ask_async('call drawn()')",
}


@needs_subshells
@pytest.mark.parametrize("code", ASKS.values(), ids=ASKS)
def test_figures_stay_in_their_cell_whoever_speaks_meanwhile(desk: Desk, code: str) -> None:
    cell = desk.cell(code)
    desk.aside("gates['begun'].wait(30)")
    desk.say(CHANNEL, {"kind": "hello"})
    desk.say(desk.slider, {"method": "update", "state": {"value": 7}})
    desk.say("nobody's", {})
    desk.aside("gates['spoken'].set()")
    desk.kernel.finish(cell)
    assert desk.figures() == [cell, cell]


@needs_contexts
@pytest.mark.parametrize("kind", ["", "async "])
def test_a_figure_that_a_tool_draws_when_no_cell_runs_belongs_to_the_cell_that_asked(desk: Desk, kind: str) -> None:
    desk.kernel.run(f"@wsn.tool\n{kind}def soon() -> str:\n    'Draws.'\n    figure()\n    return 'drawn'")
    cell = desk.cell("run = session.start('call soon()', tools=[soon])")
    desk.kernel.finish(cell)
    desk.kernel.hear(lambda _: bool(desk.figures()))
    desk.kernel.run("run.result(30)\n1")
    assert desk.figures() == [cell]


def test_a_cell_that_draws_and_awaits_shows_its_figures_when_it_is_over(desk: Desk) -> None:
    cell = desk.cell("figure(); await session.ask_async('call soon()'); print('over', flush=True)")
    kinds = [message["msg_type"] for message in desk.kernel.finish(cell)]
    assert kinds.index("stream") < kinds.index("display_data")
    assert desk.figures() == [cell, cell]


@pytest.mark.parametrize("place", ["thread", pytest.param("kernel", marks=needs_subshells), "executor"])
def test_what_threads_of_a_tool_print_belongs_to_the_cell_that_asked(desk: Desk, place: str) -> None:
    where = "concurrent.futures.ThreadPoolExecutor(1)" if place == "executor" else repr(place)
    desk.kernel.run(THREADS.format(place=where))
    asking = desk.cell("run = chats.start('call loud()')\ndisplay(run)" + ("; run.result(30)" * (place == "kernel")))
    if place == "kernel":
        desk.kernel.hear(lambda message: message["parent_header"].get("msg_id") == asking)
        desk.aside("gates['go on'].set()")
    desk.kernel.finish(asking)
    other = desk.kernel.send("gates['go on'].set(); run.result(30); gates['spoken'].set(); print('other')")
    desk.kernel.finish(other)
    desk.kernel.run("late.join(30) if 'late' in globals() else None")
    desk.kernel.hear(lambda _: "late" in desk.lines().get(asking, set()))
    assert desk.lines()[asking] >= WORDS
    assert desk.lines()[other] == {"other"}


@needs_contexts
def test_what_a_thread_of_a_tool_shows_belongs_to_the_cell_that_asked(desk: Desk) -> None:
    desk.kernel.run("""
@wsn.tool
def shows() -> str:
    "Shows from a thread, later."
    threading.Thread(target=lambda: (gates["go on"].wait(30), display("shown"))).start()
    return "soon"
""")
    asking = desk.cell("run = session.ask('call shows()', tools=[shows])")
    desk.kernel.finish(asking)
    desk.kernel.run("gates['go on'].set()")
    shown = desk.kernel.hear(lambda message: message["msg_type"] == "display_data")
    assert shown["parent_header"]["msg_id"] == asking


def test_a_thread_that_a_cell_begins_is_left_alone(desk: Desk) -> None:
    desk.kernel.run(
        "thread = threading.Thread(target=gates['go on'].wait)\nthread.start()\nassert 'run' not in vars(thread)"
    )
    desk.kernel.run("gates['go on'].set(); thread.join(30)")
