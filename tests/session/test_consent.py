"""Before somebody's money is spent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ws_notebook import Session
from ws_notebook.session.consent import ask_first, estimate, is_paid
from ws_notebook.session.loop import built_in, own
from ws_notebook.session.ways import Variant

__all__: list[str] = []

TWO = [Variant("websocket", "m"), Variant("http id", "m")]


@pytest.mark.parametrize(
    ("url", "paid"),
    [("http://127.0.0.1:9/v1", False), ("http://localhost:9/v1", False), ("https://api.example.com/v1", True)],
)
def test_what_is_on_this_machine_is_free(opened: Callable[..., Session], url: str, paid: bool) -> None:
    assert is_paid(opened(url)) is paid
    with Session(provider="local", network="4g") as session:
        assert not is_paid(session)


def test_tokens_are_named_always_and_money_where_there_are_prices() -> None:
    loop = built_in(5, 4000)
    bare = estimate(loop, TWO, 2, None)
    assert (bare.runs, bare.money, bare.stores) == (4, None, True)
    assert bare.tokens_in == 4 * (loop.tokens_in or 0)
    dear = estimate(loop, TWO, 2, {"m": (10.0, 1.0, 100.0)})
    assert dear.money == pytest.approx(4 * (10 * (loop.tokens_in or 0) + 100 * (loop.tokens_out or 0)) / 1e6)
    assert "at most" in dear.words()
    assert estimate(loop, TWO, 2, {"other": (1.0, 1.0, 1.0)}).money is None
    unknown = estimate(own("x", []), TWO[:1], 1, {"m": (1.0, 1.0, 1.0)})
    assert unknown.money is None
    assert "unknown number of tokens" in unknown.words()
    assert "stores" not in unknown.words()


def test_consent_that_was_given_is_not_asked_for(opened: Callable[..., Session]) -> None:
    ask_first(opened("https://api.example.com/v1"), estimate(own("x", []), TWO, 1, None), True)
