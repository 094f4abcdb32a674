from __future__ import annotations

from typing import Any

from render.play import HEADER, Play, capitals

from ws_notebook import exceptions
from ws_notebook.core import calls
from ws_notebook.core.turn import ApprovalState
from ws_notebook.render.bundle import RunHeader, bundle
from ws_notebook.render.markdown import markdown
from ws_notebook.render.mime import mime_bundle
from ws_notebook.render.summary import (
    all_failed,
    extent,
    name,
    noted,
    pictured,
    sent,
    source,
    status,
    steered,
    summary_line,
    tokens,
    trouble,
)
from ws_notebook.render.text import plain_text

__all__: list[str] = []


def of(play: Play) -> dict[str, Any]:
    return bundle(play.run, HEADER, now=play.now)


def forms(play: Play) -> list[str]:
    found = mime_bundle(play.run, HEADER)
    return [found[name] for name in ("text/html", "text/markdown", "text/plain")]


def test_the_header_says_everything() -> None:
    run = {**of(capitals()), "bytes": {"sent": 1900, "received": 55000, "full_context": 21000}}
    assert status(run) == "completed"
    assert extent(run) == ["3.2\u00a0s", "3 turns", "3 calls"]
    assert sent(run) == ("1.9\u00a0kB sent", "91\u00a0% less than HTTP")
    assert tokens(run) == "1\u2009200 → 180 tokens"
    assert summary_line(run).replace("\u00a0", " ") == (
        "r7 completed · 3.2 s · 3 turns · 3 calls · 1.9 kB sent, 91 % less than HTTP · 1\u2009200 → 180 tokens · "
        "local demo (embedded server: a script, no AI)"
    )


def test_steered_words_tell_what_became_of_them() -> None:
    play = Play().send().created("resp_1").text("Long")
    assert steered(of(play)) == []
    play.steer("be\nbrief").steer_event("accepted")
    assert steered(of(play)) == ["steered: be brief (accepted)"]
    play.steer("in French").steer_event("failed", error={"code": "x", "message": "No."})
    assert steered(of(play)) == ["steered: be brief (accepted)", "steered: in French (not applied: No.)"]
    stopped = play.stopped(exceptions.RunCancelled("x"))
    assert steered(of(stopped))[0] == "steered: be brief (not applied: the run ended first)"


def test_steered_words_that_were_applied_stand_alone() -> None:
    play = Play().send().created("resp_1").text("Long").steer("be brief").steer_event("accepted")
    play.completed("incomplete").created("resp_2").text("Short").completed()
    assert steered(of(play)) == ["steered: be brief"]


def test_a_run_that_another_comes_before_is_queued() -> None:
    run = {**of(Play()), "turns": []}
    assert status(run) == "queued"
    assert extent(run) == ["0\u00a0ms"]
    assert status({**run, "status": "cancelled"}) == "stopped"


def test_what_is_not_known_is_left_out() -> None:
    run = of(Play())
    assert status(run) == "running"
    assert tokens(run) == ""
    assert sent(run) == ("0\u00a0B sent", "")
    header = RunHeader(provider="openai", model="gpt", transport="websocket")
    assert source(bundle(Play().run, header)) == "openai gpt"


def test_every_way_to_end_badly_has_its_words() -> None:
    assert trouble(of(capitals())) == ""
    stopped = Play().send().created("r").stopped(exceptions.RunCancelled("Stopped."))
    assert trouble(of(stopped)).startswith("Stopped. The connection was closed")
    failed = Play().send().created("r").completed("failed", error={"message": "no"})
    assert trouble(of(failed)).startswith("ProviderError: ")
    assert "cut short" in trouble(of(Play().send().created("r").completed("incomplete")))
    for reason, advice in (("max_output_tokens", "allow more"), ("content_filter", "other words"), ("odd", "go on")):
        short = Play().send().created("r").completed("incomplete", incomplete_details={"reason": reason})
        assert trouble(of(short)).startswith(f"The answer was cut short: {reason}. ")
        assert advice in trouble(of(short))
        assert all(reason.replace("_", "\\_") in form or reason in form for form in forms(short))
    owed = Play().send().created("r").item(type="computer_call", call_id="c").completed()
    assert "no Python tool" in trouble(of(owed))


