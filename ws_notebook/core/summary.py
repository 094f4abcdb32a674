"""What the line of a batch says once the batch is over: one turn that stands for all that its rows asked."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

import msgspec

from .run import RunState
from .timing import TurnTiming
from .turn import TextPart, TurnState
from .usage import pack

__all__ = ["Summary"]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a batch, in sum."""

    status: str
    """That of the line: completed, incomplete, failed or cancelled."""
    words: str
    """A sentence for people."""
    usage: Mapping[str, Any]
    """Tokens of all rows, in the provider's words."""
    sent: int = 0
    """Bytes of all requests; `received`: of all answers; `full_context`: what HTTP would have sent."""
    received: int = 0
    full_context: int = 0
    transport: str = ""
    error: Exception | None = None

    def turn(self, run: RunState, now: float) -> TurnState:
        """The one turn of the line."""
        timing = TurnTiming(started=run.asked, opened=run.asked, sent=run.asked)
        timing.enter("wait", run.asked)
        timing.finish(now)
        return TurnState(
            id=f"{run.id}.1",
            run_id=run.id,
            transport=self.transport,
            model=run.settings.model,
            status=self.status,
            parts=(
                TextPart(kind="text", output_index=0, content_index=0, chunks=[self.words], times=array("d", [now])),
            ),
            reception=None,
            packed_usage=pack(self.usage),
            timing=timing,
            sent=True,
            bytes_sent=self.sent,
            bytes_received=self.received,
            bytes_full_context=self.full_context,
        )
