"""The timeline of a run that goes on: a widget that follows it, and stays when it has ended."""

from __future__ import annotations

from render.play import HEADER
from support.started import needs_subshells
from views.kernels import Kernel
from views.stage import Stage
from views.test_live import BEGIN, END, outputs

from ws_notebook.render.bundle import bundle
from ws_notebook.views.parts import release
from ws_notebook.views.timeline import LiveTimeline

__all__: list[str] = []

SHOW = """
from render.play import HEADER
from ws_notebook.views.timeline import LiveTimeline
stage = views.stage.Stage()
stage.view = LiveTimeline(
    stage.play.run, HEADER, stage, clock=stage.clock
)
stage.view.show()
"""


def test_the_widget_holds_the_end_when_the_run_has_ended() -> None:
    with Stage() as stage:
        view = LiveTimeline(stage.play.run, HEADER, stage, clock=stage.clock)
        stage.view = view
        view.show()
        widget = view.widget
        stage.act(lambda play: play.send().created("resp_1").text("Hi"))
        stage.settle()
        assert widget.run["status"] == "in_progress"
        stage.act(lambda play: play.completed())
        view.finish(stage.play.run)
        assert view.widget is widget
        assert widget.run == bundle(stage.play.run, HEADER, now=stage.clock())
        assert widget.run["status"] == "completed"
        release(widget)


@needs_subshells
def test_it_is_told_what_is_new_stops_the_run_and_is_not_closed(kernel: Kernel) -> None:
    subshell = kernel.create_subshell()
    cell = kernel.send(f"{SHOW}{BEGIN}display(stage.view.widget)\nassert stage.stopped.wait(30)\n{END}")
    comm = kernel.widget(cell)
    kernel.await_custom(comm, lambda message: message["kind"] == "delta")
    kernel.tell_widget(comm, {"kind": "stop"}, subshell)
    messages = kernel.finish(cell)
    told = kernel.customs(comm)
    assert (told[-1]["kind"], told[-1]["run"]["status"]) == ("snapshot", "completed")
    assert "comm_close" not in [message["msg_type"] for message in messages]
    # It is where the user put it, and nowhere else.
    assert len(outputs(messages)) == 1
    kernel.tell_widget(comm, {"kind": "frames"}, subshell)
    kernel.await_custom(comm, lambda message: message["kind"] == "frames")
