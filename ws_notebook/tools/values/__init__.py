"""From any value to what a model reads. The way in is `outputs.to_output`, and the value goes on from there.

pictures  a picture, whatever it is held in; also those of a question
tables    a table by itself: CSV. grid reads it, whatever library it is of; nested is its form inside a larger result
plain     anything else: JSON data. scalars for single values, arrays for those of numpy and its kin
cut       what is too long, so that it says so

exhibits is what people look at besides, records a parsed answer as a DataFrame.
"""

from __future__ import annotations

__all__: list[str] = []
