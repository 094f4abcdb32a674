from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from render.play import HEADER, Play, capitals
from views.notebooks import executed
from views.stage import Stage

from ws_notebook import exceptions
from ws_notebook.core import calls
from ws_notebook.core.run import RequestSettings
from ws_notebook.core.turn import ApprovalState
from ws_notebook.render.bundle import MIME_TYPE, bundle
from ws_notebook.render.text import closing_lines
from ws_notebook.views.text import NotebookTextView, TextView

__all__: list[str] = []


def written(play: Play, *, at_once: bool = True) -> str:
    """What a terminal shows of a run that is over."""
    pieces: list[str] = []
    view = TextView(play.run, HEADER, call_later=lambda _delay, _callback: None, write=pieces.append)
    view.show()
    view.finish(play.run)
    view.finish(play.run)
    return "".join(pieces)


def test_text_calls_and_figures_come_in_order() -> None:
    assert (
        written(capitals())
        == (
            '· population(city="Paris") → 2103000  0.25 s\n'
            '· population(city="Oslo") → 717710  0.42 s\n'
            "\n"
            "I will clear the cache.\n"
            '· delete_cache(path="tmp") → done  70 ms\n'
            "\n"
            "**Paris** has more inhabitants than **Oslo**: so about **1 385 290** more.\n"
            "\n"
        )
        + closing_lines(bundle(capitals().run, HEADER))
        + "\n"
    )


def test_an_output_of_few_characters_shows_a_question_mark_for_others() -> None:
    output = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="")
    with contextlib.redirect_stdout(output):
        view = TextView(capitals().run, HEADER, call_later=lambda _delay, _callback: None)
        view.show()
        view.finish(capitals().run)
    shown = output.buffer.getvalue().decode("cp1252")  # type: ignore[attr-defined]
    assert '· population(city="Paris") ? 2103000  0.25 s\n' in shown
    assert "**Paris** has more inhabitants" in shown


def test_what_went_wrong_is_written_below() -> None:
    play = Play().send().created("resp_1").text("Half an").call("call_1", "look").started("call_1").at(1.5)
    play.answered("call_1", "{}", status="failed", error="ValueError: \x1b[1mno").text(" answer", index=2)
    shown = written(play.stopped(exceptions.RunCancelled("Stopped.")))
    error = "look() failed: ValueError: \\u001b[1mno"
    assert shown.startswith(f"Half an\n\n answer\n· {error}  1.5 s\n\nStopped. The connection")


@pytest.mark.parametrize("chunk", [1, 2, 3, 1000])
def test_pieces_of_any_size_make_the_same_text(chunk: int) -> None:
    text = "- a\r\n- b\n\n  c\x1b[2J\n```\nx = 1\n```\n"
    pieces: list[str] = []
    with Stage() as stage:
        stage.view = TextView(stage.play.run, HEADER, call_later=paint_at_once, write=pieces.append)
        stage.act(Play.send, lambda play: play.created("resp_1"))
        stage.act(*[feed(text[start : start + chunk]) for start in range(0, len(text), chunk)])
        stage.act(lambda play: play.completed())
        stage.view.finish(stage.play.run)
    assert "".join(pieces).startswith("- a\n- b\n\n  c␛[2J\n```\nx = 1\n```\n\nr7 completed")


@pytest.mark.parametrize("chunk", [1, 4, 1000])
def test_an_answer_in_json_is_indented_as_it_comes(chunk: int) -> None:
    text = '{"cities":[{"name":"Oslo"},{}],"n":2}'
    pieces: list[str] = []
    with Stage() as stage:
        stage.play.run.settings = RequestSettings(options={"text": {"format": {"type": "json_schema"}}})
        stage.view = TextView(stage.play.run, HEADER, call_later=paint_at_once, write=pieces.append)
        stage.act(Play.send, lambda play: play.created("resp_1"))
        stage.act(*[feed(text[start : start + chunk]) for start in range(0, len(text), chunk)])
        stage.act(lambda play: play.completed())
        stage.view.finish(stage.play.run)
    assert "".join(pieces).startswith(json.dumps(json.loads(text), indent=2) + "\n\nr7 completed")


def feed(piece: str) -> Callable[[Play], object]:
    return lambda play: play.text(piece)


def paint_at_once(_delay: float, callback: Callable[[], None]) -> None:
    if _delay == 0:
        callback()


