"""`ws-notebook cassette`."""

import subprocess
import sys
from pathlib import Path

import pytest

from ws_notebook.cli import main


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ws_notebook", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, **options)  # type: ignore[call-overload,no-any-return]


def test_recordings_are_shown_compared_and_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Path(__file__).parents[1] / "kept"
    one, other = kept / "2026-11-30.jsonl", kept / "2026-11-21-short.jsonl"
    assert main(["cassette", "show", str(one)]) == 0
    assert capsys.readouterr().out.startswith("<Cassette local demo 4 requests, 54 frames")
    assert main(["cassette", "diff", str(one), str(other)]) == 0
    assert "They ask the same" in capsys.readouterr().out
    made = Path(__file__).parents[1] / "cassette" / "vcr" / "stream.yaml"
    assert main(["cassette", "import", str(made), str(tmp_path / "talk.jsonl.gz")]) == 0
    assert "3 requests" in capsys.readouterr().out
    assert main(["cassette", "diff", str(one), str(tmp_path / "talk.jsonl.gz")]) == 1
    assert capsys.readouterr().out.startswith("Request 1. First difference, in input[0].content")
    assert main(["cassette", "diff", str(one), str(tmp_path / "none")]) == 2
    assert "cannot be read" in capsys.readouterr().err
