from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.dialects import APIS, DIALECTS, OTHER, Dialect, dialect_of


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_a_dialect_can_be_told_and_says_how_it_is_asked(dialect: Dialect) -> None:
    assert DIALECTS[dialect.name] is dialect
    assert dialect.owners or dialect.header[0]
    assert dialect.apis
    assert set(dialect.apis) <= set(APIS)
    assert all(lack and remedy for lack, remedy in dialect.lacks)


@pytest.mark.parametrize(
    ("headers", "models", "name"),
    [
        ({"Server": "llama.cpp"}, [], "llamacpp"),
        ({"X-LiteLLM-Version": "1.108.7"}, [{"owned_by": "openai"}], "litellm"),
        ({"server": "uvicorn"}, [{"owned_by": "vllm"}], "vllm"),
        ({}, [{"owned_by": "library"}], "ollama"),
        ({}, [{"owned_by": "organization_owner"}], "lmstudio"),
        ({"openai-version": "2020-10-01"}, [{"owned_by": "system"}], "openai"),
        ({}, [{"owned_by": "ws-notebook"}], "ours"),
        ({"server": "nginx"}, [{"owned_by": "me"}, {}], "other"),
    ],
)
def test_a_server_is_told_by_its_answer(headers: dict[str, str], models: list[dict[str, Any]], name: str) -> None:
    assert dialect_of(headers, models) is DIALECTS.get(name, OTHER)
