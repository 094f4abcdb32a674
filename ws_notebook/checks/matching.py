"""Whether a value from the wire is the one that was expected in Python."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ws_notebook.exceptions import SettingsError, ToolError
from ws_notebook.render.format import json_value

__all__ = ["fits", "found_in"]


def fits(expected: Any, value: Any) -> bool:
    """Whether a JSON value is what was expected.

    `...` takes any value that is there; a compiled regular expression one it is found in; a function one for which
    it returns something true; anything else one that is equal to it as a tool's result would be written. Text is read
    as JSON too where that is expected.
    """
    if expected is ...:
        return value is not None
    if isinstance(expected, re.Pattern):
        return value is not None and found_in(expected, value if isinstance(value, str) else json.dumps(value))
    if callable(expected) and not isinstance(expected, type):
        return bool(expected(value))
    # Here, for the tools around it are loaded with it, and they are not pure.
    from ws_notebook.tools.values.plain import plain

    try:
        wanted = plain(expected)
    except (ToolError, TypeError, ValueError, RecursionError):
        return False
    read = json_value(value, value) if isinstance(value, str) and wanted is not None else value
    return _equal(wanted, value) or _equal(wanted, read)


def found_in(pattern: Any, text: str) -> bool:
    """Whether a regular expression is found anywhere in a text. Raises SettingsError for one that is none."""
    try:
        return re.search(pattern, text) is not None
    except (re.error, TypeError) as error:
        raise SettingsError(
            f"{pattern!r:.80} is no regular expression ({error}). Escape it with re.escape()."
        ) from None


def _equal(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(value, dict):
        # A field that was left out is null.
        return all(_equal(wanted.get(key), value.get(key)) for key in {*wanted, *value})
    if isinstance(wanted, list) and isinstance(value, list):
        return len(wanted) == len(value) and all(map(_equal, wanted, value))
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    if isinstance(wanted, float) and isinstance(value, float):
        return math.isclose(wanted, value, rel_tol=1e-9, abs_tol=1e-12)
    return bool(wanted == value)
