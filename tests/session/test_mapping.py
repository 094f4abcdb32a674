"""What a session does with rows: the arguments of map and its kin."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from ws_notebook import Session
from ws_notebook.session.asking import MapSettings

__all__: list[str] = []

Open = Callable[..., Session]


@pytest.mark.parametrize(
    "function", [Session.map, Session.map_async, Session.start_map], ids=lambda each: each.__name__
)
def test_signatures_name_every_argument(function: Any) -> None:
    found = inspect.signature(function).parameters
    assert list(found) == ["self", "data", "prompt", *MapSettings.__annotations__]
    assert found["keep_runs"].default is False
    assert {found[name].kind for name in MapSettings.__annotations__} == {inspect.Parameter.KEYWORD_ONLY}


def test_before_the_first_there_is_no_batch(local: Open) -> None:
    assert local().batch is None
