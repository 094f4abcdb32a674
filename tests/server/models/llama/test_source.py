"""Which models of this machine a server has, and what is said of those that it has not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.index import gguf

from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.llama.source import OnThisMachine
from ws_notebook.server.models.upstream.sources import Addressed
from ws_notebook.shelf.shelf import Shelf

__all__: list[str] = []


@pytest.fixture
def here(tmp_path: Path) -> Shelf:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny.gguf").write_bytes(gguf())
    (tmp_path / "other.gguf").write_bytes(gguf())
    return Shelf(tmp_path / "models")


def test_models_are_had_by_name_and_by_path_only_where_that_is_allowed(here: Shelf, tmp_path: Path) -> None:
    path = str(tmp_path / "other.gguf")
    private, public = OnThisMachine(here, paths=True, beyond=Addressed()), OnThisMachine(here)
    for source in (private, public):
        model = source.model("tiny")
        assert model is not None
        assert model.name == "tiny"
        assert source.model("nothing") is None
    assert private.model(path) is not None
    assert public.model(path) is None
    assert private.model("http://127.0.0.1:9/v1#name") is not None
    with pytest.raises(ApiError, match="no file"):
        private.model(str(tmp_path / "gone.gguf"))
    assert asyncio.run(private.names()) == ["tiny"]


def test_a_known_model_that_is_not_there_is_said_with_the_command_that_gets_it(here: Shelf) -> None:
    with pytest.raises(ApiError, match="ws-notebook model get smollm2") as caught:
        OnThisMachine(here).model("smollm2")
    assert caught.value.code == "model_not_found"


def test_a_server_for_one_model_has_no_other(here: Shelf, tmp_path: Path) -> None:
    source = OnThisMachine(here, only=str(tmp_path / "other.gguf"))
    assert source.model("tiny") is None
    assert source.model(str(tmp_path / "other.gguf")) is not None
    assert asyncio.run(source.names()) == [str(tmp_path / "other.gguf")]
