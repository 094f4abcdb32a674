"""`ws-notebook model`."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.index import gguf

from ws_notebook.cli import main

__all__: list[str] = []


def test_models_are_listed_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WS_NOTEBOOK_MODELS", str(tmp_path))
    assert main(["model", "list"]) == 0
    assert "no model yet" in capsys.readouterr().out
    (tmp_path / "tiny.gguf").write_bytes(gguf("Tiny"))
    assert main(["model", "list"]) == 0
    out = capsys.readouterr().out
    assert "tiny  Tiny, 0 MB, licence not told" in out
    assert "to be had: ws-notebook model get smollm2  (SmolLM2-135M, 93 MB)" in out
    assert main(["model", "remove", "tiny"]) == 0
    assert main(["model", "remove", "tiny"]) == 1
    assert "There is no model 'tiny'" in capsys.readouterr().err
    assert main(["model", "get", "unknown"]) == 1
    assert "There is no model 'unknown' to be had" in capsys.readouterr().err
