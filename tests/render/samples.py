"""Made-up samples of comparisons."""

from __future__ import annotations

from ws_notebook.render.sample import Sample, TurnSample

__all__ = ["made"]


def made(label: str = "websocket", round: int = 1, *, turns: int = 3, sent: int = 1_000, received: int = 500) -> Sample:
    """A run whose turns take 100 ms each, one more for each turn and round."""
    each = tuple(
        TurnSample(
            number=number,
            connect_ms=0.0,
            send_ms=1.0,
            wait_ms=80.0,
            stream_ms=19.0 + number + round,
            tool_ms=0.0,
            total_ms=100.0 + number + round,
            at_ms=(100.0 + round) * number,
            bytes_sent=sent,
            bytes_received=received,
            bytes_full_context=sent * number,
        )
        for number in range(1, turns + 1)
    )
    return Sample(
        label=label,
        round=round,
        status="completed",
        error="",
        text="done",
        calls=turns - 1,
        total_ms=1_000.0,
        first_token_ms=81.0,
        input_tokens=10,
        cached_tokens=5,
        output_tokens=3,
        turns=each,
    )
