"""What flags cannot be."""

import subprocess
import sys

import pytest

from ws_notebook.cli import main


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ws_notebook", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--port", "x"],
        ["--tokens-per-second", "-1"],
        ["--first-token", "nan"],
        ["--max-message-mib", "0"],
        ["--queued-creates", "0"],
        ["--unread-mib", "0"],
        ["--unread-seconds", "-1"],
        ["--host", ""],
    ],
)
def test_a_flag_out_of_range_is_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["serve", *arguments])
    assert caught.value.code == 2
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--port", "must be a whole number, not 'x'"),
        ("--tokens-per-second", "must be a number, not 'x'"),
        ("--max-message-mib", "must be a number, not 'x'"),
    ],
)
def test_what_is_no_number_is_said_so(option: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", option, "x"])
    assert f"argument {option}: {said}" in capsys.readouterr().err
