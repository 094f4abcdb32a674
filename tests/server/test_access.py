from __future__ import annotations

import pytest

from ws_notebook.server.access import Access, token_problem
from ws_notebook.server.errors import ApiError

HOST = "127.0.0.1:8000"


def status(
    authorization: str | None = "Bearer right",
    origin: str | None = None,
    host: str | None = HOST,
    bound: str = "127.0.0.1",
) -> int:
    told = {"Authorization": authorization, "Origin": origin, "Host": host}
    try:
        Access(["other", "right"], bound).check({name: value for name, value in told.items() if value is not None})
    except ApiError as error:
        return error.status
    return 200


def test_the_right_token_passes() -> None:
    assert status() == 200
    assert status("bearer right") == 200


@pytest.mark.parametrize(
    "value",
    [None, "", "right", "Bearer", "Bearer wrong", "Basic right", "Bearer rightly", "Bearer other right", "Bearer ü"],
)
def test_any_other_token_is_a_401(value: str | None) -> None:
    assert status(value) == 401


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8000", HOST),
        ("http://localhost:8000", "localhost:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_the_server_is_its_own_origin(origin: str, host: str) -> None:
    assert status(origin=origin, host=host) == 200


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://example.com", HOST),
        ("http://127.0.0.1:9000", HOST),
        ("http://localhost:8000", HOST),
        ("null", HOST),
        ("", HOST),
        ("http://[::1", HOST),
        # A name of the page's owner that resolves to this machine.
        ("http://example.com:8000", "example.com:8000"),
    ],
)
def test_another_origin_is_a_403_whatever_the_token(origin: str, host: str) -> None:
    assert status(origin=origin, host=host) == 403


def test_the_name_a_server_is_bound_to_is_its_own() -> None:
    assert status(origin="http://box.example:8000", host="box.example:8000", bound="box.example") == 200


def test_the_repr_shows_no_token() -> None:
    assert "right" not in repr(Access(["right"], "127.0.0.1"))


def test_each_token_is_an_owner_of_its_own_whatever_its_place() -> None:
    def owner(token: str, *tokens: str) -> str:
        return Access(tokens, "127.0.0.1").check({"Authorization": f"Bearer {token}", "Host": HOST})

    assert owner("a", "a", "b") == owner("a", "b", "a") != owner("b", "a", "b")
    assert "a-long-token" not in owner("a-long-token", "a-long-token")


@pytest.mark.parametrize("token", ["", "  ", "\t", " right", "right\n", "ri\x00ght", "ri\nght", "x" * 5000])
def test_a_token_that_protects_nothing_or_cannot_be_sent_is_none(token: str) -> None:
    assert token_problem(token)
    with pytest.raises(ValueError, match="A token "):
        Access(["right", token], "127.0.0.1")


def test_a_token_of_other_letters_is_known_by_its_bytes() -> None:
    assert token_problem("clé-€") is None
    # As tornado reads a header.
    told = "Bearer clé-€".encode().decode("latin-1")
    assert Access(["clé-€"], "127.0.0.1").check({"Authorization": told, "Host": HOST})
