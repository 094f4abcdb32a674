from __future__ import annotations

import dataclasses

import pytest

from ws_notebook.server.models.script.story import Said, SceneCall

__all__: list[str] = []


def test_a_step_is_a_value_that_nobody_changes() -> None:
    assert Said("text", "a") == Said("text", "a", None)
    assert SceneCall("add").needed
    with pytest.raises(dataclasses.FrozenInstanceError):
        Said("text", "a").text = "b"  # type: ignore[misc]
