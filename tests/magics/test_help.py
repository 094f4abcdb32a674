from __future__ import annotations

from ws_notebook.magics.help import SUBCOMMANDS, magic_help
from ws_notebook.magics.options import OPTIONS

__all__: list[str] = []


def test_the_help_lists_every_option_and_subcommand_in_lines_that_fit() -> None:
    text = magic_help()
    listed = [line.split()[0].rstrip(",") for line in text.splitlines() if line.startswith("  ")]
    assert listed == [*(option.flags[0] for option in OPTIONS), *SUBCOMMANDS]
    assert max(map(len, text.splitlines())) <= 100
    assert all(option.help in text for option in OPTIONS)


def test_the_help_says_how_braces_are_read() -> None:
    text = magic_help()
    assert "{{expr}} sends {expr}" in text
    assert "{{{expr}}} sends the value in braces" in text
