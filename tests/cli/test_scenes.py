"""`ws-notebook scene`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ws_notebook import scenes
from ws_notebook.cli import main

__all__: list[str] = []


def test_scenes_are_checked_with_their_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("scene: x\nsteps:\n  - sya: a\n  - wait: 2 hours\n")
    assert main(["scene", "check", "first-contact", str(wrong), str(tmp_path / "none.yaml")]) == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("first-contact: First contact: 2 questions; tools: none\n  1. Hello, who are you?\n")
    assert "wrong.yaml:3:5: A step has no key 'sya'. Did you mean 'say'?" in shown.err
    assert "wrong.yaml:4:11:" in shown.err
    assert "There is no such scene" in shown.err
    assert main(["scene", "check", "refusal", "scene:refusal"]) == 0


def test_the_scenes_of_the_package_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scene", "list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        f"scene:{name}" for name in scenes.names()
    ]


def test_a_scene_is_made_of_a_cassette_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cassette, scene = tmp_path / "talk.jsonl", tmp_path / "talk.yaml"
    sent, got = '{"type":"response.create","input":"Hello?"}', '{"type":"response.output_text.delta","delta":"Hi."}'
    cassette.write_text(f'{{"cassette":1}}\n{{"ms":0,"on":1,"sent":{sent}}}\n{{"ms":9,"on":1,"received":{got}}}\n')
    assert main(["scene", "from", str(cassette), "-o", str(scene), "--title", "Mine"]) == 0
    assert main(["scene", "check", str(scene)]) == 0
    assert "Mine: 1 question; tools: none\n  1. Hello?" in capsys.readouterr().out
    assert main(["scene", "from", str(cassette), "-o", str(scene)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main(["scene", "from", str(scene)]) == 1
    assert "no recording" in capsys.readouterr().err
