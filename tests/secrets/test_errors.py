"""Errors that repeat a key, and what is left of them."""

from __future__ import annotations

from ws_notebook.core.events import ErrorInfo
from ws_notebook.exceptions import ConnectionLost
from ws_notebook.secrets import Keys, hidden_error

__all__: list[str] = []

KEY = "made-up-key-0123456789"


def test_an_exception_is_the_same_object_and_tells_no_key() -> None:
    error = ConnectionLost(f"It broke off: {KEY}.", code=1008, reason=f"bad {KEY}")
    assert hidden_error(error, Keys([KEY])) is error
    assert (str(error), error.code, error.reason) == ("It broke off: [secret].", 1008, "bad [secret]")


def test_what_is_no_text_stays() -> None:
    error = KeyError(5, f"and {KEY}")
    assert hidden_error(error, Keys([KEY])).args == (5, "and [secret]")


def test_what_a_provider_said_is_another_object_without_the_key() -> None:
    info = ErrorInfo(message=f"Incorrect key: {KEY}.", code="invalid_api_key", status=401)
    assert hidden_error(info, Keys([KEY])) == ErrorInfo(
        message="Incorrect key: [secret].", code="invalid_api_key", status=401
    )
    assert info.message.count(KEY) == 1


def test_without_keys_a_secret_is_known_by_its_looks() -> None:
    shown = hidden_error(ValueError("sk-" + "proj-abcdefgh12345678"), None)
    assert str(shown) == "[secret]"


def test_nothing_is_nothing() -> None:
    assert hidden_error(None, Keys([KEY])) is None
