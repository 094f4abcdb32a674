from __future__ import annotations

from collections.abc import Callable
from typing import Any

from render.play import HEADER
from support.started import needs_subshells
from views.kernels import Kernel
from views.stage import Stage
from views.test_live import BEGIN, END, Place, outputs

from ws_notebook.render.bundle import MIME_TYPE
from ws_notebook.views.hub import CHANNEL, PANEL, Hub
from ws_notebook.views.live import LiveView

__all__: list[str] = []

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

SHOW = """
from render.play import HEADER
from ws_notebook.views.hub import hub
from ws_notebook.views.live import LiveView
stage = views.stage.Stage()
stage.view = LiveView(
    stage.play.run, HEADER, stage, hub=hub(), clock=stage.clock
)
stage.view.show()
"""


class Post:
    """Takes what a hub sends."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def listen(self, callback: Any) -> None:
        self.hear = callback

    def send(self, data: dict[str, Any]) -> None:
        self.sent.append(data)

    def tell(self, **data: Any) -> None:
        self.hear(data)

    def last(self, kind: str) -> dict[str, Any]:
        return next(each for each in reversed(self.sent) if each.get("kind") == kind)


class NamedPlace(Place):
    id = "d1"


def told(kernel: Kernel, kind: str) -> list[dict[str, Any]]:
    return [
        message["content"]["data"]
        for message in kernel.heard
        if message["msg_type"] == "comm_msg"
        and message["content"]["comm_id"] == CHANNEL
        and message["content"]["data"].get("kind") == kind
    ]


@needs_subshells
def test_a_page_that_draws_runs_itself_follows_one_while_the_cell_blocks(kernel: Kernel) -> None:
    subshell = kernel.create_subshell()

    def post(**data: Any) -> None:
        message = kernel.client.session.msg("comm_msg", {"comm_id": CHANNEL, "data": data})
        message["header"]["subshell_id"] = subshell
        kernel.client.shell_channel.send(message)

    cell = kernel.send(f"{SHOW}{BEGIN}assert stage.stopped.wait(30)\n{END}")
    first = kernel.hear(lambda message: message["msg_type"] == "display_data")["content"]["data"]
    assert WIDGET_VIEW in first
    view = first[MIME_TYPE]["view"]
    post(kind="hello")
    kernel.hear(lambda _: bool(told(kernel, "views")))
    assert told(kernel, "views")[0]["views"][0]["view"] == view
    post(view=view, kind="ready")
    replaced = kernel.hear(lambda message: message["msg_type"] == "update_display_data")
    assert WIDGET_VIEW not in replaced["content"]["data"]
    kernel.hear(lambda _: bool(told(kernel, "snapshot")))
    assert told(kernel, "snapshot")[-1]["run"]["view"] == view
    post(view=view, kind="stop")
    final = outputs(kernel.finish(cell))[-1]["content"]["data"]
    assert final[MIME_TYPE]["status"] == "completed"
    # From now on no widget is made in this kernel.
    (shown, *_) = outputs(kernel.run(SHOW + BEGIN + END))
    assert WIDGET_VIEW not in shown["content"]["data"]


def test_a_page_that_was_away_is_given_the_final_forms_and_told_what_is_unknown() -> None:
    post, place = Post(), NamedPlace()
    hub = Hub(post)
    post.tell(kind="hello")
    with Stage() as stage:
        view = LiveView(stage.play.run, HEADER, stage, display=place, hub=hub, clock=stage.clock)
        stage.view = view
        view.show()
        assert set(place.held[0]) == {MIME_TYPE, "text/html", "text/markdown", "text/plain"}
        stage.act(lambda play: play.send().created("resp_1").text("Hi").completed())
        view.finish(stage.play.run)
        post.tell(kind="hello")
        (known,) = post.last("views")["views"]
        assert (known["view"], known["run"], known["done"]) == ("d1", "r7", True)
        post.tell(view="d1", kind="ready")
        assert post.last("snapshot")["run"]["status"] == "completed"
        post.tell(view="d1", kind="forms")
        assert post.last("forms")["data"] == place.held[-1]
        post.tell(view="other", kind="ready")
        assert post.last("gone")["view"] == "other"


def views(kernel: Kernel) -> str:
    """What the hub would tell a page that asks: of each view its run, whether it is done, and whether it was kept."""
    heard = kernel.run("print([(each['run'], each['done'], each['kept']) for each in hub()._list()])")
    return "".join(message["content"]["text"] for message in heard if message["msg_type"] == "stream").strip()


def cell(kernel: Kernel, cell_id: str, code: str) -> None:
    """Run a cell as a front end does that names its cells."""
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    message = kernel.client.session.msg("execute_request", content, metadata={"cellId": cell_id})
    kernel.client.shell_channel.send(message)
    kernel.finish(message["header"]["msg_id"])


def shows(*runs: str) -> str:
    """A cell that shows these runs and ends them."""
    return "\n".join(SHOW.replace("Stage()", f"Stage({run!r})") + BEGIN + END for run in runs)


def test_a_cell_that_is_run_again_offers_what_it_showed_then_and_nothing_older(kernel: Kernel) -> None:
    kernel.run("from ws_notebook.views.hub import hub\nhub()._views.clear()")
    cell(kernel, "c1", shows("r1"))
    cell(kernel, "c2", shows("r2", "r3"))
    assert views(kernel) == "[('r1', True, False), ('r2', True, False), ('r3', True, False)]"
    cell(kernel, "c1", shows("r4"))
    assert views(kernel) == "[('r2', True, False), ('r3', True, False), ('r4', True, False)]"
    # Code that the cell runs is no other run of the cell.
    cell(kernel, "c1", shows("r5") + "\nget_ipython().run_cell('1 + 1')")
    cell(kernel, "c2", "'no run is shown here any more'")
    assert views(kernel) == "[('r5', True, False)]"


def test_a_page_says_that_the_last_form_is_in_the_notebook() -> None:
    post, place = Post(), NamedPlace()
    hub = Hub(post)
    with Stage() as stage:
        view = LiveView(stage.play.run, HEADER, stage, display=place, hub=hub, clock=stage.clock)
        view.show()
        post.tell(kind="hello")
        assert post.last("views")["views"][0]["kept"] is False
        post.tell(view="d1", kind="kept")
        post.tell(kind="hello")
        assert post.last("views")["views"][0]["kept"] is True


def test_what_is_no_message_is_ignored() -> None:
    post = Post()
    Hub(post)
    post.hear({"content": {}})
    post.hear({"content": {"data": [1]}})
    post.tell(kind="unheard of", view=3)
    assert post.sent == []


def test_the_panel_of_the_sessions_is_one_more_view_and_needs_no_page_that_draws_runs() -> None:
    post = Post()
    hub = Hub(post)
    heard: list[dict[str, Any]] = []
    hub.open_panel(heard.append)
    assert post.sent == [{"view": PANEL, "kind": "here"}]
    post.tell(view=PANEL, kind="watch", client="one")
    assert heard == [{"view": PANEL, "kind": "watch", "client": "one"}]
    assert not hub.heard
    hub.send_soon("d1", {"kind": "delta", "seq": 1}, lambda _, call: None)
    hub.send(PANEL, {"kind": "sessions", "seq": 1})
    assert [each["view"] for each in post.last("many")["messages"]] == ["d1", PANEL]


def test_what_several_views_say_in_one_moment_is_one_message() -> None:
    post = Post()
    hub = Hub(post)
    later: list[Callable[[], None]] = []
    for number in range(3):
        hub.send_soon("d1", {"kind": "delta", "seq": number}, lambda _, call: later.append(call))
    assert (post.sent, len(later)) == ([], 1)
    later.pop()()
    assert [each["seq"] for each in post.sent[0]["messages"]] == [0, 1, 2]
    assert post.sent[0]["kind"] == "many"


def test_what_is_sent_at_once_overtakes_nothing() -> None:
    post = Post()
    hub = Hub(post)
    hub.send_soon("d1", {"kind": "delta", "seq": 1}, lambda _, call: None)
    hub.send("d1", {"kind": "snapshot", "seq": 2})
    assert [each["seq"] for each in post.sent[0]["messages"]] == [1, 2]


def test_on_a_loop_that_is_closed_nothing_is_held_back() -> None:
    post = Post()

    def closed(_: float, call: Callable[[], None]) -> None:
        raise RuntimeError("The loop is closed.")

    Hub(post).send_soon("d1", {"kind": "delta"}, closed)
    assert post.sent == [{"view": "d1", "kind": "delta"}]
