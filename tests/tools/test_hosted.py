from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.hosted import HOSTED, HostedTool, secrets_of

__all__: list[str] = []


def test_a_bare_name_stands_for_the_type_and_what_it_cannot_do_without() -> None:
    assert HostedTool("web_search").definition == {"type": "web_search"}
    assert HostedTool("code_interpreter").definition == {"type": "code_interpreter", "container": {"type": "auto"}}


def test_options_are_its_other_fields() -> None:
    made = HostedTool("file_search", vector_store_ids=["vs_1"])
    assert made.definition == {"type": "file_search", "vector_store_ids": ["vs_1"]}
    assert HostedTool({"type": "anything_new", "depth": 3}).definition == {"type": "anything_new", "depth": 3}


def test_it_is_a_copy_that_nobody_changes_from_outside() -> None:
    given: dict[str, Any] = {"type": "mcp", "server_label": "docs", "server_url": "https://x.test", "headers": {}}
    made = HostedTool(given)
    given["headers"]["a"] = "b"
    made.definition["headers"]["c"] = "d"
    assert made.definition["headers"] == {}


def test_an_mcp_server_is_named_by_its_label_and_shows_no_secret() -> None:
    made = HostedTool(
        "mcp", server_label="docs", server_url="https://x.test", authorization="a-token", headers={"X-Key": "a-key"}
    )
    assert made.name == "docs"
    assert repr(made) == "<HostedTool docs: run by the provider: mcp at https://x.test>"
    assert secrets_of(made.definition) == ["a-token", "a-key"]
    assert secrets_of({"type": "mcp", "headers": None, "authorization": 3}) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("web_serch", "Did you mean 'web_search'"),
        ("mcp", "needs server_label and server_url"),
        ("population", "the function itself"),
        ({"name": "x"}, 'its "type"'),
        (5, 'its "type"'),
        ({"type": "custom", "name": "x"}, "needs its Python function"),
    ],
)
def test_what_is_none_is_refused_in_words(given: Any, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        HostedTool(given)


def test_every_known_name_makes_one_or_says_what_it_needs() -> None:
    for name, needs in HOSTED.items():
        if needs:
            with pytest.raises(ToolError, match=needs.partition(" ")[0].rstrip(",")):
                HostedTool(name)
        else:
            assert HostedTool(name).type == name
