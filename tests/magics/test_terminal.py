"""The magics in a terminal's IPython."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.server import TOKEN, running_server
from support.started import kernel_environment

pexpect = pytest.importorskip("pexpect", reason="not on this platform: a terminal as Unix has it")

__all__: list[str] = []

SETUP = (
    "%load_ext ws_notebook",
    '%config ResponsesMagics.provider = "local"',
    "import ws_notebook as wsn",
    "from pathlib import Path",
)
ANSI = re.compile(r"\x1b\][^\a]*\a|\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """IPython as a child with a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        environment = {**kernel_environment(), "IPYTHONDIR": str(folder), "TERM": "dumb"}
        command = ["-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit", "--no-autoindent"]
        self.child = pexpect.spawn(
            sys.executable, command, env=environment, cwd=str(folder), encoding="utf-8", timeout=40,
            dimensions=(50, 200),
        )  # fmt: skip
        self._number = 0
        self._prompt()
        for line in SETUP:
            assert "rror" not in self.run(line)

    def run(self, code: str) -> str:
        """Run a cell and return what the terminal showed of it."""
        self.send(code)
        return self._prompt()

    def send(self, code: str) -> None:
        """Type a cell; one of several lines ends with an empty one."""
        self.child.sendline(code + ("\n\n" if code.startswith("%%") else ""))

    def _prompt(self) -> str:
        """What was shown up to the next prompt."""
        self._number += 1
        self.child.expect_exact(f"In [{self._number}]: ")
        return ANSI.sub("", self.child.before).replace("\r\n", "\n")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    opened.child.close(force=True)


def test_an_answer_streams_once_and_its_run_is_the_result(terminal: Terminal) -> None:
    shown = terminal.run('%%responses\nsay "the answer"')
    assert shown.count("the answer\n") == 1
    assert "r1 completed" in shown
    assert "Out[5]: <Run r1 completed>" in shown
    assert "the answer" in terminal.run("_")
    assert terminal.run("print(_5.text, Out[5] is _5)").endswith("the answer True\n\n")


def test_the_answer_is_on_the_screen_before_it_ends_and_ctrl_c_stops_it(terminal: Terminal) -> None:
    terminal.send("%%responses -o cut\nwrite 3000 words")
    terminal.child.expect(r"(\S+\s+){20}")
    terminal.child.sendintr()
    shown = terminal._prompt()
    assert "KeyboardInterrupt: The run was stopped." in shown
    assert "Traceback" not in shown
    assert "r1 stopped" in shown
    assert terminal.run("print(cut.status, 0 < len(cut.text.split()) < 3000)").endswith("cancelled True\n\n")
    assert "still here\n" in terminal.run('%%responses\nsay "still here"')


def test_a_mistake_is_answered_in_one_paragraph(terminal: Terminal) -> None:
    for line, words in {
        "%responses statsu": "no subcommand 'statsu'. Did you mean status?",
        "%%responses --mdoel x\nHi": "no option --mdoel. Did you mean --model?",
        "%%responses -m other\nHi": "model_not_found",
    }.items():
        shown = terminal.run(line)
        assert words in shown
        assert "Traceback" not in shown


def test_a_key_is_asked_for_and_never_shown(terminal: Terminal) -> None:
    with running_server() as server:
        terminal.send(f"%responses connect {server.base_url}")
        terminal.child.expect_exact("API key for")
        terminal.child.expect_exact(": ")
        terminal.child.waitnoecho()
        terminal.child.sendline(TOKEN)
        shown = (
            terminal._prompt() + terminal.run('%%responses -m demo\nsay "let in"') + terminal.run("%responses status")
        )
        assert "let in\n" in shown
        assert server.base_url.removeprefix("http://").removesuffix("/v1") in shown
        assert TOKEN not in shown
        # The key was for that server: another provider is not sent it.
        terminal.run("%config ResponsesMagics.provider = 'openai'")
        assert "No API key for openai" in terminal.run("%%responses\nHi")


def test_no_key_changes_nothing(terminal: Terminal) -> None:
    terminal.send("%responses connect openai")
    terminal.child.expect_exact("API key for openai: ")
    terminal.child.sendline("")
    assert "nothing has changed" in terminal._prompt()
    assert "let in\n" in terminal.run('%%responses\nsay "let in"')
