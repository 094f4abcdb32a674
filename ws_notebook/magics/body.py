"""A cell that is nothing but its first line."""

from __future__ import annotations

import re

__all__ = ["with_body"]

_FIRST_LINE = re.compile(r"%%(?:responses|tool)(?!\w|\?)")


def with_body(lines: list[str]) -> list[str]:
    """An input transformer: a lone first line gets an empty body.

    So this package answers it; IPython itself would advise `%responses`, which does not ask.
    """
    if lines and _FIRST_LINE.match(lines[0]) and not "".join(lines[1:]):
        return [lines[0].rstrip("\n") + "\n", "\n"]
    return lines


# IPython then leaves it out when it looks whether a cell is complete: in a terminal the body is yet to be typed.
with_body.has_side_effects = True  # type: ignore[attr-defined]
