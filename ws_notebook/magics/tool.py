"""`%%tool`: a cell that defines a tool."""

from __future__ import annotations

import argparse
import ast
import re
from typing import Any, Final

from IPython.core.magic import Magics, cell_magic, magics_class, no_var_expand

from ..exceptions import SettingsError, ToolError, WsNotebookError
from ..tools import AnyTool, Tool, tool
from ..tools.bench.revision import succeed
from .body import refuse_second_line
from .complete import matcher
from .options import Option, OptionParser, nearest, split_words, whole_number
from .report import brief, columns, reached

__all__ = ["TOOL_OPTIONS", "ToolMagics", "parse_tool_options"]


def _seconds(word: str) -> float:
    try:
        found = float(word)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise argparse.ArgumentTypeError(f"takes a number of seconds above 0, not {word!r}.")
    return found


TOOL_OPTIONS: Final = (
    Option(("-n", "--name"), "what the model calls it; default: the function's name", "NAME"),
    Option(("-d", "--description"), "what the model reads of it; default: the docstring", "TEXT"),
    Option(("--approve",), "ask before each call"),
    Option(("--approve-first",), "ask until a call was approved once"),
    Option(("--timeout",), "seconds that a call may take", "SECONDS", convert=_seconds),
    Option(("--thread",), "run its calls in a thread, not in the kernel's main thread"),
    Option(("--max-output",), "characters that a call sends back at most", "N", convert=whole_number),
    Option(("--no-strict",), "do not hold the model to the schema exactly"),
    Option(("--form",), "show a form to call it by hand"),
)

_LINE = re.compile(r"\s*%%tool\s+(.*)", re.DOTALL)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_HELP = """\
%%tool [options]
The cell's code. The last function in it becomes a tool, as by @wsn.tool, and is the cell's result.

{options}

Running the cell again says what changed in the schema, if anything did.
"""


def parse_tool_options(line: str) -> dict[str, Any]:
    """Read the first line: the arguments for `tool`, and `form`. Raises SettingsError in one line."""
    read, rest = OptionParser("%%tool", TOOL_OPTIONS).parse_known_args(split_words(line, "%%tool"))
    if rest:
        flags = [flag for option in TOOL_OPTIONS for flag in option.flags]
        raise SettingsError(f"%%tool has no option {rest[0]}.{nearest(rest[0], flags)} %%tool? lists them all.")
    if read.approve and read.approve_first:
        raise SettingsError("%%tool: --approve asks each time and --approve-first once. Use one of them.")
    given = {name: getattr(read, name) for name in ("name", "description", "timeout", "max_output")}
    given["approve"] = True if read.approve else "first time" if read.approve_first else None
    given["run_in"] = "thread" if read.thread else None
    given["strict"] = False if read.no_strict else None
    return {"form": read.form, **{name: value for name, value in given.items() if value is not None}}


@magics_class
class ToolMagics(Magics):
    """`%%tool` makes a tool of the last function in a cell."""

    def __init__(self, shell: Any) -> None:
        self.matcher = matcher("tool", _completions)
        """Its part in the shell's completer."""
        super().__init__(shell=shell)

    @no_var_expand
    @cell_magic("tool")  # type: ignore[arg-type]  # IPython's own types of these decorators are wrong
    def define(self, line: str, cell: str) -> Any:
        __tracebackhide__ = True
        try:
            options = parse_tool_options(line)
            refuse_second_line(cell)
            form = options.pop("form")
            made = self._defined(cell, options)
            if form:
                self._show_form(made)
            return made
        except WsNotebookError as error:
            raise brief(error) from None

    def _defined(self, cell: str, options: dict[str, Any]) -> AnyTool:
        __tracebackhide__ = True  # IPython then begins with the cell's own line
        shell: Any = self.shell
        source = shell.transform_cell(cell)
        filename = shell.compile.cache(source, shell.execution_count, raw_code=cell)
        tree = ast.parse(source, filename)
        name = next((node.name for node in reversed(tree.body) if isinstance(node, _FUNCTIONS)), None)
        if name is None:
            raise SettingsError("%%tool: there is no function in this cell. Write one below the first line: def …")
        before = shell.user_ns.get(name)
        try:
            exec(shell.compile(tree, filename, "exec"), shell.user_ns)  # noqa: S102 - it is the user's own cell
        except BaseException as error:  # noqa: BLE001 - whatever the cell raises goes on, shorter
            # From the cell's own code on.
            raise error.with_traceback(reached(error.__traceback__, filename) or error.__traceback__) from None
        made: AnyTool = tool(shell.user_ns[name], **options)
        shell.user_ns[name] = made
        if isinstance(before, Tool) and made._bench is not before._bench:
            succeed(made, before, shell.user_ns)
        return made

    def _show_form(self, made: AnyTool) -> None:
        from IPython.display import display

        try:
            display(made.form())  # type: ignore[no-untyped-call]
        except ToolError as error:
            raise SettingsError(str(error)) from None


def _completions(line: str) -> list[str]:
    found = _LINE.fullmatch(line)
    if found is None:
        return []
    *before, last = re.split(r"\s", found[1])
    taking = {flag for option in TOOL_OPTIONS if option.metavar for flag in option.flags}
    if before and before[-1] in taking:
        return []
    unused = (option for option in TOOL_OPTIONS if set(option.flags).isdisjoint(before))
    return [flag for option in unused for flag in option.flags if flag.startswith(last) and flag != last]


ToolMagics.define.__doc__ = _HELP.format(  # type: ignore[assignment]
    options=columns((option.spelling, option.help) for option in TOOL_OPTIONS)
)
