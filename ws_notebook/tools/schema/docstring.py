"""Docstrings, read: what a function is for and what each of its parameters means.

Google, NumPy and Sphinx styles are told apart by what they contain, so one notebook may mix them.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import NamedTuple

__all__ = ["Description", "describe"]


_SECTION = re.compile(r"(Args|Arguments|Params|Parameters):")


_LINE = re.compile(r"\w[^\n]*[^\n:]")
"""A docstring of one line, in which no style has a place for sections: the parser need not be loaded for it."""

_SUMMARY = "-"
"""Stands for the words before the sections where there are none."""


class Description(NamedTuple):
    """What a docstring says. Both parts are empty where it says nothing."""

    text: str
    """The description without its sections (arguments, returns, raises, …)."""

    parameters: dict[str, str]
    """The description of each parameter (or attribute) by name, on one line."""


def describe(docstring: str | None) -> Description:
    """Read a docstring. A docstring that no style can read is a description as it stands."""
    if not docstring or not docstring.strip():
        return Description("", {})
    cleaned = inspect.cleandoc(docstring)
    if _LINE.fullmatch(cleaned):
        return Description(cleaned, {})
    from docstring_parser import ParseError, parse

    try:
        parsed = parse(_with_summary(cleaned))
    except (ParseError, IndexError):  # the parser's own, for lines such as ": x"
        return Description(cleaned, {})
    if not parsed.meta:
        return Description(cleaned, {})
    parameters: dict[str, str] = {}
    for parameter in parsed.params:
        # NumPy style describes several at once: "x, y : float".
        for name in parameter.arg_name.split(","):
            text = " ".join((parameter.description or "").split())
            if text:
                parameters[name.strip().lstrip("*")] = text
    return Description((parsed.description or "").strip().removeprefix(_SUMMARY), parameters)


def _with_summary(cleaned: str) -> str:
    """A docstring that begins with its arguments, as the parser takes it: with words before, and indented."""
    first, _, rest = cleaned.partition("\n")
    if not _SECTION.fullmatch(first):
        return cleaned
    # Where that is the only section, its indentation was that of the code around.
    return f"{_SUMMARY}\n\n{first}\n{textwrap.indent(rest, '    ') if rest[:1].strip() else rest}"
