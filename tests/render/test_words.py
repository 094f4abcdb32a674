from __future__ import annotations

import json
from importlib.resources import files

from ws_notebook.core.turn import CALL_ORDER, TURN_ORDER
from ws_notebook.render.words import BAD_CALLS, CALL_WORDS, DECISION_WORDS, DOING, KINDS, RUN_WORDS, STEER_WORDS

__all__: list[str] = []

SCHEMA = json.loads((files("ws_notebook") / "render" / "bundle.schema.json").read_text("utf-8"))


def test_every_status_and_kind_has_a_word() -> None:
    assert CALL_WORDS.keys() == CALL_ORDER.keys()
    assert RUN_WORDS.keys() == {*TURN_ORDER, "unanswered"}
    assert list(DOING) == list(KINDS)
    assert CALL_WORDS.keys() >= BAD_CALLS


def test_the_schema_knows_the_same_ones() -> None:
    assert SCHEMA["properties"]["status"]["enum"] == list(RUN_WORDS)
    assert SCHEMA["$defs"]["call"]["properties"]["status"]["enum"] == list(CALL_WORDS)
    assert SCHEMA["$defs"]["span"]["prefixItems"][0]["enum"] == list(KINDS)
    assert SCHEMA["$defs"]["call"]["properties"]["approval"]["properties"]["decision"]["enum"] == list(DECISION_WORDS)
    assert SCHEMA["$defs"]["steer"]["properties"]["status"]["enum"] == list(STEER_WORDS)
