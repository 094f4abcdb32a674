"""Secrets: what is one, and text, JSON and frames without them.

One list of kinds and one search, for whatever is shown, stored, exported or sent as a tool's output. What is executed
(frames that came, arguments of a call) is never passed through here.

A secret is known by its looks (kinds.py), by its value (a key of the session, from 16 characters with letters and
digits), or by its place: in a header, in the user's part or the query of a URL, in a field or argument with a name such
as `api_key`. Only there short keys and words such as "ollama" are hidden. Every search is linear in the length.
"""

from .errors import hidden_error
from .frames import Frames
from .keys import Keys
from .search import MARK, counted, hidden, hidden_frame, hidden_value, note, restored
from .stream import Stream, so_far

__all__ = [
    "MARK",
    "Frames",
    "Keys",
    "Stream",
    "counted",
    "hidden",
    "hidden_error",
    "hidden_frame",
    "hidden_value",
    "note",
    "restored",
    "so_far",
]
