"""What the extension of JupyterLab declares: its settings, its keys, its commands, its notebook."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

__all__: list[str] = []

SOURCES = Path(__file__).resolve().parent.parent / "labextension"
SETTINGS = json.loads((SOURCES / "schema" / "settings.json").read_text())
SCRIPTS = {path: path.read_text() for path in sorted((SOURCES / "src").rglob("*.ts"))}
LAB_SCHEMAS = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
KEYS = ("keys", "macKeys", "winKeys", "linuxKeys")


def commands_of(value: Any) -> Iterator[str]:
    """Every command that a part of the schema names."""
    if isinstance(value, dict):
        if isinstance(value.get("command"), str):
            yield value["command"]
        for each in value.values():
            yield from commands_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from commands_of(each)


def test_every_command_in_menus_toolbars_and_keys_is_one_of_ours() -> None:
    ours = {name for text in SCRIPTS.values() for name in re.findall(r"= '(ws-notebook:[a-z-]+)';", text)}
    named = set(commands_of(SETTINGS))
    assert len(named) > 5
    assert named - ours == set()


def test_every_setting_is_read_and_has_a_default() -> None:
    read = (SOURCES / "src" / "plugins" / "optionValues.ts").read_text()
    for name, setting in SETTINGS["properties"].items():
        assert name in read
        assert {"title", "description", "type", "default"} <= set(setting)


def test_the_plugins_are_in_the_list_and_each_says_what_it_does() -> None:
    plugins = {name for text in SCRIPTS.values() for name in re.findall(r"export const (\w+Plugin): ", text)}
    listed = set(re.findall(r"^  (\w+Plugin),?$", (SOURCES / "src" / "index.ts").read_text(), re.MULTILINE))
    assert listed == plugins
    for text in SCRIPTS.values():
        assert len(re.findall(r"^  description: ", text, re.MULTILINE)) >= len(re.findall(r"const \w+Plugin: ", text))


@pytest.mark.skipif(not LAB_SCHEMAS.is_dir(), reason="JupyterLab is not installed here")
def test_no_key_is_one_of_jupyterlab_s_own() -> None:
    taken = set()
    for path in LAB_SCHEMAS.rglob("*.json"):
        schema = json.loads(path.read_text())
        shortcuts = schema.get("jupyter.lab.shortcuts", []) if isinstance(schema, dict) else []
        taken |= {" ".join(shortcut[kind]) for shortcut in shortcuts for kind in KEYS if shortcut.get(kind)}
    assert len(taken) > 50
    ours = {" ".join(shortcut["keys"]) for shortcut in SETTINGS["jupyter.lab.shortcuts"]}
    assert ours & taken == set()
