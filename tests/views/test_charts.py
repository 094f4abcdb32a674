from __future__ import annotations

import threading

from render.play import HEADER, Play, capitals
from views.kernels import Kernel

from ws_notebook.core.run import RunState
from ws_notebook.render.latency import LATENCY_KINDS
from ws_notebook.views.charts import LatencyChart, latency_picture, percentile, timeline_picture

__all__: list[str] = []


def nothing_later(_delay: float, _callback: object) -> None:
    return


def test_each_kind_of_time_is_a_bar_in_a_stack_of_each_turn() -> None:
    chart = LatencyChart(lambda: [capitals().run], call_later=nothing_later)
    assert chart.figure.layout.barmode == "stack"
    assert [bar.name for bar in chart.figure.data] == [*LATENCY_KINDS, "median", "95th percentile"]
    bars = {bar.name: dict(zip(bar.x, bar.y, strict=True)) for bar in chart.figure.data}
    assert bars["reasoning"] == {"r7.1": 340, "r7.2": 0, "r7.3": 0}
    assert bars["tool"]["r7.1"] == 440


def test_percentiles_are_of_the_whole_time_of_a_turn() -> None:
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0.0, 0.5, 0.75, 1.0)] == [1.0, 2.0, 2.5, 3.0]
    chart = LatencyChart(lambda: [capitals().run], call_later=nothing_later)
    traces = {trace.name: trace for trace in chart.figure.data}
    totals = [sum(each) for each in zip(*(traces[kind].y for kind in LATENCY_KINDS), strict=True)]
    assert tuple(traces["median"].y) == (sorted(totals)[1],) * 3


def test_turns_of_another_session_are_markers_in_their_order() -> None:
    beside = [capitals().run]
    chart = LatencyChart(lambda: [capitals().run], call_later=nothing_later, beside=lambda: beside, name="http")
    markers = chart.figure.data[-1]
    assert (markers.name, markers.mode, len(markers.y)) == ("http", "markers", 3)
    beside.append(Play(run_id="r9").at(1.0).send().run)
    chart.update()
    assert tuple(markers.x) == ("r7.1", "r7.2", "r7.3")


def test_the_figure_follows_the_runs_in_place() -> None:
    runs: list[RunState] = []
    due: list[object] = []
    chart = LatencyChart(lambda: runs, call_later=lambda _delay, callback: due.append(callback))
    figure = chart.figure
    assert tuple(figure.data[0].x) == ()
    runs.append(capitals().run)
    chart.touch()
    chart.touch()
    assert len(due) == 1
    due[0]()  # type: ignore[operator]
    assert tuple(figure.data[0].x) == ("r7.1", "r7.2", "r7.3")
    assert chart.figure is figure


def test_a_turn_in_progress_grows_by_the_clock_and_is_no_part_of_the_percentiles() -> None:
    done, play = capitals(), Play(run_id="r8").send().at(0.5).created("resp_1").text("Hi").at(1)
    now = [play.now]
    chart = LatencyChart(lambda: [done.run, play.run], call_later=nothing_later, clock=lambda: now[0])
    traces = {trace.name: trace for trace in chart.figure.data}
    alone = LatencyChart(lambda: [done.run], call_later=nothing_later)
    before, median = traces["text"].y[-1], traces["median"].y[0]
    assert median == next(trace for trace in alone.figure.data if trace.name == "median").y[0]
    now[0] += 2
    chart.update()
    assert traces["text"].y[-1] == before + 2000
    assert traces["median"].y[0] == median


def test_a_chart_with_no_turn_says_so() -> None:
    runs: list[RunState] = []
    chart = LatencyChart(lambda: runs, call_later=nothing_later)
    assert [note.text for note in chart.figure.layout.annotations] == ["No turn yet."]
    runs.append(capitals().run)
    chart.update()
    assert not chart.figure.layout.annotations


def test_threads_may_update_it_together() -> None:
    runs = [Play(run_id=f"r{number}").run for number in range(10, 30)]
    chart = LatencyChart(lambda: list(runs), call_later=nothing_later)
    threads = [threading.Thread(target=lambda: (runs.append(capitals().run), chart.update())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chart.update()
    assert len(chart.figure.data[0].x) == 23


def test_what_did_not_change_is_not_sent(kernel: Kernel) -> None:
    kernel.run(
        "from render.play import capitals\n"
        "from ws_notebook.views.charts import LatencyChart\n"
        "runs = []\n"
        "chart = LatencyChart(lambda: runs, call_later=print)\n"
    )
    messages = kernel.run("runs.append(capitals().run)\nchart.update()")
    assert "comm_msg" in [message["msg_type"] for message in messages]
    assert "comm_msg" not in [message["msg_type"] for message in kernel.run("chart.update()")]


def test_the_message_that_opens_it_holds_all_of_it(kernel: Kernel) -> None:
    heard = kernel.run(
        "from render.play import capitals\n"
        "from ws_notebook.views.charts import LatencyChart\n"
        "chart = LatencyChart(lambda: [capitals().run], call_later=print)\n"
    )
    opened = [each["content"]["data"]["state"] for each in heard if each["msg_type"] == "comm_open"]
    (state,) = [each for each in opened if "_widget_data" in each]
    assert [trace["x"] for trace in state["_widget_data"]] == [["r7.1", "r7.2", "r7.3"]] * len(state["_widget_data"])
    assert state["_widget_layout"]["barmode"] == "stack"


def test_static_pictures_are_the_results_of_cells(kernel: Kernel) -> None:
    code = (
        "from render.play import HEADER, capitals\n"
        "from ws_notebook.views.charts import latency_picture, timeline_picture\n"
    )
    for call in ("latency_picture([capitals().run])", "timeline_picture(capitals().run, HEADER)"):
        (result,) = [message for message in kernel.run(code + call) if message["msg_type"] == "execute_result"]
        assert set(result["content"]["data"]) == {"text/html", "text/plain"}
        assert result["content"]["data"]["text/html"].count('<img src="data:image/svg+xml;base64,') == 1


def test_static_pictures_are_text_in_a_terminal() -> None:
    run = capitals().run
    assert repr(latency_picture([run])).splitlines()[1].split()[0] == "r7.1"
    assert repr(timeline_picture(run, HEADER)).startswith("turn 1: 0.80 s")


def test_what_comes_while_a_message_of_the_page_is_handled_is_sent_behind_it(kernel: Kernel) -> None:
    kernel.run(
        "import threading\n"
        "from render.play import capitals\n"
        "from ws_notebook.views.charts import LatencyChart\n"
        "runs, due = [], []\n"
        "chart = LatencyChart(lambda: runs, call_later=lambda _, callback: due.append(callback))\n"
        "def elsewhere(work):\n"
        "    thread = threading.Thread(target=work)\n"
        "    thread.start()\n"
        "    thread.join()\n"
        "class Message(dict):\n"
        "    def __getitem__(self, key):\n"
        "        chart.touch()\n"
        "        elsewhere(lambda: due.pop(0)())\n"
        "        return super().__getitem__(key)\n"
    )
    heard = kernel.run("runs.append(capitals().run)\nchart.figure.set_state(Message(_js2py_layoutDelta=None))\n")
    heard += kernel.run("while due:\n    elsewhere(due.pop(0))")
    states = [message["content"]["data"]["state"] for message in heard if message["msg_type"] == "comm_msg"]
    drawn = [state["_py2js_update"] for state in states if state.get("_py2js_update")]
    assert [update["style_data"]["x"][0] for update in drawn] == [["r7.1", "r7.2", "r7.3"]]
