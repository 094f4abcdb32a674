"""What comes of a row's run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ws_notebook import exceptions
from ws_notebook.batch.verdict import Next, verdict

__all__: list[str] = []


class Ended:
    """A run that has ended so."""

    def __init__(self, status: str, error: Exception | None = None, parsed: Any = None) -> None:
        self.status, self.error, self._parsed = status, error, parsed
        self.state = SimpleNamespace()

    @property
    def parsed(self) -> Any:
        if isinstance(self._parsed, Exception):
            raise self._parsed
        return self._parsed


MISFIT = exceptions.FormatError("it does not fit")


@pytest.mark.parametrize(
    ("run", "attempts", "mended", "expected"),
    [
        (Ended("completed", parsed=5), 1, False, (Next.FINISH, "completed")),
        (Ended("incomplete"), 1, False, (Next.FINISH, "incomplete")),
        (Ended("incomplete", parsed=MISFIT), 1, False, (Next.FINISH, "incomplete")),
        (Ended("completed", parsed=MISFIT), 1, False, (Next.MEND, "failed")),
        (Ended("completed", parsed=MISFIT), 2, True, (Next.FINISH, "failed")),
        (Ended("failed", exceptions.ProviderError("no", code="bad")), 1, False, (Next.FINISH, "failed")),
        (Ended("unanswered"), 1, False, (Next.FINISH, "failed")),
        (Ended("cancelled", exceptions.RunCancelled("x")), 1, False, (Next.FINISH, "cancelled")),
        (Ended("failed", exceptions.RateLimited("slow", retry_after=2)), 9, False, (Next.WAIT, "failed")),
        (Ended("failed", exceptions.ConnectionLost("gone")), 1, False, (Next.REPEAT, "failed")),
        (Ended("failed", exceptions.ConnectionLost("gone")), 2, False, (Next.FINISH, "failed")),
        (Ended("failed", exceptions.AuthenticationFailed("key")), 1, False, (Next.HALT, "failed")),
        (Ended("failed", exceptions.ConnectionFailed("no way")), 1, False, (Next.HALT, "failed")),
        (Ended("failed", exceptions.ProviderError("no", code="insufficient_quota")), 1, False, (Next.HALT, "failed")),
    ],
)
def test_a_verdict(run: Any, attempts: int, mended: bool, expected: tuple[Next, str]) -> None:
    found = verdict(run, attempts, mended=mended)
    assert (found.next, found.status) == expected
    assert (found.error is None) == (expected[1] in ("completed",) or (run.error is None and run._parsed is not MISFIT))
