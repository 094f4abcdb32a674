"""The words and the order that every view of a run uses for statuses and kinds of time.

They stand in words.json, which the front end reads too (labextension/src/run/words.ts, view/words.ts).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

__all__ = ["BAD_CALLS", "CALL_WORDS", "DECISION_WORDS", "DOING", "KINDS", "RUN_WORDS", "STEER_WORDS"]

_WORDS: Final[dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))

KINDS: Mapping[str, str] = _WORDS["kinds"]
"""Kinds of time with their words, in the order of the legend."""

DOING: Mapping[str, str] = _WORDS["doing"]
"""What a turn does while its last span is of this kind."""

RUN_WORDS: Mapping[str, str] = _WORDS["runs"]
"""Statuses of runs and of turns."""

CALL_WORDS: Mapping[str, str] = _WORDS["calls"]

BAD_CALLS = frozenset(_WORDS["bad_calls"])
"""Statuses of calls that went wrong."""

DECISION_WORDS: Mapping[str, str] = _WORDS["decisions"]
"""How a call that was made had come through its approval."""

STEER_WORDS: Mapping[str, str] = _WORDS["steers"]