def test_a_request_that_waits_for_a_rate_limit_says_how_long_it_still_waits() -> None:
    play = Play().at(0.01).send().at(0.1)
    play.event("error", status=429, error={"code": "rate_limit_exceeded", "message": "Please try again in 20s."})
    assert of(play)["turns"][0]["retry_at_ms"] == 20100.0
    assert status(of(play.at(5.1))) == "rate limit, asks again in 15\u00a0s"
    of_another_kind = of(play)
    of_another_kind["turns"][0]["recovered"] = "server_unavailable"
    assert status(of_another_kind) == "server not available, asks again in 15\u00a0s"
    play.at(20.2).send()
    assert (status(of(play)), "retry_at_ms" in of(play)["turns"][0]) == ("running", False)


def test_pictures_of_the_question_are_named_in_every_form() -> None:
    play = capitals()
    play.run.pictures = ({"url": None, "caption": "fig, PNG 30 × 20, 80 bytes"},)
    found = bundle(play.run, HEADER)
    assert pictured(found) == ["sent with fig, PNG 30 × 20, 80 bytes"]
    assert "sent with fig, PNG 30 × 20" in plain_text(found)
    assert "*sent with fig, PNG 30 × 20, 80 bytes*" in markdown(found)
    assert pictured(bundle(capitals().run, HEADER)) == []


def test_a_run_that_waits_for_somebody_says_for_whom_and_how_long() -> None:
    play = Play().send().created("resp_1").call("call_1", "look").started("call_1").at(1).call("call_2", "wipe")
    calls.ask(play.found("call_2"), ApprovalState(), play.now)
    assert status(of(play)) == "running"
    assert status(of(play.at(8))).replace("\u00a0", " ") == "running: look running, 8.0 s"
    play.answered("call_1", "{}")
    assert status(of(play.at(13))).replace("\u00a0", " ") == "running: wipe awaiting approval, 12 s"
    for words in (markdown(of(play)), plain_text(of(play))):
        assert "wipe awaiting approval, 12" in words


def played(*statuses: str) -> Play:
    """A run whose calls ended so."""
    play = Play().send().created("r1")
    for number, _ in enumerate(statuses):
        play.call(f"c{number}", "look")
    play.completed()
    for number, end in enumerate(statuses):
        play.answered(f"c{number}", "x", status=end, error=None if end == "completed" else "KeyError: x")
    return play.send().created("r2").text("Done.").completed()


def test_a_run_whose_calls_failed_says_so_in_every_form() -> None:
    play = played("failed", "timed_out", "failed")
    assert status(of(play)) == "completed · 3 calls failed"
    assert all_failed(of(play))
    for form in forms(play):
        assert "completed" in form
        assert "3 calls failed" in form
    assert "#1f9d57" not in forms(play)[0].partition("</p>")[0]


def test_some_calls_that_failed_are_counted_among_all() -> None:
    play = played("completed", "failed")
    assert status(of(play)) == "completed · 1 of 2 calls failed"
    assert not all_failed(of(play))
    assert "#1f9d57" in forms(play)[0].partition("</p>")[0]
    assert (status(of(played("completed"))), status(of(played("denied")))) == ("completed", "completed")


def test_while_a_run_goes_on_its_failures_are_no_part_of_its_status() -> None:
    play = Play().send().created("r1").call("c", "look").completed().answered("c", "x", status="failed", error="no")
    assert status(of(play)) == "running"


def test_every_form_names_the_run_and_what_it_continues() -> None:
    play = capitals()
    assert name(of(play)) == "r7"
    assert all("r7" in form for form in forms(play))
    assert "parent" not in of(play)
    play.run.parent = Play(run_id="r3").run
    assert of(play)["parent"] == "r3"
    assert name(of(play)) == "r7 (from r3)"
    assert all("r7 (from r3)" in form for form in forms(play))
    play.run.parent = None
    play.run.turns[0].foreign_parent = "resp_elsewhere"
    assert name(of(play)) == "r7 (from resp_elsewhere)"


def test_notes_on_the_question_are_in_every_form() -> None:
    play = capitals()
    play.run.notes = ("{dff} was sent as typed: there is no dff in the notebook.", "x" * 1000)
    assert noted(of(play))[0] == play.run.notes[0]
    assert len(noted(of(play))[1]) == 400
    for form in forms(play):
        assert "dff" in form
        assert "was sent as typed" in form
    assert noted(of(capitals())) == []
