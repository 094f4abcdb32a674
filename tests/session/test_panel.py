"""The channel of the session panel: silent while nobody looks, few messages while somebody does, wishes fulfilled."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.cells import Notebook
from support.events import created, delta
from support.peer import Peer, Talk, running_peer
from support.server import RunningServer
from support.started import needs_subshells

from ws_notebook import Session
from ws_notebook.session import panel as panel_module
from ws_notebook.session.panel import Outlet, panels
from ws_notebook.views.hub import PANEL, TARGET

__all__: list[str] = []

Open = Callable[..., Session]


class Reader:
    """A front end: what it was told, and when that is enough."""

    def __init__(self, only: Session | None = None) -> None:
        self.arrived: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.heard: list[dict[str, Any]] = []
        self.outlet: Outlet = panels().outlet(self.arrived.put, only)

    def tell(self, kind: str, **fields: Any) -> None:
        self.outlet.receive({"kind": kind, "client": "one", **fields})

    def hear(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            message = self.arrived.get(timeout=20)
            self.heard.append(message)
            if wanted(message):
                return message

    def row(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first row of a run that is `wanted`."""

        def found(message: dict[str, Any]) -> list[dict[str, Any]]:
            told = message.get("sessions", [])
            return [row for session in told for row in session["runs"] if wanted(row)]

        return found(self.hear(lambda message: bool(found(message))))[0]

    def key(self) -> str:
        """The key of the only session."""
        (told,) = self.hear(lambda message: message["kind"] == "sessions" and message["whole"])["sessions"]
        return str(told["id"])


def settled() -> None:
    """Whatever was given to the loop before has been done."""
    panels().portal.call(lambda: None)


def test_nothing_is_told_while_nobody_looks(local: Open) -> None:
    session = local()
    reader = Reader(session)
    session.ask('say "one"')
    settled()
    assert reader.arrived.empty()
    reader.tell("watch")
    assert reader.row(lambda row: row["id"] == "r1")["status"] == "completed"
    reader.tell("unwatch")
    session.ask('say "two"')
    settled()
    assert reader.arrived.empty()


def test_a_run_is_followed_in_few_messages_numbered_without_a_gap(local: Open) -> None:
    session = local()
    reader = Reader(session)
    reader.tell("watch")
    reader.key()
    session.ask("write 2000 words")
    reader.row(lambda row: row["status"] == "completed")
    assert [message["seq"] for message in reader.heard] == list(range(1, len(reader.heard) + 1))
    assert len(reader.heard) < 30
    assert [message["whole"] for message in reader.heard] == [True] + [False] * (len(reader.heard) - 1)


def test_who_asks_anew_is_told_everything_anew(local: Open) -> None:
    session = local()
    session.ask('say "one"')
    reader = Reader(session)
    reader.tell("watch")
    reader.row(lambda row: row["id"] == "r1")
    reader.tell("watch")
    assert reader.hear(lambda message: message["whole"])["seq"] == 2


def test_one_session_is_shown_to_its_own_panel_only(local: Open) -> None:
    session, other = local(), local()
    reader = Reader(session)
    reader.tell("watch")
    reader.key()
    other.ask('say "one"')
    session.ask('say "two"')
    found = reader.row(lambda row: row["status"] == "completed")
    assert found["prompt"] == 'say "two"'


async def hangs(talk: Talk, request: dict[str, Any]) -> None:
    """Begins an answer and never ends it."""
    await talk.send(created(f"resp_{len(talk.peer.requests)}"), delta("Hal"))


@pytest.fixture
def hanging() -> Iterator[Peer]:
    with running_peer(hangs) as peer:
        yield peer


def test_a_run_can_be_stopped(opened: Open, hanging: Peer) -> None:
    session = opened(hanging.url)
    reader = Reader(session)
    reader.tell("watch")
    key = reader.key()
    run = session.start("Anything?")
    reader.row(lambda row: row["doing"] == "text")
    reader.tell("stop", session=key, run=run.id)
    assert reader.row(lambda row: row["status"] != "in_progress")["status"] == "cancelled"
    session.start("Anything else?")
    second = reader.row(lambda row: row["doing"] == "text")
    reader.tell("stop", session=key, run=second["id"])
    assert reader.row(lambda row: row["status"] != "in_progress")["status"] == "cancelled"


def test_a_session_can_be_warmed_up_and_reset(local: Open) -> None:
    session = local()
    reader = Reader(session)
    reader.tell("watch")
    key = reader.key()
    reader.tell("warm_up", session=key)
    assert reader.row(lambda row: row["status"] == "completed")["cell"] is None
    reader.tell("reset", session=key)
    reader.hear(lambda message: message["sessions"][0]["forgotten"] == ["r1"])
    assert session.runs == []


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"kind": "reset", "session": "s0"}, "That session is gone."),
        ({"kind": "dance"}, "does not know 'dance'"),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_answered_in_words(local: Open, wish: dict[str, Any], words: str) -> None:
    session = local()
    reader = Reader(session)
    reader.tell("watch")
    key = reader.key()
    reader.tell(**{"session": key, **wish})
    assert words in reader.hear(lambda message: message["kind"] == "notice")["text"]


