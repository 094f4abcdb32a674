from __future__ import annotations

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from ws_notebook.batch.prompt import interpolate
from ws_notebook.exceptions import SettingsError
from ws_notebook.magics.report import Report, brief

__all__: list[str] = []

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def shown(error: BaseException) -> str:
    """The error as IPython shows it, without colours."""
    lines = error._render_traceback_()  # type: ignore[attr-defined]
    return ANSI.sub("", "\n".join(lines))


def test_a_report_is_aligned_as_text() -> None:
    assert repr(Report("Session", [("model", "demo"), ("bytes sent", 12)])) == (
        "Session\n  model       demo\n  bytes sent  12"
    )


def test_a_report_is_a_table_in_which_no_mark_acts() -> None:
    report = Report("Tools", [("a|b", "two\nlines of *<b>text</b>*")])
    assert report._repr_markdown_() == (
        "| Tools |  |\n| --- | --- |\n| a\\|b | two lines of \\*\\<b\\>text\\</b\\>\\* |"
    )


def test_an_error_is_one_paragraph() -> None:
    error = SettingsError("Unknown model. Name another one.")
    assert shown(brief(error)) == f"SettingsError: Unknown model. Name another one. More: {error.help}"


def test_a_note_belongs_to_the_paragraph() -> None:
    error = KeyError("k")
    error.add_note("It came of {d['k']}.")
    assert shown(brief(error)) == "KeyError: 'k'. It came of {d['k']}."


def test_an_interrupt_says_what_is_kept() -> None:
    assert shown(brief(KeyboardInterrupt())).startswith("KeyboardInterrupt: The run was stopped.")


def test_of_an_expression_only_the_user_s_own_frames_are_shown(shell: InteractiveShell) -> None:
    shell.run_cell("def deep(value):\n    raise ValueError('too deep')")
    with pytest.raises(ValueError, match="too deep") as caught:
        interpolate("{deep(1)}", shell.user_ns)
    text = shown(brief(caught.value, shell))
    assert "raise ValueError('too deep')" in text
    assert "interpolate" not in text
    assert text.count("ValueError: too deep") == 1
    assert text.count("It came of {deep(1)} in the prompt.") == 1
