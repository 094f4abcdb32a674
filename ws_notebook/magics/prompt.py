"""`{expr}` in a prompt: replaced when it is Python and all its names exist, otherwise left as typed.

So JSON, code and LaTeX pass untouched, and so does a name that does not exist. `{{expr}}` keeps one
pair of braces where a replacement would happen.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Mapping
from typing import Any

__all__ = ["interpolate"]

_LONGEST = 1000
"""Characters: a longer stretch between braces is text, not an expression."""

_LATEX = re.compile(r"(?:\\[A-Za-z]+(?:\[[^\]\n]*\])?(?:\{[^{}\n]*\})*|[_^])$")
"""What stands before the braces of a LaTeX argument: a command (with arguments before this one), `_` or `^`."""


def interpolate(prompt: str, names: Mapping[str, Any]) -> str:
    """The prompt with its expressions replaced by their values.

    What an expression raises passes through, with the expression in a note.
    """
    pieces: list[str] = []
    place = 0
    while (start := prompt.find("{", place)) >= 0:
        pieces.append(prompt[place:start])
        doubled = prompt.startswith("{{", start)
        found = _expression(prompt, start + 1 + doubled, names)
        if found is None or _LATEX.search(prompt[max(0, start - 200) : start]):
            pieces.append("{" * (1 + doubled))
            place = start + 1 + doubled
            continue
        code, end = found
        if doubled:
            if prompt.startswith("}", end):
                pieces.append("{" + prompt[start + 2 : end])
                place = end + 1
            else:
                pieces.append("{")
                place = start + 1
            continue
        pieces.append(_shown(_value(code, prompt[start:end], names)))
        place = end
    pieces.append(prompt[place:])
    return "".join(pieces)


def _expression(prompt: str, start: int, names: Mapping[str, Any]) -> tuple[Any, int] | None:
    """The code from here to a brace that makes it an expression we may evaluate, and the place behind that."""
    end = start
    while (end := prompt.find("}", end)) >= 0 and end - start <= _LONGEST:
        text = prompt[start:end]
        if "\n" in text:
            return None
        tree = _parsed(text.strip())
        if tree is not None:
            return (compile(tree, "<prompt>", "eval"), end + 1) if _known(tree, names) else None
        end += 1
    return None


def _parsed(text: str) -> ast.Expression | None:
    try:
        return ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _known(tree: ast.Expression, names: Mapping[str, Any]) -> bool:
    """Whether it uses at least one name of the notebook and no name that exists nowhere."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    free = used - bound
    return any(name in names for name in free) and all(name in names or hasattr(builtins, name) for name in free)


def _value(code: Any, text: str, names: Mapping[str, Any]) -> Any:
    try:
        return eval(code, dict(names))  # noqa: S307 - the user's own code, in the user's own notebook
    except Exception as error:
        error.add_note(f"This came of {text} in the prompt. Double the braces, or use --raw, to send it as it is.")
        raise


def _shown(value: Any) -> str:
    """A value as the model reads it. Tables go in as compact CSV."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series)):
        from ..tools import to_output

        table = to_output(value)
        return table if isinstance(table, str) else str(value)
    return str(value)
