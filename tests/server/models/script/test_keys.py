from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from server.models.script.wrong import WRONG
from support.programs import program

from ws_notebook import scenes
from ws_notebook.server.models.script.keys import STEPS
from ws_notebook.server.models.script.nodes import SceneError, compose
from ws_notebook.server.models.script.reader import read_scene

__all__: list[str] = []

schema = program("scenes").schema
PAGE = Path(__file__).resolve().parents[4] / "docs" / "scenes.md"
# What is wrong with these no schema can say.
ONLY_THE_READER = {"missing tool", "call as text", "check before its call", "fault with a place", "unknown fault"}
ONLY_THE_READER |= {
    "endless in all",
    "number too high",
    "pattern",
    "steering at the end",
    "bad call",
    "call cut by a comma",
}


def test_the_committed_schema_is_that_of_the_readers_table() -> None:
    assert json.loads(scenes.SCHEMA.read_text(encoding="utf-8")) == schema(), "run python scripts/scenes.py"
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", scenes.names())
def test_a_shipped_scene_is_right_by_the_schema_and_the_reader(name: str) -> None:
    text = scenes.file_of(name).read_text(encoding="utf-8")
    jsonschema.validate(compose(text, name).plain, schema())
    assert read_scene(text, name).about


@pytest.mark.parametrize("what", [what for what in WRONG if what not in ONLY_THE_READER])
def test_the_schema_refuses_what_the_reader_refuses(what: str) -> None:
    text = WRONG[what][0]
    with pytest.raises(SceneError):
        read_scene(text, what)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(compose(text, what).plain, schema())


def test_the_page_has_each_step_with_its_keys_and_its_own_scenes_are_right() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, step in STEPS.items():
        keys = ", ".join(f"`{key}`{'' if each.required else ' ?'}" for key, each in step.keys.items())
        assert f"| `{name}` | {step.help} | {'a list of calls' if name == 'calls' else keys} |" in page
    examples = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        read_scene(example, "docs/scenes.md")
        jsonschema.validate(compose(example, "docs/scenes.md").plain, schema())
    assert set(re.findall(r"\| `scene:([\w-]+)` \|", page)) == set(scenes.names())
