"""What is known of a call's consent and progress, as data."""

from __future__ import annotations

import pytest

from ws_notebook.core.consent import Consent, Progress

__all__: list[str] = []


def test_without_anything_said_a_call_is_denied_in_the_end_and_has_all_the_time() -> None:
    consent = Consent()
    assert (consent.default, consent.deadline, consent.arguments, consent.prompted) == ("deny", None, None, False)


def test_progress_that_was_told_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Progress(count=1).count = 2  # type: ignore[misc]
