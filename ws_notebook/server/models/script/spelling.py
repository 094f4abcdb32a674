"""How values of a scene are written, and what to write in place of what is none."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from ws_notebook.manual import did_you_mean
from ws_notebook.server.models.script.keys import MOST_TIMES
from ws_notebook.server.models.script.nodes import Node
from ws_notebook.values import replaced

__all__ = ["counted", "counted_value", "like_time", "literal", "near", "nearest_times", "seconds", "shown"]

_TIME = re.compile(r"(\d+(?:\.\d+)?) ?(ms|s|min)")
_LOOSE_TIME = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([A-Za-z]*)")
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0}
_UNITS = {
    **dict.fromkeys(("m", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("sec", "secs", "sek", "second", "seconds"), "s"),
    **dict.fromkeys(("msec", "millisecond", "milliseconds"), "ms"),
}
_WORDS = {"true": True, "false": False, "null": None}


def seconds(node: Node) -> Any:
    """The seconds that a node means; its value where it is no time."""
    given = _TIME.fullmatch(node.text) if node.kind == "scalar" else None
    return float(given[1]) * _SECONDS[given[2]] if given else node.value


def literal(value: ast.expr) -> Any:
    """A Python literal, or JSON's true, false and null. ValueError otherwise."""

    class Words(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return ast.Constant(_WORDS[node.id]) if node.id in _WORDS else node

    return ast.literal_eval(Words().visit(value))


def counted(text: str, counts: Sequence[int]) -> str:
    return text.replace("{n}", str(counts[-1])) if counts else text


def counted_value(value: Any, counts: Sequence[int]) -> Any:
    def text(part: Any) -> Any:
        if not isinstance(part, str):
            return part
        return counts[-1] if counts and part == "{n}" else counted(part, counts)

    return replaced(value, text)


def near(word: str, known: Iterable[str]) -> str:
    return did_you_mean(word.lower(), known).strip()


def shown(node: Node) -> str:
    if node.kind == "map":
        return "a mapping"
    if node.kind == "list":
        return "a list" if node.items else "an empty list"
    return "nothing" if node.value is None else f"'{node.text[:40]}'"


def like_time(text: str) -> str:
    found = _LOOSE_TIME.match(text)
    if found is None:
        return "Write 300ms, 2s or 1min."
    unit = found[2].lower()
    if unit.startswith("h"):
        return f"Did you mean '{60 * float(found[1].replace(',', '.')):g}min'? The longest is 60min."
    known = _UNITS.get(unit) or (unit if unit in _SECONDS else "")
    known = known or (difflib.get_close_matches(unit, [*_SECONDS, *_UNITS], 1, 0.5) or ["s"])[0]
    return (
        f"Did you mean '{found[1].replace(',', '.')}{_UNITS.get(known, known)}'? Times are written 300ms, 2s or 1min."
    )


def nearest_times(value: Any) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return MOST_TIMES if is_number and value > MOST_TIMES else 3
