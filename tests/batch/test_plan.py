"""From what users pass to a batch: everything is checked before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from ws_notebook import Session, SettingsError

__all__: list[str] = []

Open = Callable[..., Session]
FRAME = pd.DataFrame({"n": [1, 2]})


@pytest.mark.parametrize(
    ("data", "prompt", "settings", "words"),
    [
        (FRAME, "{m}", {}, "there is no m among the columns"),
        (FRAME.head(0), "{n}", {}, "no rows"),
        (FRAME, 5, {}, "not int"),
        (FRAME, "{n}", {"lanes": 0}, "lanes must be"),
        (FRAME, "{n}", {"lanes": True}, "lanes must be"),
        (FRAME, "{n}", {"max_tokens": 0}, "max_tokens must be"),
        (FRAME, "{n}", {"max_cost": 1.0}, "prices="),
        (FRAME, "{n}", {"max_cost": 1.0, "prices": {"other": (1, 1, 1)}}, "'demo'"),
        (FRAME, "{n}", {"tols": 3}, "Did you mean tools"),
        (FRAME, "{n}", {"view": "big"}, "view must be one of"),
        (FRAME, "{n}", {"model": 5}, "model must be"),
        (FRAME, "{n}", {"text_format": 5}, "text_format takes a type"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_sent(
    local: Open, data: Any, prompt: Any, settings: dict[str, Any], words: str
) -> None:
    session = local()
    with pytest.raises(SettingsError, match=words):
        session.map(data, prompt, **settings)
    assert session.connections == 0
    assert session.runs == []


def test_more_lanes_than_there_are_are_told(local: Open) -> None:
    assert local().map([1], "say {value}", lanes=99).notes == (
        "16 rows are asked at once, not 99: the provider takes no more.",
    )


def test_fewer_lanes_are_kept(local: Open) -> None:
    session, widths = local(), []
    batch = session.start_map(range(12), 'think 0.05 seconds then say "{value}"', lanes=3)
    while not batch.done:
        widths.append(batch.counts.get("asked", 0))
    assert max(widths) <= 3
    assert batch.counts == {"completed": 12}


def test_a_large_cell_and_text_with_braces_go_as_they_are(local: Open) -> None:
    batch = local().map(["x" * 10_000_000, "{value} {{"], 'say "{value:.9}"')
    assert batch.frame.answer.tolist() == ["x" * 9, "{value} {"]
    whole = local().map(["y" * 10_000_000], 'say "done" {value}')
    assert whole.counts == {"completed": 1}


def test_a_function_is_called_once_for_each_row(local: Open, tmp_path: Any) -> None:
    calls: list[int] = []

    def prompt(value: int) -> str:
        calls.append(value)
        return f'say "{value}"'

    local().map(range(5), prompt, journal=tmp_path / "batch.sqlite")
    assert sorted(calls) == list(range(5))
