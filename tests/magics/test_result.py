from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from ws_notebook.session.run import Run

__all__: list[str] = []

ASK = '%%responses --view none\nsay "the answer"'


def ask(shell: InteractiveShell, code: str = ASK) -> Any:
    done = shell.run_cell(code, store_history=True)
    done.raise_error()
    return done.result


def test_the_cell_that_made_a_run_shows_it_no_second_time(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ask(shell)
    assert isinstance(run, Run)
    assert shell.user_ns["_"] is run
    assert "the answer" not in capsys.readouterr().out


def test_a_later_cell_shows_it(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    ask(shell, '%%responses --view none -o kept\nsay "the answer"')
    capsys.readouterr()
    for _ in range(2):
        assert ask(shell, "kept") is shell.user_ns["kept"]
        assert capsys.readouterr().out.count("the answer") == 1


def test_a_run_that_its_cell_did_not_show_is_shown_the_first_time(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(shell, f"kept = get_ipython().run_cell_magic('responses', '--view none', {ASK.splitlines()[1]!r})")
    assert "the answer" not in capsys.readouterr().out
    ask(shell, "kept")
    assert "the answer" in capsys.readouterr().out
