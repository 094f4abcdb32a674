"""What a session does with rows: the arguments of map and its kin, and images."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from support.pictures import png

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


def test_pictures_go_with_all_rows_or_with_each_its_own(local: Open) -> None:
    session = local()
    every = session.map(["a", "b"], "Look at {value}", images=[png(4, 4)])
    own = session.map([1, 2], "Look at {value}", images=lambda value: [png(value, value)])
    cells = session.map([{"image": png(6, 6)}], lambda row: [{"role": "user", "content": "x"}], images=[png(3, 3)])
    assert every.frame.answer.str.contains("4").all()
    assert "1" in own.frame.answer[0]
    assert cells.counts == {"completed": 1}


def test_a_row_is_asked_as_ask_would(local: Open) -> None:
    session = local(instructions="Be long.")
    batch = session.map(["x"], "{value}", instructions="Be brief.", options={"max_output_tokens": 99}, keep_runs=True)
    settings = batch[0].run.state.settings
    assert (settings.instructions, settings.options["max_output_tokens"]) == ("Be brief.", 99)
    assert batch[0].run.id == f"{batch.id}-2"
