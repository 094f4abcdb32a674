"""The token bucket of a server: as many as a second's at once, then as time passes; a refusal says when."""

from __future__ import annotations

import pytest

from ws_notebook.server.errors import ApiError
from ws_notebook.server.rate import Rate

__all__: list[str] = []


def test_a_bucket_empties_and_fills() -> None:
    now = [0.0]
    rate = Rate(4.0, clock=lambda: now[0])
    for _ in range(4):
        rate.take()
    with pytest.raises(ApiError, match=r"try again in 0\.251s") as caught:
        rate.take()
    assert (caught.value.status, caught.value.code) == (429, "rate_limit_exceeded")
    assert caught.value.headers == {"retry-after": "0.251"}
    now[0] = 0.25
    rate.take()
    now[0] = 100.0
    for _ in range(4):
        rate.take()
    with pytest.raises(ApiError):
        rate.take()


def test_without_a_limit_all_are_taken() -> None:
    rate = Rate()
    for _ in range(1000):
        rate.take()


def test_less_than_one_a_second_is_one_at_a_time() -> None:
    now = [0.0]
    rate = Rate(0.5, clock=lambda: now[0])
    rate.take()
    with pytest.raises(ApiError, match=r"in 2\.001s"):
        rate.take()
