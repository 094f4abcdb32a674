"""Cassettes on the command line, as far as nothing is served: tests/test_cli.py runs the commands."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from ws_notebook.cassette.command import add_command, add_flags, flags_problem, looked_at

__all__: list[str] = []

KEPT = Path(__file__).parents[1] / "kept" / "2026-11-30.jsonl"


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_command(parser.add_subparsers(), lambda _: 0)
    return parser.parse_args(["cassette", *words])


def test_files_are_looked_at_compared_and_written(tmp_path: Path) -> None:
    assert looked_at(asked("show", str(KEPT)))[0].startswith("<Cassette local demo 4 requests")
    assert looked_at(asked("import", str(KEPT), str(tmp_path / "c.gz")))[1] == 0
    assert looked_at(asked("diff", str(KEPT), str(tmp_path / "c.gz"))) == (
        "They ask the same, and are answered the same.", 0
    )  # fmt: skip
    text, code = looked_at(asked("diff", str(KEPT), str(tmp_path / "none")))
    assert ("cannot be read" in text, code) == (True, 2)


@pytest.mark.parametrize(
    ("words", "problem"),
    [([], None), (["--cassette", "c"], None), (["--record", "all"], "--record is about a cassette")],
)
def test_flags_that_need_each_other_are_named(words: list[str], problem: str | None) -> None:
    parser = argparse.ArgumentParser()
    add_flags(parser, float)
    parser.add_argument("--upstream")
    found = flags_problem(parser.parse_args(words))
    assert found is None if problem is None else str(found).startswith(problem)
