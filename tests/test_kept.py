"""Saved runs and cassettes that earlier versions wrote are read as what they were."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import ws_notebook as wsn
from ws_notebook.render.bundle import MIME_TYPE
from ws_notebook.render.compact import expand

__all__: list[str] = []

KEPT = Path(__file__).parent / "kept"
NAMES = sorted(path.stem for path in KEPT.glob("*.json"))
"""Each is a run of a version at that day, as its notebook has it, and the cassette of its session."""
PROMPT = 'call add(a=2, b=3), then call fail(why="made up"), then write 12 words'
TEXT = "The harbour wakes before the town does, and the first boats are."
SCHEMA = json.loads((files("ws_notebook") / "render" / "bundle.schema.json").read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_run_is_valid_and_whole(name: str) -> None:
    saved: dict[str, Any] = json.loads((KEPT / f"{name}.json").read_text("utf-8"))[MIME_TYPE]
    jsonschema.validate(saved, SCHEMA)
    run = expand(saved)
    assert (run["prompt"], run["status"], run["text"]) == (PROMPT, "completed", TEXT)
    assert "".join(turn["text"] for turn in run["turns"]) == TEXT
    calls = [call for turn in run["turns"] for call in turn["calls"]]
    assert [(call["name"], call["status"]) for call in calls] == [("add", "completed"), ("fail", "failed")]
    assert calls[0]["output"] == "5"
    kinds = [[span[0] for span in turn["spans"]] for turn in run["turns"]]
    assert kinds[0][:3] == ["connect", "send", "wait"]
    assert all(turn["start_ms"] <= turn["end_ms"] for turn in run["turns"])


@pytest.mark.parametrize("name", NAMES)
def test_a_cassette_gives_the_same_answers(name: str) -> None:
    @wsn.tool
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    @wsn.tool
    def fail(why: str) -> str:
        """Fail."""
        raise ValueError(why)

    cassette = wsn.Cassette.load(KEPT / f"{name}.jsonl")
    with wsn.Session(transport=wsn.ReplayTransport(cassette, speed=0), tools=[add, fail]) as session:
        run = session.ask(PROMPT)
        assert (run.text, [call.status for call in run.tool_calls]) == (TEXT, ["completed", "failed"])
        assert session.ask('say "again"').text == "again"
