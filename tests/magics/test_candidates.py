"""Values that Tab offers behind an option."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.pictures import png

from ws_notebook import Session, scenes
from ws_notebook.magics.candidates import cassettes, field_words, models, pictures, types
from ws_notebook.magics.fields import FIELDS, request_fields

__all__: list[str] = []


def test_the_user_s_own_classes_come_before_builtins() -> None:
    own = type("City", (), {"__module__": "__main__"})
    found = types([("City", own), ("Path", Path), ("n", 3)])
    assert found[:3] == ["City", "list[City]", "str"]
    assert "Path" not in found


def test_variables_that_hold_pictures_and_files_that_are_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.JPG", "c.txt", ".hidden.png"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "d.gif").write_bytes(b"")
    names = [
        ("pil", Image.new("L", (1, 1))), ("data", png(1, 1)), ("text", b"text"), ("grid", np.zeros((2, 2))),
        ("line", np.zeros(3)), ("path", Path("x.png")), ("several", [png(1, 1)]), ("words", ["a"]), ("nothing", []),
    ]  # fmt: skip
    assert pictures(names, "") == ["pil", "data", "grid", "path", "several", "a.png", "b.JPG", "more/"]
    assert pictures([], "more/") == ["more/d.gif"]
    assert pictures([], "none/") == []


def test_cassettes_are_found_by_their_endings(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"")
    (tmp_path / "b.txt").write_bytes(b"")
    (tmp_path / "c.jsonl.gz").write_bytes(b"")
    assert cassettes(f"{tmp_path}/") == [f"{tmp_path}/a.jsonl", f"{tmp_path}/c.jsonl.gz"]


def test_each_offered_value_of_a_field_is_one_that_can_be_set() -> None:
    assert field_words("te") == [f"{key}=" for key in FIELDS]
    values = {key: field_words(f"{key}=") for key in FIELDS}
    assert values["text.verbosity"] == ["low", "medium", "high"]
    for key, words in values.items():
        for word in words:
            assert request_fields([f"{key}={word}"], None)


def test_models_are_those_that_were_asked_or_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WS_NOTEBOOK_MODELS", str(tmp_path))
    with Session(provider="local") as session:
        session.ask('say "x"', model="demo")
        assert models("local", "mine", [session]) == ["mine", "demo", *(f"scene:{name}" for name in scenes.names())]
        assert models("openai", "mine", [session])[:2] == ["mine", "demo"]
        assert models("no such provider", "", []) == []
