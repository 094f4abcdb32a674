"""`%responses record`, `replay` and `compare` in a real kernel."""

from __future__ import annotations

from pathlib import Path

from magics.shells import Notebook

from ws_notebook.magics.tapes import split_prompt

__all__: list[str] = []

ADD = "@wsn.tool\ndef add(a: int, b: int) -> int:\n    return a + b"


def said(kernel: Notebook, line: str) -> str:
    """What a line magic shows, as text."""
    (shown,) = kernel.run(line).shown
    return str(shown["text/plain"])


def test_what_was_recorded_is_replayed_without_the_provider(kernel: Notebook, tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    kernel.run(ADD)
    assert "begin with" in said(kernel, "%responses record")
    assert str(path) in said(kernel, f"%responses record {path}")
    first = kernel.run("%%responses\ncall add(a=2, b=3)").run["text"]
    assert "%responses record stop" in said(kernel, "%responses record")
    assert "frames" in said(kernel, "%responses record stop")
    kernel.run("%%responses\nsay 'not recorded'")
    before = kernel.value("_.id")

    shown = said(kernel, f"%responses replay {path} --speed 0")
    assert "at once" in shown
    again = kernel.run("%%responses\ncall add(a=2, b=3)").run
    assert again["text"] == first
    assert again["session"]["transport"] == "replay"
    assert "replay of a recording" in said(kernel, "%responses status")
    assert "holds no answer to “hm”" in kernel.run("%%responses\nhm", fails=True).message
    kernel.run("%responses replay stop")
    assert kernel.run("%%responses\nsay 'yes'").run["session"]["transport"] == "websocket"
    assert kernel.value("_.parent.id") == before


def test_the_latest_question_another_one_or_a_new_one_is_compared(kernel: Notebook) -> None:
    kernel.run("%%responses -o first\nsay 'one'")
    kernel.run("%%responses\nsay 'two'")
    first = kernel.value("first.id")
    for line, text in (("", "two"), (first, "one"), ("say 'three'", "three"), ("\"say 'it'\"", "it")):
        kernel.run(f"found = %responses compare {line}")
        assert kernel.value("[run.text for run in found.runs.values()]") == [text, text]
    assert kernel.value("list(found.runs)") == ["websocket", "http"]
    assert "first token" in said(kernel, "%responses compare --transport http -m demo,other 'say hi'")


def test_mistakes_are_told_in_one_line(kernel: Notebook) -> None:
    kernel.run("%responses reset")
    for line, words in (
        ("compare", "needs a prompt"),
        ("compare --transport carrier x", "not 'carrier'"),
        ("compare -m demo x", "completed"),
        ("record stop", "nothing is being recorded"),
        ("record /no/such/folder/x", "cannot be written"),
        ("replay", "needs a cassette"),
        ("replay /no/such/file", "cannot be read"),
        ("replay x --speed fast", "--speed takes a number"),
        ("turns --speed 1", "'--speed' has no meaning there"),
    ):
        fails = words != "completed"
        cell = kernel.run(f"%responses {line}", fails=fails)
        assert words in (cell.message if fails else str(cell.shown))


def test_a_prompt_is_taken_as_it_is_typed() -> None:
    assert split_prompt(" -m a,b What's up? --transport http") == ("What's up?", {"-m": "a,b", "--transport": "http"})
    assert split_prompt(' "one" and "two"') == ('"one" and "two"', {})
    assert split_prompt(" 'say \"hi\"' -s work") == ('say "hi"', {"-s": "work"})
    assert split_prompt("") == ("", {})
