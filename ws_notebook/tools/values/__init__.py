"""From any value to what a model reads. The way in is `outputs.to_output`, and the value goes on from there.

shapes    what is no text: parts, pictures, tables, data
pictures  a picture, whatever it is held in; also those of a question
tables    a table by itself: CSV. grid reads it, whatever library it is of; nested is its form inside a larger result
plain     anything else: JSON data. scalars for single values, arrays for those of numpy and its kin
cut       what is too long, so that it says so

exhibits is what people look at besides, records a parsed answer as a DataFrame.
"""

from __future__ import annotations

from typing import Any

__all__ = ["Output", "text_part"]

Output = str | list[dict[str, Any]]
"""A `function_call_output`'s `output`: text, or `input_text`, `input_image` and `input_file` parts."""


def text_part(text: str) -> dict[str, Any]:
    """The part of an output with these words."""
    return {"type": "input_text", "text": text}
