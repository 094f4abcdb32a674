"""What a check of a scene says of a tool's output."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ws_notebook.server.models.history import Made, read_json
from ws_notebook.server.models.script.story import Check

__all__ = ["complaint"]

_NUMBER = re.compile(r"[-+]?\d[\d,_]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_SHOWN = 200


def complaint(check: Check, made: Sequence[Made]) -> str | None:
    """What is wrong with the output that *check* looks at, in words for who wrote the tool; None: nothing."""
    outputs = [each.output or "" for each in made if each.call.get("name") == check.tool]
    at = len(outputs) - 1 if check.number is None else check.number - 1
    if not 0 <= at < len(outputs):
        return f"`{check.tool}` was not called, so there is nothing to look at."
    wrong = [_WORDS[name](value) for name, value in check.tests if not _TESTS[name](outputs[at], value)]
    if not wrong:
        return None
    shown = outputs[at] if len(outputs[at]) <= _SHOWN else f"{outputs[at][:_SHOWN]}…"
    return (
        f"`{check.tool}` gave back `{shown}`. I expected {' and '.join(wrong)}. "
        "Change the function, run its cell, and ask again."
    )


def _equal(output: str, value: Any) -> bool:
    found = read_json(output)
    if isinstance(value, str):
        return value.strip() in (output.strip(), found.strip() if isinstance(found, str) else None)
    return _same(found, value)


def _same(found: Any, value: Any) -> bool:
    """As JSON, numbers but for what rounding does to them."""
    if isinstance(value, bool) or isinstance(found, bool):
        return found is value
    if isinstance(value, int | float) and isinstance(found, int | float):
        return math.isclose(found, value, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(value, list) and isinstance(found, list):
        return len(found) == len(value) and all(map(_same, found, value))
    if isinstance(value, dict) and isinstance(found, dict):
        return found.keys() == value.keys() and all(_same(found[key], value[key]) for key in value)
    return bool(found == value)


def _first_number(output: str) -> float:
    """NaN where there is none."""
    found = read_json(output)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return float(found)
    number = _NUMBER.search(output)
    return float(number[0].replace(",", "").replace("_", "")) if number else math.nan


def _failed(output: str) -> bool:
    found = read_json(output)
    return isinstance(found, dict) and "error" in found


_TESTS: Mapping[str, Callable[[str, Any], bool]] = {
    "gave": _equal,
    "contains": lambda output, value: value.casefold() in output.casefold(),
    "matches": lambda output, value: re.search(value, output) is not None,
    "at_least": lambda output, value: _first_number(output) >= value,
    "at_most": lambda output, value: _first_number(output) <= value,
    "failed": lambda output, value: _failed(output) is value,
}
_WORDS: Mapping[str, Callable[[Any], str]] = {
    "gave": lambda value: f"`{json.dumps(value, ensure_ascii=False)}`",
    "contains": lambda value: f"a text with “{value}” in it",
    "matches": lambda value: f"what matches `{value}`",
    "at_least": lambda value: f"a number of at least {value:g}",
    "at_most": lambda value: f"a number of at most {value:g}",
    "failed": lambda value: "an error" if value else "no error",
}