def test_text_appears_while_it_streams(capsys: pytest.CaptureFixture[str]) -> None:
    with Stage() as stage:
        view = TextView(stage.play.run, HEADER, call_later=stage.call_later)
        stage.view = view
        stage.act(lambda play: play.send().created("resp_1").text("Hello"))
        stage.settle()
        assert capsys.readouterr().out == "Hello"
        stage.act(lambda play: play.text(", world."), lambda play: play.completed())
        view.finish(stage.play.run)
        assert capsys.readouterr().out.startswith(", world.\n\nr7 completed")


NOTEBOOK = """
from render.play import HEADER
from ws_notebook.views.text import NotebookTextView
stage = views.stage.Stage()
stage.view = NotebookTextView(stage.play.run, HEADER, call_later=stage.call_later, clock=stage.clock)
stage.view.show()
stage.act(lambda play: play.send().created("resp_1"))
for word in "one two three".split():
    stage.act(lambda play: play.text(word + " "))
    stage.settle()
stage.act(lambda play: play.at(2).completed())
"""
FINISH = "stage.view.finish(stage.play.run)"


def test_an_executed_notebook_holds_one_output_with_the_saved_form() -> None:
    ((output,),) = executed(NOTEBOOK + FINISH)
    assert output["output_type"] == "display_data"
    assert set(output["data"]) == {MIME_TYPE, "text/html", "text/markdown", "text/plain"}
    assert output["data"]["text/plain"].startswith("one two three \n\nr7 completed")
    assert output["data"][MIME_TYPE]["text"] == "one two three "


def test_a_run_in_the_background_is_completed_by_the_cell_that_waits() -> None:
    shown, waiting = executed(NOTEBOOK, FINISH)
    assert [output["data"][MIME_TYPE]["status"] for output in shown] == ["completed"]
    assert waiting == []


def test_an_executed_notebook_shows_how_far_a_run_got() -> None:
    ((output,),) = executed(NOTEBOOK + "stage.settle()\nstage.view._paint()")
    assert set(output["data"]) == {"text/markdown", "text/plain"}
    assert output["data"]["text/markdown"].startswith("one two three")


def test_a_wait_for_a_rate_limit_is_told_once() -> None:
    play = Play().at(0.01).send().at(0.01)
    pieces: list[str] = []
    view = TextView(play.run, HEADER, call_later=lambda _delay, _callback: None, write=pieces.append)
    play.event("error", status=429, error={"code": "rate_limit_exceeded", "message": "Please try again in 20s."})
    for _ in range(2):
        view._paint()
    assert "".join(pieces).replace("\u00a0", " ") == "· rate limit: asks again in 20 s\n"


def test_a_terminal_is_told_now_and_then_what_is_waited_for() -> None:
    play = Play().send().created("resp_1").call("call_1", "look").started("call_1")
    pieces: list[str] = []
    due: list[float] = []
    view = TextView(
        play.run,
        HEADER,
        call_later=lambda delay, _callback: due.append(delay),
        write=pieces.append,
        clock=lambda: play.now,
    )
    for seconds in (5, 12, 15, 61, 62, 299, 301):
        play.at(seconds)
        view._paint()
    said = "".join(pieces).replace("\u00a0", " ").splitlines()
    assert said == ["· look() running… 12 s", "· look() running… 1 min 1 s", "· look() running… 5 min 1 s"]
    assert due == [5.0]


def test_nobody_is_interrupted_where_he_is_asked() -> None:
    play = Play().send().created("resp_1").call("call_1", "look")
    calls.ask(play.found("call_1"), ApprovalState(prompted=True), play.now)
    pieces: list[str] = []
    clock = lambda: play.now  # noqa: E731
    view = TextView(play.run, HEADER, call_later=lambda *_: None, write=pieces.append, clock=clock)
    play.at(100)
    view._paint()
    assert pieces == []


def test_a_notebook_s_text_is_painted_again_while_something_is_waited_for() -> None:
    play = Play().send().created("resp_1").call("call_1", "look").started("call_1")
    due: list[float] = []
    shown: list[Any] = []
    display: Any = SimpleNamespace(show=shown.append, replace=shown.append)
    view = NotebookTextView(
        play.run, HEADER, call_later=lambda delay, _: due.append(delay), clock=lambda: play.now, display=display
    )
    play.at(12)
    view._paint()
    assert "look running, 12" in shown[-1]["text/plain"]
    assert due == [5.0]
