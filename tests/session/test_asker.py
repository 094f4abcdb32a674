"""What a session asks of each row: its own settings, unless map() was given others, and pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.pictures import png

from ws_notebook import Session
from ws_notebook.session.asker import SessionAsker

__all__: list[str] = []

Open = Callable[..., Session]


def test_pictures_go_with_all_rows_or_with_each_its_own(local: Open) -> None:
    session = local()
    every = session.map(["a", "b"], "Look at {value}", images=[png(4, 4)])
    own = session.map([1, 2], "Look at {value}", images=lambda value: [png(value, value)])
    cells = session.map([{"image": png(6, 6)}], lambda row: [{"role": "user", "content": "x"}], images=[png(3, 3)])
    assert every.frame.answer.str.contains("4").all()
    assert "1" in own.frame.answer[0]
    assert cells.counts == {"completed": 1}


def test_a_scene_s_file_is_named_as_a_server_in_another_folder_finds_it(
    local: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert SessionAsker(local(), model="scene:own.yaml").model == f"scene:{tmp_path / 'own.yaml'}"


def test_a_row_is_asked_as_ask_would(local: Open) -> None:
    session = local(instructions="Be long.")
    batch = session.map(["x"], "{value}", instructions="Be brief.", options={"max_output_tokens": 99}, keep_runs=True)
    settings = batch[0].run.state.settings
    assert (settings.instructions, settings.options["max_output_tokens"]) == ("Be brief.", 99)
    assert batch[0].run.id == f"{batch.id}-2"
