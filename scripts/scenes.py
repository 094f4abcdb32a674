"""Write ws_notebook/scenes/scene.schema.json, by which editors complete and check scenes, from the table of their keys.
tests/server/models/script/test_keys.py says when that is due.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from ws_notebook.scenes import SCHEMA
from ws_notebook.server.models.script.keys import CALL, MOST_TIMES, QUESTION, SCENE, STEPS, Key, Step

__all__ = ["main", "schema"]

_TIME = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^\d+(\.\d+)? ?(ms|s|min)$"}]}
_NAME = {"type": "string", "pattern": r"^[A-Za-z0-9_.-]{1,64}$"}
_TEXT = {"type": ["string", "number", "boolean"]}
_SCHEMAS: Mapping[str, dict[str, Any]] = {
    "text": _TEXT,
    "time": _TIME,
    "speed": {"type": "number", "minimum": 0},
    "count": {"type": "integer", "minimum": 1},
    "times": {"type": "integer", "minimum": 1, "maximum": MOST_TIMES},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "name": _NAME,
    "pattern": {"type": "string"},
    "any": {},
    "reason": {"enum": ["max_output_tokens", "content_filter"]},
    "fault": {"type": "string"},
    "arguments": {"type": "object"},
    "tools": {
        "anyOf": [
            {"type": "array", "items": _NAME},
            {"type": "object", "propertyNames": _NAME, "additionalProperties": {"type": ["string", "null"]}},
        ]
    },
    "words": {"anyOf": [_TEXT, {"$ref": "#/$defs/steps"}]},
    "steps": {"$ref": "#/$defs/steps"},
    "calls": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/call"}},
    "questions": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/question"}},
}


def main() -> int:
    """Bring the file up to date."""
    SCHEMA.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a scene."""
    called = {"anyOf": [{"type": "string"}, _mapping(CALL)]}
    one_step = {
        "type": "object",
        "properties": {name: _step(step) for name, step in STEPS.items()},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:ws-notebook:scene:v1",
        "title": "A scene of ws-notebook",
        "description": "What the script model of the embedded server plays: docs/scenes.md.",
        **_mapping(SCENE),
        "oneOf": [{"required": ["steps"]}, {"required": ["questions"]}],
        "$defs": {
            "steps": {"type": "array", "minItems": 1, "items": one_step},
            "call": called,
            "question": _mapping(QUESTION),
        },
    }


def _mapping(keys: Mapping[str, Key]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"description": key.help, **_SCHEMAS[key.kind]} for name, key in keys.items()},
        "required": [name for name, key in keys.items() if key.required],
        "additionalProperties": False,
    }


def _step(step: Step) -> dict[str, Any]:
    if step.keys is CALL:
        return {"description": step.help, "$ref": "#/$defs/call"}
    whole = _mapping(step.keys)
    if not step.short:
        return {"description": step.help, **whole}
    return {"description": step.help, "anyOf": [_SCHEMAS[step.keys[step.short].kind], whole]}


if __name__ == "__main__":
    sys.exit(main())
