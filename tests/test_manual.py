"""docs/troubleshooting.md has an entry for everything that goes wrong, and the code's links lead there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.programs import program

import ws_notebook as wsn
from ws_notebook import exceptions, manual
from ws_notebook.core import meaning, outcome
from ws_notebook.core.events import ErrorInfo
from ws_notebook.server.errors import injected

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
RENEW = "renew the page: python scripts/troubleshooting.py"


def anchors() -> set[str]:
    slug = program("troubleshooting").slug
    written = set(re.findall(r'<a id="([^"]+)"></a>', PAGE))
    return written | {slug(heading) for heading in re.findall(r"^###? (.+)$", PAGE, re.MULTILINE)}


def codes() -> Iterator[str]:
    """Every code that an error of the embedded server, or what is made of a provider's words, can have."""
    yield from outcome._REMEDIES
    yield from (value for name, value in vars(meaning).items() if name.isupper() and isinstance(value, str))
    for path in (ROOT / "ws_notebook" / "server").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant):
                yield node.value.value
            elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "_DOCUMENTED":
                yield from ast.literal_eval(ast.unparse(node.value).replace("_INVALID", "''"))


def test_every_message_of_the_code_stands_below_its_entry() -> None:
    assert program("troubleshooting").filled(PAGE) == PAGE, RENEW
    found = program("troubleshooting").messages()
    assert len(found) > 250
    missing = [each.text for each in found if f": `{each.text.replace(chr(96), chr(39))}`" not in PAGE]
    assert missing == [], RENEW


def test_every_error_class_has_an_entry() -> None:
    assert [name for name in exceptions.__all__ if name.lower() not in anchors()] == []


def test_every_code_has_an_entry() -> None:
    found = set(filter(None, codes()))
    assert len(found) > 30
    assert sorted(code for code in found if f"code-{code.replace('_', '-')}" not in anchors()) == []
    assert [code for code in ("server_error", "rate_limit_exceeded") if injected(code).code not in found] == []


def test_every_link_leads_to_an_entry_that_is_there() -> None:
    named = [*(entry for entry, _ in manual.ENTRIES), *manual.FINDINGS.values()]
    assert [name for name in named if name not in anchors()] == []
    assert len({entry for entry, _ in manual.ENTRIES}) == len(manual.ENTRIES)


def test_every_entry_is_found_by_a_message() -> None:
    used = {manual.entry_of(each.text) for each in program("troubleshooting").messages()}
    # What is installed is found by doctor alone.
    assert [entry for entry, _ in manual.ENTRIES if entry not in used] == []
    assert sorted(manual.BRIEF - used) == []


@pytest.mark.parametrize(
    ("arguments", "entry"),
    [
        ({"provider": "opnai"}, "the-provider-and-its-address"),
        ({"provider": "localhost:8000"}, "the-provider-and-its-address"),
        ({"provider": "local", "max_turns": 0}, "options-and-headers"),
        ({"provider": "local", "api_key": ""}, "the-key"),
        ({"provider": "local", "through": "local"}, "through-the-embedded-server"),
        ({"provider": "http://127.0.0.1:9/v1", "headers": {"a b": "c"}}, "options-and-headers"),
    ],
)
def test_a_settings_error_ends_with_its_link(arguments: dict[str, object], entry: str) -> None:
    with pytest.raises(wsn.SettingsError) as caught:
        wsn.Session(**arguments)
    assert caught.value.help == manual.address(entry)
    assert caught.value.__notes__ == [f"More: {manual.ROOT}troubleshooting.html#{entry}"]
    assert manual.ROOT not in str(caught.value)


def test_what_a_cell_is_refused_with_stays_one_line() -> None:
    error = wsn.SettingsError("%responses has no subcommand 'stats'. Did you mean status? Known are …")
    assert error.help == manual.address("subcommands")
    assert not hasattr(error, "__notes__")


def test_what_nothing_is_known_of_leads_to_its_class() -> None:
    assert wsn.SettingsError("Something new.").help == manual.address("settingserror")
    assert outcome.provider_error(ErrorInfo(message="It broke.")).args[0].startswith("The provider answered")
