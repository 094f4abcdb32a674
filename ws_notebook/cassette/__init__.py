"""Cassettes: the frames of a session in a file, scrubbed of secrets, to be replayed, read and compared."""

from __future__ import annotations

from .answers import Answers
from .exchanges import Exchange
from .lines import Entry, end_line, head_line, line
from .packing import Packer
from .recorded import Cassette
from .scrubber import Scrubber

__all__ = ["Answers", "Cassette", "Entry", "Exchange", "Packer", "Scrubber", "end_line", "head_line", "line"]
