"""The errors and what they carry."""

from __future__ import annotations

import pytest

from ws_notebook import exceptions
from ws_notebook.exceptions import WsNotebookError

__all__: list[str] = []


def test_every_error_is_of_one_family_and_in_the_list() -> None:
    found = [each for each in vars(exceptions).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert all(issubclass(each, WsNotebookError) for each in found)
    assert {each.__name__ for each in found} == set(exceptions.__all__)


def test_settings_errors_are_value_errors_too() -> None:
    with pytest.raises(ValueError, match="so"):
        raise exceptions.SettingsError("so")


def test_errors_of_the_provider_are_one_branch() -> None:
    limited = exceptions.RateLimited("slow", status=429, code="x", retry_after=2.0)
    assert isinstance(limited, exceptions.ProviderError)
    assert (limited.status, limited.code, limited.param, limited.message, limited.retry_after) == (
        429,
        "x",
        None,
        "slow",
        2.0,
    )
    assert issubclass(exceptions.AuthenticationFailed, exceptions.ProviderError)


def test_errors_of_a_connection_say_how_it_ended() -> None:
    assert exceptions.ConnectionFailed("no", status=404).status == 404
    lost = exceptions.ConnectionLost("gone", code=1001, reason="idle")
    assert (str(lost), lost.code, lost.reason, lost.run) == ("gone", 1001, "idle", None)
