from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from magics.shells import shell_here

from ws_notebook.tools import tool
from ws_notebook.tools.bench.revision import differences

__all__: list[str] = []


@dataclass
class Before:
    street: str


@dataclass
class After:
    street: str
    town: str = ""


def first(city: str, year: int = 2020, limit: int = 3) -> None:
    """A tool."""


def second(city: int, year: int = 2021, country: str = "NO", *, area: float) -> None:
    """A tool.

    Args:
        city: its number
    """


def test_each_change_is_named_in_a_few_words() -> None:
    assert list(differences(tool(first, name="t"), tool(second, name="t"))) == [
        "city: string → integer",
        "city: + description",
        "year: default 2020 → 2021",
        '+ country: string, optional',
        "+ area: number",
        "− limit",
    ]  # fmt: skip


def test_what_changed_inside_of_a_parameter_is_named_there() -> None:
    def before(at: Before) -> None: ...
    def after(at: After) -> None: ...

    assert list(differences(tool(before, name="t"), tool(after, name="t"))) == [
        "at: Before → After",
        "+ at.town: string, optional",
    ]


def test_a_parameter_that_comes_with_fields_is_named_once() -> None:
    def before() -> None: ...
    def after(at: list[Before]) -> None: ...

    assert list(differences(tool(before, name="t"), tool(after, name="t"))) == ["+ at: array of Before"]


def test_name_description_need_and_strictness_count() -> None:
    def before(a: int) -> None:
        """One."""

    def after(a: int = 1) -> None:
        """Two."""

    assert list(differences(tool(before), tool(after))) == ["was named before", "description", "a: now optional"]
    assert list(differences(tool(first, description="x"), tool(first, description=" x", strict=False))) == [
        "no longer strict: strict=False was asked for"
    ]


def test_the_format_of_a_free_form_tool_counts() -> None:
    def note(text: str) -> None: ...

    assert list(differences(tool(note), tool(note, format="text"))) == ["format"]


def test_nothing_is_said_of_the_same_schema() -> None:
    assert list(differences(tool(first), tool(first, timeout=3))) == []


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[InteractiveShell]:
    with shell_here(str(tmp_path)) as running:
        yield running


@pytest.fixture
def run(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Runs a cell of a terminal; what it prints."""
    shell.run_cell("import ws_notebook as wsn").raise_error()

    def run_it(code: str) -> str:
        shell.run_cell(code).raise_error()
        return capsys.readouterr().out

    return run_it


FIRST = "@wsn.tool\ndef f(city: str) -> str:\n    return city"


def test_a_cell_that_runs_again_says_what_changed_and_only_then(run: Callable[[str], str]) -> None:
    assert run(FIRST) == ""
    assert run(FIRST + ".upper()") == ""
    assert run(FIRST.replace("city: str", "city: str, year: int = 1")) == (
        "f: the schema changed: + year: integer, optional\n"
    )


def test_the_last_call_goes_over_to_the_new_tool(run: Callable[[str], str], shell: InteractiveShell) -> None:
    run(FIRST)
    run("_ = f.try_(city='oslo')")
    run(FIRST + ".upper()")
    run("again = f.last.replay()")
    names: dict[str, Any] = shell.user_ns
    assert names["again"].output == "OSLO"
    assert "Before: oslo" in repr(names["again"])


def test_a_method_is_found_in_its_class(run: Callable[[str], str]) -> None:
    code = "class Store:\n    @wsn.tool\n    def left(self, sold: int) -> int:\n        return sold"
    assert run(code) == ""
    assert run(code.replace("sold: int", "sold: float")) == "left: the schema changed: sold: integer → number\n"


def test_another_tool_made_of_the_same_function_is_no_revision(run: Callable[[str], str]) -> None:
    run(FIRST)
    assert run("g = wsn.tool(f, name='g', description='other')") == ""


def test_many_changes_are_counted(run: Callable[[str], str]) -> None:
    run("@wsn.tool\ndef f(): ...")
    many = ", ".join(f"a{number}: int" for number in range(12))
    assert run(f"@wsn.tool\ndef f({many}): ...").endswith("· and 4 more\n")
