"""Lines of `%responses`, read by a table that is not the magics' own."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook import Session
from ws_notebook.exceptions import SettingsError
from ws_notebook.magics.command import Command, Subcommand, read_command, split_prompt
from ws_notebook.magics.sessions import Sessions

__all__: list[str] = []


def nothing(_: Command) -> None:
    """What no row of this table does."""


TABLE = {
    row.name: row
    for row in (
        Subcommand("help", nothing, "this text"),
        Subcommand("list", nothing, "list what there is"),
        Subcommand("play", nothing, "play a file", lambda _: [], ("--speed",)),
        Subcommand("ask", nothing, "ask", None, ("-m",), prompt=True),
    )
}
SESSIONS: Any = None


def read(line: str) -> tuple[str, str, dict[str, str]]:
    """The subcommand, its argument and its options."""
    row, command = read_command(line, TABLE, SESSIONS)
    assert command.sessions is SESSIONS
    return row.name, command.argument, dict(command.options)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("list", ("list", "", {})),
        ("-s mine list", ("list", "", {"-s": "mine"})),
        ("list --transport http -s mine", ("list", "", {"--transport": "http", "-s": "mine"})),
        ("play 'my file' --speed 2", ("play", "my file", {"--speed": "2"})),
        ("play --speed 2", ("play", "", {"--speed": "2"})),
        ("-s a ask Don't you? -m x", ("ask", "Don't you?", {"-s": "a", "-m": "x"})),
        ("", ("help", "", {})),
        ("?", ("help", "", {})),
        ("--help", ("help", "", {})),
        ("list?", ("help", "", {})),
        ("ask ??", ("help", "", {})),
    ],
)
def test_a_line_is_a_subcommand_with_its_argument_and_options(
    line: str, expected: tuple[str, str, dict[str, str]]
) -> None:
    assert read(line) == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("lsit", ("no subcommand 'lsit'", "Did you mean list?", "Known are help, list, play, ask.")),
        ("What now?", ("To ask the model, write %%responses",)),
        ("list x", ("list: 'x' has no meaning there",)),
        ("list --speed 1", ("'--speed' has no meaning there",)),
        ("play a b", ("play: 'b' has no meaning there",)),
        ("play --speed", ("--speed needs a word",)),
        ("play 'a", ("quotation mark",)),
        ("-s", ("name what to do, as in %responses status -s NAME",)),
    ],
)
def test_what_is_wrong_with_a_line_is_said_in_one_line(line: str, words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as caught:
        read(line)
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_prompt_is_taken_as_it_is_typed() -> None:
    flags = ("-m", "-s", "--transport")
    assert split_prompt(" -m a,b What's up? --transport http", flags) == (
        "What's up?",
        {"-m": "a,b", "--transport": "http"},
    )
    assert split_prompt(' "one" and "two"', flags) == ('"one" and "two"', {})
    assert split_prompt(" 'say \"hi\"' -s work", flags) == ('say "hi"', {"-s": "work"})
    assert split_prompt("", flags) == ("", {})


def test_the_session_is_the_one_that_the_options_name(shell: Any) -> None:
    sessions: Sessions = shell.magics_manager.registry["ResponsesMagics"].sessions
    with Session(provider="local") as mine:
        shell.user_ns["mine"] = mine
        assert read_command("-s mine list", TABLE, sessions)[1].session is mine
        assert read_command("list", TABLE, sessions)[1].session is sessions.get()
        assert read_command("list --transport http", TABLE, sessions)[1].session is sessions.get(transport="http")
