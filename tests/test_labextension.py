"""What the extension of JupyterLab declares: its settings, its keys, its commands, its notebook."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from ws_notebook.render import bundle
from ws_notebook.views import hub, messages

__all__: list[str] = []

SOURCES = Path(__file__).resolve().parent.parent / "labextension"
SETTINGS = json.loads((SOURCES / "schema" / "settings.json").read_text())
SCRIPTS = {path: path.read_text() for path in sorted((SOURCES / "src").rglob("*.ts"))}
LAB_SCHEMAS = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
FLOORS = ("plugins", "widgets", "batch", "cells", "kernel", "panel", "view", "run", "texts.ts")
"""The folders of the sources, and the file that stands for one: each imports from those behind it only."""
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
    read = (SOURCES / "src" / "plugins" / "options.ts").read_text()
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


def imports_of(path: Path) -> Iterator[Path]:
    """The sources that a script imports, types too."""
    for name in re.findall(r"(?:from|import) '(\.[^']+)'", SCRIPTS[path]):
        found = (path.parent / name).resolve()
        yield found if found.suffix else found.with_name(f"{found.name}.ts")


def floor_of(path: Path) -> int:
    """Where the folder of a source stands in the list."""
    return FLOORS.index(path.relative_to(SOURCES / "src").parts[0])


def test_a_folder_imports_from_those_below_it_only() -> None:
    above = {
        f"{path.relative_to(SOURCES)} imports {imported.relative_to(SOURCES)}"
        for path in SCRIPTS
        if path.name not in {"index.ts", "modules.d.ts"}
        for imported in imports_of(path)
        if imported.is_relative_to(SOURCES) and floor_of(imported) < floor_of(path)
    }
    assert above == set()


def test_plugins_and_the_scripts_of_widgets_do_not_import_one_another() -> None:
    entries = [path for path in SCRIPTS if path.parent.name == "plugins"]
    imported = {
        each.relative_to(SOURCES / "src").as_posix() for path in entries for each in imports_of(path) if each in SCRIPTS
    }
    assert {name for name in imported if name.startswith(("plugins/", "widgets/"))} == {"plugins/tokens.ts"}


def test_no_script_imports_itself_by_way_of_others() -> None:
    circle: list[str] = []
    try:
        TopologicalSorter({path: set(imports_of(path)) for path in SCRIPTS}).prepare()
    except CycleError as error:
        circle = [path.relative_to(SOURCES).as_posix() for path in error.args[1]]
    assert " imports ".join(reversed(circle)) == ""


def test_beside_its_folders_the_source_has_three_files() -> None:
    assert {path.name for path in (SOURCES / "src").iterdir() if path.is_file()} == {
        "index.ts",
        "modules.d.ts",
        "texts.ts",
    }


def constant(path: str, name: str) -> object:
    """A text or a number that a script writes as a constant."""
    written = re.search(rf"const {name} = (.+);", (SOURCES / "src" / path).read_text())
    assert written is not None, f"{path} has no {name}"
    return ast.literal_eval(written[1])


def test_the_page_and_the_kernel_call_their_channels_and_the_run_s_type_the_same() -> None:
    assert constant("kernel/post.ts", "TARGET") == hub.TARGET
    assert constant("kernel/post.ts", "CHANNEL") == hub.CHANNEL
    assert constant("kernel/link.ts", "PANEL") == hub.PANEL
    assert constant("run/bundle.ts", "MIME_TYPE") == bundle.MIME_TYPE


def test_the_page_knows_how_much_of_a_prompt_and_of_arguments_the_kernel_keeps() -> None:
    assert constant("cells/edited.ts", "KEPT") == bundle.LIMIT
    assert constant("view/approvals.ts", "SENT") == bundle.LIMIT


def test_the_kernel_understands_each_kind_of_message_that_a_page_sends() -> None:
    types = (SOURCES / "src" / "run" / "messages.ts").read_text().partition("export type BrowserMessage =")[2]
    sent = set(re.findall(r"kind: '(\w+)'", types.partition(";\n\n")[0]))
    assert len(sent) > 5
    about = {"turn": "r1.1", "call": "call_1", "verdict": "shown", "text": "", "index": 0}
    # The hub itself hears of what is kept.
    assert {kind for kind in sent - {"kept"} if messages.decoded({"kind": kind, **about}) is None} == set()
