"""`%%tool`, in a shell of this process."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from magics.shells import Notebook

from ws_notebook import Tool
from ws_notebook.exceptions import SettingsError, ToolError
from ws_notebook.magics.tool import TOOL_OPTIONS, parse_tool_options

__all__: list[str] = []

BODY = '''\
import math

def helper(x):
    return x

def area(radius: float) -> float:
    """The area of a circle."""
    return math.pi * helper(radius) ** 2
'''


def define(shell: InteractiveShell, line: str = "", body: str = BODY) -> Any:
    result = shell.run_cell(f"%%tool {line}\n{body}")
    result.raise_error()
    return result.result


def test_the_last_function_becomes_a_tool_and_the_rest_of_the_cell_runs_too(shell: InteractiveShell) -> None:
    made = define(shell)
    assert isinstance(made, Tool)
    assert shell.user_ns["area"] is made
    assert made.try_(radius=1).output.startswith("3.14")
    assert not isinstance(shell.user_ns["helper"], Tool)


def test_options_go_to_the_tool(shell: InteractiveShell) -> None:
    made = define(
        shell, '-n circle_area -d "Of a circle." --timeout 2.5 --thread --max-output 80 --no-strict --approve'
    )
    assert (made.name, made.description, made.timeout) == ("circle_area", "Of a circle.", 2.5)
    assert (made.run_in, made.max_output, made.strict) == ("thread", 80, False)
    assert made.approve.when is True
    assert define(shell, "--approve-first").approve.when == "first time"


def test_a_coroutine_function_and_a_decorated_one_do_as_well(shell: InteractiveShell) -> None:
    assert define(shell, body="async def later(a: int) -> int:\n    return a\n").is_async
    shell.run_cell("import ws_notebook as wsn")
    made = define(shell, "--timeout 3", "@wsn.tool(name='other')\ndef f(a: int) -> int:\n    return a\n")
    assert (made.name, made.timeout) == ("f", 3.0)


def test_its_source_can_be_read_and_an_error_points_at_its_line(shell: InteractiveShell) -> None:
    made = define(shell)
    assert "math.pi * helper(radius)" in inspect.getsource(made.function)
    tried = define(shell, body="def f(a: int) -> int:\n    return a / 0\n").try_(a=1)
    assert "return a / 0" in tried.traceback


def test_running_the_cell_again_says_what_changed(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    define(shell)
    assert "changed" not in capsys.readouterr().out
    define(shell, body=BODY.replace("radius: float", "radius: float, digits: int = 2"))
    assert "area: the schema changed: + digits: integer, optional" in capsys.readouterr().out
    shell.user_ns["area"].try_(radius=2)
    define(shell)
    assert shell.user_ns["area"].last.arguments == '{"radius": 2}'


@pytest.mark.parametrize(
    ("line", "body", "message"),
    [
        ("", "x = 3\n", "there is no function in this cell"),
        ("", "", "there is no function in this cell"),
        ("--tmeout 3", BODY, "no option --tmeout. Did you mean --timeout"),
        ("--timeout soon", BODY, "takes a number of seconds above 0, not 'soon'"),
        ("--approve --approve-first", BODY, "Use one of them"),
        ("-n", BODY, "needs a value behind it"),
        ("--form", BODY, "needs a notebook"),
        ('-n "a', BODY, "has no counterpart"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    shell: InteractiveShell, line: str, body: str, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        define(shell, line, body)


def test_a_function_that_cannot_be_a_tool_is_refused_in_words(shell: InteractiveShell) -> None:
    with pytest.raises(ToolError, match="parameter 'x' has no type"):
        define(shell, body="def f(x):\n    return x\n")


def test_an_error_of_the_cell_is_the_cells(shell: InteractiveShell) -> None:
    with pytest.raises(ZeroDivisionError):
        define(shell, body="1 / 0\n" + BODY)
    with pytest.raises(SyntaxError):
        define(shell, body="def f(:\n")


def test_options_complete_on_tab(shell: InteractiveShell) -> None:
    completer = shell.Completer

    def offered(code: str) -> list[str]:
        with provisionalcompleter():
            return [each.text for each in completer.completions(code, len(code))]

    assert offered("%%tool --ti") == ["--timeout"]
    assert offered("%%tool ") == [flag for option in TOOL_OPTIONS for flag in option.flags]
    assert "--form" not in offered("%%tool --form --")


def test_help_lists_every_option(shell: InteractiveShell) -> None:
    text = shell.find_line_magic("tool") or shell.magics_manager.magics["cell"]["tool"].__doc__
    for option in TOOL_OPTIONS:
        assert option.flags[-1] in text


def test_nothing_given_leaves_the_tools_own_defaults() -> None:
    assert parse_tool_options("") == {"form": False}


def test_in_a_notebook_the_tool_is_shown_with_its_parameters(kernel: Notebook) -> None:
    cell = kernel.run(f"%%tool --form\n{BODY}")
    form, made = cell.shown
    assert "application/vnd.jupyter.widget-view+json" in form
    assert "| `radius` | number | *required* |  |" in made["text/markdown"]
    again = kernel.run("%%tool\n" + BODY.replace("radius: float", "radius: int"))
    assert again.shown[0]["text/plain"] == "area: the schema changed: radius: number → integer"
    assert "text/html" in again.shown[0]


def test_tab_offers_what_a_tool_can_do(kernel: Notebook) -> None:
    kernel.run(f"%%tool\n{BODY}")
    assert {"area.try_", "area.last", "area.mock", "area.schema", "area.form"} <= set(kernel.complete("area."))
    assert "area.try_(radius=" in kernel.complete("area.try_(ra")
    assert "area(radius=" in kernel.complete("area(ra")
