from __future__ import annotations

import json

import pytest
from render.play import Play, capitals

from ws_notebook.exceptions import RunCancelled
from ws_notebook.render.overview import PROMPT_LIMIT, run_row, totals

__all__: list[str] = []


def test_a_finished_run_is_one_line_of_json() -> None:
    row = run_row(capitals().run)
    assert json.loads(json.dumps(row)) == row
    assert (row["id"], row["parent"], row["status"], row["doing"], row["tool"]) == ("r7", None, "completed", "", "")
    assert (row["turns"], row["calls"], row["tokens"]) == (3, 3, 3 * 460)
    assert (row["started"], row["duration_ms"]) == (1_700_000_000_000, 3200.0)
    assert row["prompt"].startswith("Which has more inhabitants, Paris or Oslo")


def doing(play: Play) -> tuple[str, str]:
    row = run_row(play.run)
    return row["doing"], row["tool"]


def test_a_run_in_progress_says_what_it_does() -> None:
    play = Play()
    assert doing(play) == ("connect", "")
    play.send().at(0.2)
    assert doing(play) == ("wait", "")
    play.created("resp_1").reasoning("Hm.")
    assert doing(play) == ("reasoning", "")
    play.call("call_1", "population", city="Paris")
    assert doing(play) == ("reasoning", "")
    play.started("call_1")
    assert doing(play) == ("tool", "population")
    play.text("One moment.").completed()
    assert doing(play) == ("tool", "population")
    play.answered("call_1", "1").send()
    assert doing(play) == ("wait", "")


def test_a_stopped_run_does_nothing() -> None:
    play = Play().send().created("resp_1").text("Half")
    play.stopped(RunCancelled("stopped"))
    assert doing(play) == ("", "")
    assert run_row(play.run)["status"] == "cancelled"


@pytest.mark.parametrize("prompt", ["many\nlines\n\nof words", "long " * 100, "half of a pair: \ud83d"])
def test_a_prompt_is_one_short_line_of_valid_text(prompt: str) -> None:
    found = run_row(Play(prompt).run)["prompt"]
    assert "\n" not in found
    assert len(found) <= PROMPT_LIMIT
    found.encode()


def test_totals_add_up_over_runs() -> None:
    play = capitals()
    found = totals([play.run, play.run])
    assert found["runs"] == 2
    assert (found["turns"], found["calls"]) == (6, 6)
    assert (found["input_tokens"], found["output_tokens"]) == (2400, 360)
    assert found["sent"] == 2 * sum(turn.bytes_sent for turn in play.run.turns) > 0
    assert found["full_context"] > found["sent"]
    assert totals([]) == dict.fromkeys(found, 0)
