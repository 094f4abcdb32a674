from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from magics.shells import shell_here

from ws_notebook.exceptions import RunCancelled
from ws_notebook.magics.silence import silence

__all__: list[str] = []


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[InteractiveShell]:
    with shell_here(str(tmp_path)) as found:
        yield found


def told(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


def failing(shell: InteractiveShell, raised: str) -> Any:
    """Run a cell that silences `error` and raises that, or something else."""
    shell.user_ns["stop"] = RunCancelled("Run r1 was stopped.")
    shell.user_ns["silence"] = silence
    return shell.run_cell(f"silence(get_ipython(), stop)\nraise {raised}")


def test_a_cell_fails_by_an_error_of_which_nothing_is_written(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    result = failing(shell, "stop")
    assert isinstance(result.error_in_exec, RunCancelled)
    assert told(capsys) == ""


@pytest.mark.parametrize("raised", ["ValueError('the tide')", "type(stop)('the tide')"])
def test_another_error_of_that_cell_is_told(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], raised: str
) -> None:
    assert not failing(shell, raised).success
    assert "the tide" in told(capsys)


def test_in_a_later_cell_the_same_error_is_told_and_the_users_own_handler_is_back(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: list[BaseException] = []

    def own(shell: Any, kind: Any, value: BaseException, trace: Any, tb_offset: Any = None) -> list[str]:
        heard.append(value)
        return []

    shell.set_custom_exc((KeyError,), own)
    failing(shell, "stop")
    shell.run_cell("raise KeyError('k')")
    assert [type(each) for each in heard] == [KeyError]
    told(capsys)
    shell.run_cell("raise stop")
    assert "Run r1 was stopped." in told(capsys)
