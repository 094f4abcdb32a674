"""What is kept of a tool's calls."""

from __future__ import annotations

import msgspec

from ws_notebook.tools.bench.mock import Mock
from ws_notebook.tools.values import Output

__all__ = ["Bench", "Record"]


class Record(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What is kept of a call."""

    arguments: str
    """The JSON that went in."""
    status: str
    """completed, failed, timed_out, cancelled or denied."""
    output: Output
    """What the model reads: text, or text and picture parts; for a failure, a short JSON object."""
    error: str | None = None
    """What went wrong, in one line, or None."""
    exception: BaseException | None = None
    """What the function raised, with its traceback, or None."""
    ms: float | None = None
    """Milliseconds from the JSON to the output item, as a run's `run_ms`: validation, function and output together."""
    call_id: str = "call_by_hand"
    run: str = ""
    """The id of the run whose model made it; empty for a call by hand."""


class Bench(msgspec.Struct, eq=False):
    """What is remembered of a tool, and goes on to the tool that its cell makes when it runs again."""

    last: Record | None = None
    mocks: list[Mock] = []
    """The stand-ins in use, the innermost last."""
