"""Errors whose words, or fields, repeat a key."""

from __future__ import annotations

from ws_notebook.core.events import ErrorInfo
from ws_notebook.exceptions import ProviderError
from ws_notebook.secrets import Keys
from ws_notebook.secrets.errors import hidden_error

__all__: list[str] = []

KEY = "a-key-of-mine-1234567890"


def test_an_exception_is_the_same_object_without_the_key() -> None:
    error = ProviderError(f"Incorrect key {KEY}.", param=KEY)
    assert hidden_error(error, Keys([KEY])) is error
    assert KEY not in f"{error} {error.args} {vars(error)}"


def test_what_a_provider_said_is_told_without_it() -> None:
    told = hidden_error(ErrorInfo(code="401", message=f"Incorrect key {KEY}."), Keys([KEY]))
    assert (told.code, KEY in str(told)) == ("401", False)


def test_what_holds_no_words_stays_as_it_is() -> None:
    assert hidden_error(None, None) is None
