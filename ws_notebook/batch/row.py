"""A row of a batch: where it stands, and what came of it."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["ENDED", "FAILED", "STATUSES", "Row"]

STATUSES = ("waiting", "asked", "completed", "incomplete", "failed", "cancelled")
"""Every status of a row, as views order them."""

FAILED = frozenset({"incomplete", "failed", "cancelled"})
"""Those of a row that ended without the answer that was asked for."""

ENDED = frozenset({"completed", *FAILED})


class Row(msgspec.Struct, eq=False, weakref=True):
    """One row. Written by the batch's driver alone; read it at any time."""

    position: int
    """Its place in the data, from 0."""
    index: Any
    """What the data's index calls it."""
    status: str = "waiting"
    """waiting, asked, completed, incomplete (cut off by a limit), failed or cancelled."""
    text: str = ""
    """The answer as the model wrote it."""
    value: Any = None
    """The answer as a value of `text_format`; None without one, or where it does not fit."""
    error: str = ""
    """Why there is no answer, in words."""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    """In the unit of `prices`; None where none are given."""
    ms: float = 0.0
    """Milliseconds from its question to its end."""
    attempts: int = 0
    """How often it was asked. More than 1: an earlier question may have reached the model, and called tools."""
    run: Any = None
    """Its `Run`, where that is kept: of a row that failed, or with keep_runs=True."""

    @property
    def answer(self) -> Any:
        """The value that was asked for, else the text."""
        return self.text if self.value is None else self.value

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.status in ENDED
