from __future__ import annotations

import gc
import json
import weakref
from typing import Any

import pytest
from render.play import HEADER, Play
from render.test_delta import Reader
from support.started import needs_subshells
from views.kernels import Kernel, is_opening
from views.stage import Stage

from ws_notebook.render.bundle import MIME_TYPE
from ws_notebook.render.compact import expand
from ws_notebook.render.mime import mime_bundle
from ws_notebook.views.hub import Hub
from ws_notebook.views.live import LiveView, timeline_widget
from ws_notebook.views.messages import Approve, Shown
from ws_notebook.views.parts import release

__all__: list[str] = []

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

SHOW = """
from render.play import HEADER
from ws_notebook.views.live import LiveView
stage = views.stage.Stage()
stage.view = LiveView(stage.play.run, HEADER, stage, clock=stage.clock)
stage.view.show()
"""
BEGIN = "stage.act(lambda play: play.at(0.1).send(), lambda play: play.at(0.2).created('resp_1').text('Hello'))\n"
END = "stage.act(lambda play: play.at(3).text(', world.').completed())\nstage.view.finish(stage.play.run)\n"


def outputs(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kinds = ("display_data", "update_display_data", "stream", "execute_result")
    return [message for message in messages if message["msg_type"] in kinds]


def snapshots(kernel: Kernel, comm: str) -> int:
    return sum(message["kind"] == "snapshot" for message in kernel.customs(comm))


@needs_subshells
def test_a_click_and_a_request_arrive_while_the_cell_blocks(kernel: Kernel) -> None:
    subshell = kernel.create_subshell()
    cell = kernel.send(f"{SHOW}{BEGIN}assert stage.stopped.wait(30)\nprint('stopped')\n{END}")
    comm = kernel.widget(cell)
    kernel.await_custom(comm, lambda message: message["kind"] == "delta")
    # One comes unasked.
    for asked in (1, 2, 3):
        kernel.tell_widget(comm, {"kind": "ready"}, subshell)
        kernel.hear(lambda _, asked=asked: snapshots(kernel, comm) >= asked)  # type: ignore[misc]
    kernel.tell_widget(comm, {"kind": "stop"}, subshell)
    messages = kernel.finish(cell)
    assert "".join(message["content"]["text"] for message in messages if message["msg_type"] == "stream") == "stopped\n"


@needs_subshells
def test_words_arrive_while_the_cell_blocks_and_their_fate_is_shown(kernel: Kernel) -> None:
    subshell = kernel.create_subshell()
    cell = kernel.send(f"{SHOW}{BEGIN}assert stage.stopped.wait(30)\nprint('stopped')\n{END}")
    comm = kernel.widget(cell)
    kernel.await_custom(comm, lambda message: message["kind"] == "delta")
    kernel.tell_widget(comm, {"kind": "steer", "text": "be brief"}, subshell)
    sent = {"text": "be brief", "status": "sent", "error": None}
    kernel.await_custom(comm, lambda message: message.get("head", {}).get("steers") == [sent])
    kernel.tell_widget(comm, {"kind": "steer", "text": " "}, subshell)
    kernel.await_custom(comm, lambda message: len(message.get("head", {}).get("steers", [])) == 2)
    kernel.tell_widget(comm, {"kind": "steer"}, subshell)
    kernel.tell_widget(comm, {"kind": "stop"}, subshell)
    messages = kernel.finish(cell)
    saved = outputs(messages)[-1]["content"]["data"][MIME_TYPE]
    assert [(steer["text"], steer["status"]) for steer in saved["steers"]] == [("be brief", "sent"), (" ", "failed")]
    assert "prompt is empty" in saved["steers"][1]["error"]


def test_words_that_come_after_the_end_are_shown_as_refused() -> None:
    place = Place()
    with Stage() as stage:
        view = finished(stage, place)
        view.receive({"kind": "steer", "text": "be brief"}, place.held.append)
        view.finish(stage.play.run)
        (steer,) = place.held[-1][MIME_TYPE]["steers"]
        assert (steer["text"], steer["status"]) == ("be brief", "failed")
        assert "has ended" in steer["error"]
        assert "steered: be brief (not applied: Run r7 has ended." in place.held[-1]["text/plain"]


def test_the_widget_s_place_is_taken_by_the_saved_form(kernel: Kernel) -> None:
    shown, replaced = outputs(kernel.run(SHOW + BEGIN + END))
    assert (shown["msg_type"], replaced["msg_type"]) == ("display_data", "update_display_data")
    assert WIDGET_VIEW in shown["content"]["data"]
    assert list(replaced["content"]["data"]) == [MIME_TYPE, "text/html", "text/markdown", "text/plain"]
    assert shown["content"]["transient"] == replaced["content"]["transient"]
    assert replaced["content"]["data"][MIME_TYPE]["text"] == "Hello, world."


def test_the_messages_lead_from_the_first_picture_to_the_last(kernel: Kernel) -> None:
    play = "stage.act(*[lambda play, n=n: play.at(1 + n / 100).text(f' {n}') for n in range(200)])\n"
    cell = kernel.send(SHOW + BEGIN + play + END)
    comm = kernel.widget(cell)
    messages = kernel.finish(cell)
    opened = next(message for message in messages if is_opening(message, cell))
    reader = Reader(opened["content"]["data"]["state"]["run"])
    told = kernel.customs(comm)
    for message in told:
        reader.receive(message)
    final = outputs(messages)[-1]["content"]["data"][MIME_TYPE]
    assert reader.run == expand(final)
    assert [message["kind"] for message in told].count("snapshot") >= 1
    assert told[-1]["kind"] == "snapshot"
    assert len(told) < 100


def test_a_finished_widget_is_closed_and_forgotten(kernel: Kernel) -> None:
    kernel.run("import gc, weakref, ipywidgets\nleft = []\n")
    for _ in range(3):
        messages = kernel.run(SHOW + "left.append(weakref.ref(stage.view._widget))\n" + BEGIN + END)
        assert [message["msg_type"] for message in messages].count("comm_close") == 2
    alive = "sum(ref() is not None for ref in left), [type(each).__name__ for each in instances.values()]"
    code = f"stage = None\ngc.collect()\ninstances = ipywidgets.widgets.widget._instances\nprint({alive})"
    printed = outputs(kernel.run(code))
    # The view's code is kept for the runs to come.
    assert "".join(message["content"]["text"] for message in printed) == "0 ['Part']\n"


def test_the_last_picture_can_be_issued_again_by_a_later_cell(kernel: Kernel) -> None:
    kernel.run(SHOW + BEGIN + END)
    (again,) = outputs(kernel.run("stage.view.finish(stage.play.run)"))
    assert again["msg_type"] == "update_display_data"
    assert again["content"]["data"][MIME_TYPE]["status"] == "completed"


@needs_subshells
def test_a_front_end_that_cannot_ask_is_sent_the_whole_from_time_to_time(kernel: Kernel) -> None:
    cell = kernel.send(f"{SHOW}{BEGIN}assert stage.stopped.wait(30)\n{END}")
    comm = kernel.widget(cell)
    kernel.await_custom(comm, lambda message: message["kind"] == "snapshot" and message["run"]["text"] == "Hello")
    kernel.tell_widget(comm, {"kind": "stop"}, kernel.create_subshell())
    kernel.finish(cell)


class Place:
    """Takes what a display is handed."""

    def __init__(self) -> None:
        self.held: list[dict[str, Any]] = []

    def show(self, data: dict[str, Any]) -> None:
        self.held.append(data)

    replace = show


def shown(stage: Stage, place: Place) -> LiveView:
    view = LiveView(stage.play.run, HEADER, stage, display=place, clock=stage.clock)  # type: ignore[arg-type]
    stage.view = view
    view.show()
    return view


def finished(stage: Stage, place: Place) -> LiveView:
    view = shown(stage, place)
    stage.act(Play.send, lambda play: play.created("resp_1").text("Hi").completed())
    return view


def test_without_a_kernel_it_still_ends_with_the_saved_form() -> None:
    place = Place()
    with Stage() as stage:
        finished(stage, place).finish(stage.play.run)
        assert place.held[-1] == mime_bundle(stage.play.run, HEADER)
        assert WIDGET_VIEW in place.held[0]


def test_changes_after_the_end_are_of_no_consequence() -> None:
    place = Place()
    with Stage() as stage:
        view = finished(stage, place)
        view.finish(stage.play.run)
        view.observe(stage.play.run, stage.play.changes[0])
        stage.settle()
        assert len(place.held) == 2


def test_a_picture_that_fails_costs_a_warning_and_not_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the front end is gone")

    place = Place()
    with Stage() as stage:
        view = shown(stage, place)
        monkeypatch.setattr(view, "_send", broken)
        stage.act(lambda play: play.send().created("resp_1").text("Hi").completed())
        stage.settle()
        monkeypatch.undo()
        with pytest.warns(RuntimeWarning, match="the front end is gone"):
            view.finish(stage.play.run)
        view.finish(stage.play.run)
        assert place.held[-1] == mime_bundle(stage.play.run, HEADER)


def test_a_timeline_is_a_widget_with_the_run_as_it_stands() -> None:
    play = Play().send().created("resp_1").text("Hi")
    widget = timeline_widget(play.run, HEADER)
    assert widget.run["text"] == "Hi"
    reference = weakref.ref(widget)
    release(widget)
    del widget
    gc.collect()
    assert reference() is None


@needs_subshells
def test_a_decision_arrives_while_the_cell_blocks_and_its_refusal_is_told(kernel: Kernel) -> None:
    subshell = kernel.create_subshell()
    refuses = (
        "from ws_notebook.views.messages import Approve\n"
        "stage.refusal = lambda verdict: 'days: not a number' if isinstance(verdict, Approve) else ''\n"
    )
    cell = kernel.send(f"{SHOW}{refuses}{BEGIN}assert stage.stopped.wait(30)\nprint(stage.decided)\n{END}")
    comm = kernel.widget(cell)
    kernel.await_custom(comm, lambda message: message["kind"] == "delta")
    about = {"kind": "decide", "turn": "r7.1", "call": "call_1"}
    kernel.tell_widget(comm, {**about, "verdict": "shown", "more": None}, subshell)
    kernel.tell_widget(comm, {**about, "verdict": "approve", "more": "bad"}, subshell)
    kernel.await_custom(
        comm,
        lambda message: (
            message == {"kind": "problem", "turn": "r7.1", "call": "call_1", "message": "days: not a number"}
        ),
    )
    kernel.tell_widget(comm, {**about, "verdict": "anything"}, subshell)
    kernel.tell_widget(comm, {"kind": "decide", "verdict": "deny"}, subshell)
    kernel.tell_widget(comm, {"kind": "stop"}, subshell)
    messages = kernel.finish(cell)
    printed = "".join(message["content"]["text"] for message in messages if message["msg_type"] == "stream")
    assert printed == f"{[Shown('r7.1', 'call_1'), Approve('r7.1', 'call_1', 'bad')]}\n"


class NamedPlace(Place):
    id = "d1"


class Post:
    """Takes what a hub sends, and speaks as a page does."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def listen(self, callback: Any) -> None:
        self.hear = callback

    def send(self, data: dict[str, Any]) -> None:
        self.sent.append(data)

    def tell(self, **data: Any) -> dict[str, Any]:
        """What is answered last."""
        self.hear(data)
        return self.sent[-1]


def test_long_arguments_are_approved_once_all_of_them_were_asked_for() -> None:
    path = "x" * 30_000
    post = Post()
    with Stage() as stage:
        view = LiveView(
            stage.play.run,
            HEADER,
            stage,
            hub=Hub(post),
            display=NamedPlace(),
            clock=stage.clock,  # type: ignore[arg-type]
        )
        view.show()
        stage.act(lambda play: play.send().created("resp_1").call("call_1", "remove", path=path))
        about = {"view": "d1", "turn": "r7.1", "call": "call_1"}
        refused = post.tell(**about, kind="decide", verdict="approve")
        assert refused["kind"] == "problem"
        assert "of which 20000 are shown: show them all, then approve" in refused["message"]
        post.tell(**about, kind="decide", verdict="approve", more='{"path": "mine"}')
        assert json.loads(post.tell(**about, kind="arguments")["text"]) == {"path": path}
        post.tell(**about, kind="decide", verdict="approve")
        post.tell(**{**about, "call": "unknown"}, kind="arguments")
        assert stage.decided == [Approve("r7.1", "call_1", '{"path": "mine"}'), Approve("r7.1", "call_1")]