def test_a_provider_without_warm_up_says_so(opened: Open, server: RunningServer) -> None:
    session = opened(server.base_url, profile="open")
    reader = Reader(session)
    reader.tell("watch")
    reader.tell("warm_up", session=reader.key())
    assert "has no warm-up" in reader.hear(lambda message: message["kind"] == "notice")["text"]


def test_what_is_no_message_does_no_harm(local: Open) -> None:
    session = local()
    reader = Reader(session)
    for nonsense in (None, 3, "watch", [], {}, {"kind": "watch"}, {"kind": "watch", "client": 3}):
        reader.outlet.receive(nonsense)
    settled()
    assert reader.heard == []
    reader.tell("watch")
    reader.key()


def test_who_does_not_answer_the_roll_call_is_told_no_more(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel_module, "_ROLL_CALL", 0.0)
    monkeypatch.setattr(panel_module, "_BEAT", 0.05)
    session = local()
    reader = Reader(session)
    reader.tell("watch")
    reader.key()
    reader.hear(lambda message: message["kind"] == "who_is_there")
    reader.tell("watch", here=True)
    # Whoever answers is asked again; who does not is asked no third time.
    reader.hear(lambda message: message["kind"] == "who_is_there")
    while reader.outlet._watchers:
        settled()
    session.ask('say "one"')
    settled()
    assert all(message["kind"] == "who_is_there" for message in list(drained(reader)))


def test_a_front_end_that_cannot_be_heard_yet_is_told_unasked_until_one_is(local: Open) -> None:
    session = local()
    reader = Reader(session)
    reader.outlet._owner.portal.post(reader.outlet.tell_unasked)
    session.ask('say "one"')
    assert reader.row(lambda row: row["status"] == "completed")["id"] == "r1"
    reader.tell("watch")
    reader.hear(lambda message: message["whole"])
    reader.tell("unwatch")
    session.ask('say "two"')
    settled()
    assert reader.arrived.empty()


def test_it_is_told_unasked_for_a_while_only(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel_module, "_UNASKED", 0.0)
    session = local()
    reader = Reader(session)
    reader.outlet._owner.portal.post(reader.outlet.tell_unasked)
    while not reader.outlet._present or reader.outlet._watchers:
        settled()
    list(drained(reader))
    session.ask('say "one"')
    settled()
    assert reader.arrived.empty()


def drained(reader: Reader) -> Iterator[dict[str, Any]]:
    while not reader.arrived.empty():
        yield reader.arrived.get()


@needs_subshells
def test_a_kernel_announces_its_first_session_and_hears_while_a_cell_runs(kernel: Notebook, hanging: Peer) -> None:
    assert comms(kernel) == []
    kernel.run(
        f"import ws_notebook as wsn\ns = wsn.Session(provider={hanging.url!r}, model='demo', api_key='a-key-for-tests')"
    )
    (comm,) = comms(kernel)
    assert [message["kind"] for message in told(kernel, comm)] == ["here"]
    subshell = create_subshell(kernel)
    cell = kernel.send("try:\n    s.ask('Anything?')\nexcept wsn.WsNotebookError as error:\n    print(error)")
    tell(kernel, comm, {"kind": "watch", "client": "one"}, subshell)
    kernel.hear(lambda: any(row["doing"] == "text" for row in told_rows(kernel, comm)))
    (session,) = {session["id"] for message in told(kernel, comm) for session in message.get("sessions", [])}
    tell(kernel, comm, {"kind": "stop", "session": session, "run": "r1"}, subshell)
    assert "stopped" in cell.end()
    kernel.hear(lambda: any(row["status"] == "cancelled" for row in told_rows(kernel, comm)))
    kernel.client.session.send(kernel.client.shell_channel.socket, "comm_close", {"comm_id": comm, "data": {}})
    kernel.run("wsn.Session(provider='local')")
    assert comms(kernel) == [comm]


def comms(kernel: Notebook) -> list[str]:
    """The panel's channels that the kernel tells of."""
    asked = kernel.client.comm_info(target_name=TARGET)
    while True:
        reply = kernel.client.get_shell_msg(timeout=20)
        if reply["parent_header"].get("msg_id") == asked:
            return list(reply["content"]["comms"])


def told(kernel: Notebook, comm: str) -> list[dict[str, Any]]:
    """What was told of the sessions."""
    messages = [each["content"] for each in kernel.heard if each["msg_type"] == "comm_msg"]
    return [content["data"] for content in messages if content["comm_id"] == comm and content["data"]["view"] == PANEL]


def told_rows(kernel: Notebook, comm: str) -> list[dict[str, Any]]:
    sessions = [each for message in told(kernel, comm) for each in message.get("sessions", [])]
    return [row for session in sessions for row in session["runs"]]


def tell(kernel: Notebook, comm: str, data: dict[str, Any], subshell: str) -> None:
    """As JupyterLab sends it."""
    message = kernel.client.session.msg("comm_msg", {"comm_id": comm, "data": {"view": PANEL, **data}})
    message["header"]["subshell_id"] = subshell
    kernel.client.shell_channel.send(message)


def create_subshell(kernel: Notebook) -> str:
    kernel.client.control_channel.send(kernel.client.session.msg("create_subshell_request"))
    return str(kernel.client.control_channel.get_msg(timeout=20)["content"]["subshell_id"])
