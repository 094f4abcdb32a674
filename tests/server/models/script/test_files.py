from __future__ import annotations

import os
from pathlib import Path

import pytest

from ws_notebook import scenes
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.script.files import Scenes, load
from ws_notebook.server.models.script.nodes import SceneError

__all__: list[str] = []


def test_there_are_six_scenes_and_each_can_be_loaded_by_its_bare_name() -> None:
    assert scenes.names() == [
        "failing-tool",
        "first-contact",
        "long-chain",
        "lost-connection",
        "parallel-tools",
        "refusal",
    ]
    assert all(load(name).title for name in scenes.names())


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("scene: One\nsteps: [{say: a}]\n")
    known = Scenes()
    first = known.model(f"scene:{file}")
    assert known.model(f"scene:{file}") is first
    file.write_text("scene: Two\nsteps: [{say: a}]\n")
    os.utime(file, (1, 1))
    assert known.model(f"scene:{file}").story.title == "Two"


def test_a_scene_that_cannot_be_played_is_refused_with_all_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("scene: One\nsteps:\n  - sya: a\n")
    with pytest.raises(ApiError, match=r"s\.yaml:3:5: A step has no key 'sya'\. Did you mean 'say'\?"):
        Scenes().model(f"scene:{file}")
    with pytest.raises(SceneError, match="Did you mean 'failing-tool'"):
        load("failing-tol")
    file.write_bytes(b"scene: \xff\n")
    with pytest.raises(SceneError, match="Save it as UTF-8"):
        load(str(file))


def test_paths_are_named_so_that_another_folder_finds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bare").write_text("scene: x\n")
    assert scenes.with_path("scene:first-contact") == "scene:first-contact"
    assert scenes.with_path("scene:a.yaml") == f"scene:{tmp_path / 'a.yaml'}"
    assert scenes.with_path("scene:bare") == f"scene:{tmp_path / 'bare'}"
    assert scenes.with_path("scene:frist-contact") == "scene:frist-contact"
    assert scenes.with_path("demo") == "demo"
    assert scenes.shown_name(f"scene:{tmp_path / 'a.yaml'}") == "scene:a.yaml"
