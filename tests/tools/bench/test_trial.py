from __future__ import annotations

import msgspec
from PIL import Image

from ws_notebook.tools import tool
from ws_notebook.tools.bench.record import Record
from ws_notebook.tools.bench.trial import Trial

__all__: list[str] = []


@tool
def echo(text: str) -> str:
    return text


@tool
def picture(size: int) -> object:
    return Image.new("RGB", (size, size))


def a_trial(**fields: object) -> Trial:
    record = Record(arguments='{"text": "a"}', status="completed", output="a")
    return Trial.of(echo, msgspec.structs.replace(record, **fields))


def test_it_shows_the_json_the_output_and_the_time_as_text() -> None:
    assert repr(a_trial(ms=12.4)) == 'echo completed in 12\xa0ms\n  in   {"text": "a"}\n  out  a'
    assert repr(a_trial(output="a\nb")).endswith("  out  a\n       b")


def test_a_models_call_names_its_run() -> None:
    assert repr(a_trial(run="r3")).startswith("echo completed (called by the model in r3)\n")


def test_an_error_is_on_the_first_line() -> None:
    trial = a_trial(status="timed_out", error="The tool did not finish within 1 s.", ms=1000.0)
    assert repr(trial).startswith("echo timed out in 1.0\xa0s: The tool did not finish within 1 s.\n")
    assert not trial.ok


def test_a_traceback_follows_the_output() -> None:
    @tool
    def failing() -> None:
        raise OSError("no disk")

    tried = failing.try_()
    assert repr(tried).endswith("OSError: no disk")
    assert "<details><summary>Traceback</summary>" in tried._repr_html_()


def test_a_long_output_is_shown_in_part_and_kept_whole() -> None:
    tried = echo.try_(text="x" * 5000)
    assert len(tried.output) == 5000
    assert "… (5\u2009000 characters in all)" in repr(tried)


def test_html_shows_what_the_tool_gave_and_runs_none_of_it() -> None:
    shown = echo.try_(text="<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_text_cannot_steer_a_terminal() -> None:
    assert "\x1b" not in repr(echo.try_(text="\x1b[2J"))


def test_an_image_is_shown_as_one() -> None:
    tried = picture.try_(size=2)
    assert '<img src="data:image/png;base64,' in tried._repr_html_()
    assert "[image, " in repr(tried)


def test_long_arguments_are_laid_out() -> None:
    shown = echo.try_(text="word " * 40)._repr_html_()
    assert "{\n  &quot;text&quot;" in shown


def test_a_replay_says_whether_the_output_is_the_same() -> None:
    again = echo.try_(text="a").replay()
    assert repr(again).endswith("The same output as before.")
    assert "The same output as before." in again._repr_html_()
    assert again.before is not None
