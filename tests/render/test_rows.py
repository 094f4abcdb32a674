from __future__ import annotations

from render.play import HEADER, Play, capitals

from ws_notebook import exceptions
from ws_notebook.core import calls
from ws_notebook.core.turn import ApprovalState, Progress
from ws_notebook.render.bundle import bundle
from ws_notebook.render.rows import Row, age, amounts, rows_of, spans_in_words, time_in

__all__: list[str] = []


def rows(play: Play) -> list[Row]:
    return rows_of(bundle(play.run, HEADER, now=play.now))


def test_calls_stand_below_their_turn() -> None:
    assert [row.name for row in rows(capitals())] == [
        *("turn 1", "population", "population"),
        *("turn 2", "delete_cache", "turn 3"),
    ]


def test_labels_say_how_long_and_what_came() -> None:
    labels = [row.label.replace("\u00a0", " ") for row in rows(capitals())]
    assert labels == [
        *("0.80 s", "250 ms → 2103000", "420 ms → 717710"),
        *("0.34 s · 600 tok/s", "70 ms, after 500 ms in the queue → done", "1.1 s · 69 tok/s"),
    ]


def test_what_runs_ends_now_and_says_what_it_does() -> None:
    play = Play().send().at(0.2).created("resp_1").text("x").call("call_1", "look").started("call_1").at(1.0)
    turn, call = rows(play)
    assert (turn.end, turn.label, turn.running) == (1000.0, "streaming…", True)
    assert (call.end, call.label, call.running) == (1000.0, "running…", True)
    assert call.spans == [("tool", 200.0, 1000.0)]


def test_what_went_wrong_is_told_apart() -> None:
    play = Play().send().created("resp_1").call("call_1", "look").started("call_1")
    play.answered("call_1", "{}", status="failed", error="ValueError: no").call("call_2", "wait").at(1.0)
    play.stopped(exceptions.RunCancelled("x"))
    turn, failed, cancelled = rows(play)
    assert (turn.label.replace("\u00a0", " "), turn.tone) == ("stopped after 1.0 s", "plain")
    assert (failed.label, failed.tone) == ("failed: ValueError: no", "bad")
    assert (cancelled.label, cancelled.tone) == ("cancelled", "warn")


def test_a_turn_that_was_sent_again_says_why() -> None:
    play = Play().send().event("error", error={"code": "websocket_connection_limit_reached", "message": "old"})
    play.send().created("resp_1").completed()
    row = rows(play)[0]
    assert row.label.endswith("sent again: websocket_connection_limit_reached")
    assert row.tone == "warn"


def test_time_is_added_by_kind() -> None:
    spans = [("wait", 0.0, 100.0), ("text", 100.0, 150.0), ("wait", 150.0, 200.0), ("send", 200.0, 200.0)]
    assert time_in(spans, "wait") == 150
    assert spans_in_words(spans).replace("\u00a0", " ") == "wait 150 ms, text 50 ms"


def test_a_call_says_how_it_came_to_run() -> None:
    labels = []
    for decision in ("approved", "edited", "timeout"):
        play = Play().send().created("resp_1").call("call_1", "look")
        calls.ask(play.found("call_1"), ApprovalState(), play.now)
        calls.decide(play.found("call_1"), decision, play.at(2.0).now)
        play.started("call_1").answered("call_1", "5")
        labels.append(rows(play)[1].label.replace("\u00a0", " "))
    assert labels == [
        "0 ms, approved after 2.0 s → 5",
        "0 ms, approved with other arguments after 2.0 s → 5",
        "0 ms, run without a decision after 2.0 s → 5",
    ]


def test_a_running_call_says_how_far_it_is() -> None:
    play = Play().send().created("resp_1").call("call_1", "look").started("call_1")
    labels = []
    for progress in (Progress(0.4, "reading"), Progress(1.0), Progress(partial="the third\npart", count=3), Progress()):
        calls.progress(play.found("call_1"), progress)
        labels.append(rows(play)[1].label.replace("\u00a0", " "))
    assert labels == ["40 % · reading", "100 %", "3: the third part", "running…"]


def test_rows_are_counted_in_words() -> None:
    assert amounts(rows_of(bundle(capitals().run, HEADER))) == ["3 turns", "3 calls"]
    assert amounts([]) == ["0 turns"]


def test_what_waits_for_long_says_for_how_long_and_what_streams_does_not() -> None:
    play = Play().send().at(0.2).created("resp_1").text("x").call("call_1", "look")
    calls.ask(play.found("call_1"), ApprovalState(), play.now)
    for seconds, label in ((4.0, "awaiting approval…"), (12.9, "awaiting approval… 12 s")):
        turn, call = rows(play.at(seconds))
        assert (turn.label, call.label.replace("\u00a0", " ")) == ("streaming…", label)
    assert rows(Play().send().at(65))[0].label.replace("\u00a0", " ") == "waiting… 1 min 5 s"
    assert age([], 1e6) == ""
