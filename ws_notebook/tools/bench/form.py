"""A form to call a tool by hand: a field for each parameter of its schema. Imports ipywidgets when one is made."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from html import escape
from io import StringIO
from typing import Any

from ws_notebook import kernel
from ws_notebook.exceptions import ToolError
from ws_notebook.render.format import json_value
from ws_notebook.tools.bench.trial import Tried
from ws_notebook.tools.schema.nodes import resolved
from ws_notebook.tools.schema.pretty import type_words

__all__ = ["ToolForm", "tool_form"]

_PRE = "margin:2px 0;white-space:pre-wrap;background:none"


def tool_form(tool: Tried) -> Any:
    """The form as a widget. Raises `ToolError` outside of a notebook."""
    if not kernel.in_kernel():
        raise ToolError(f"A form needs a notebook. Here, call {tool.name}.try_(…).")
    return ToolForm(tool).widget


class ToolForm:
    """The fields, the button and what the last call gave. `widget` is all of it; `call()` is the button."""

    def __init__(self, tool: Tried) -> None:
        import ipywidgets

        self._tool = tool
        schema = tool.schema.loose
        required = schema.get("required", ())
        self.fields = {
            name: _Field(name, each, name in required, schema.get("$defs", {}))
            for name, each in schema.get("properties", {}).items()
        }
        self.button = ipywidgets.Button(
            description=f"Call {tool.name}", layout={"width": "auto", "align_self": "flex-start"}
        )
        self.button.on_click(lambda _: self._clicked())
        self.result = ipywidgets.HTML()
        head = ipywidgets.HTML(f"<b>{escape(tool.name)}</b> {escape(tool.description.partition(chr(10))[0])}")
        rows = [field.row for field in self.fields.values()]
        self.widget = ipywidgets.VBox([head, *rows, self.button, self.result])

    def values(self) -> dict[str, Any]:
        """What the fields hold, by name; optional ones that are off are left out. Raises `ToolError` for bad JSON."""
        return {name: field.value() for name, field in self.fields.items() if field.switch.value}

    def call(self) -> None:
        """Call the tool with what the fields hold, and show what came of it below them."""
        self.button.disabled = True
        printed = StringIO()
        try:
            with redirect_stdout(printed):
                shown = self._tool.try_(self.values())._repr_html_()
        except ToolError as error:
            shown = f'<pre style="{_PRE}">{escape(str(error))}</pre>'
        except BaseException:  # noqa: BLE001 - nobody else would hear of it: a click has no cell
            shown = f'<pre style="{_PRE}">{escape(traceback.format_exc(limit=-3))}</pre>'
        finally:
            self.button.disabled = False
        text = printed.getvalue()
        self.result.value = (f'<pre style="{_PRE};opacity:.75">{escape(text)}</pre>' if text else "") + shown

    def _clicked(self) -> None:
        """Front ends deliver a click in a thread of their own; the tool runs where it runs for the model."""
        if kernel.is_main_thread() or not kernel.call_when_idle(self.call):
            self.call()


class _Field:
    """One parameter: a label, an input, and for an optional one a box that says whether it is given."""

    def __init__(self, name: str, schema: Any, required: bool, definitions: Mapping[str, Any]) -> None:
        import ipywidgets

        self.name = name
        default = schema.get("default") if isinstance(schema, Mapping) else None
        self.input, self._read = _input(_choice(schema, definitions), definitions, default)
        self.input.layout.width = "320px"
        self.switch = ipywidgets.Checkbox(value=required, indent=False, layout={"width": "24px"}, disabled=required)
        words = type_words(schema, definitions)
        label = f"<code>{escape(name)}</code> <small>{escape(words)}{'' if required else ', optional'}</small>"
        text = escape(str(schema.get("description", ""))) if isinstance(schema, Mapping) else ""
        self.input.observe(lambda _: self.switch.set_trait("value", True), "value")
        self.row = ipywidgets.HBox(
            [
                self.switch,
                ipywidgets.HTML(label, layout={"width": "260px"}),
                self.input,
                ipywidgets.HTML(f"<small>{text}</small>"),
            ]
        )

    def value(self) -> Any:
        try:
            return self._read(self.input.value)
        except ValueError as error:
            raise ToolError(f"{self.name}: this field takes JSON ({error}).") from None


def _choice(schema: Any, definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of the schema that the field is made for: references followed, "or null" left aside."""
    found = resolved(schema, definitions)
    if not isinstance(found, Mapping):
        return {}
    choices = [each for each in found.get("anyOf", ()) if each != {"type": "null"}]
    return _choice(choices[0], definitions) if len(choices) == 1 else found


def _input(schema: Mapping[str, Any], definitions: Mapping[str, Any], default: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The widget for a value of this schema, and how its value is read."""
    import ipywidgets

    kind = schema.get("type")
    if "enum" in schema:
        options = [(str(value), value) for value in schema["enum"]]
        known = default in schema["enum"]
        return ipywidgets.Dropdown(options=options, value=default if known else schema["enum"][0]), _same
    if kind == "boolean":
        return ipywidgets.Dropdown(options=[("true", True), ("false", False)], value=default is not False), _same
    if kind in ("integer", "number", "string"):
        hint = {"integer": "a whole number", "number": "a number"}.get(kind) or str(
            schema.get("format") or schema.get("pattern") or "text"
        )
        line = ipywidgets.Text(value="" if default is None else str(default), placeholder=hint)
        return line, _same if kind == "string" else _number
    text = "" if default is None else json.dumps(default, ensure_ascii=False)
    words = type_words(schema, definitions)
    return ipywidgets.Textarea(value=text, placeholder=f"JSON: {words}", rows=2), json.loads


def _same(value: Any) -> Any:
    return value


def _number(text: str) -> Any:
    """A number as it was typed; other words go to the tool's own validation, which says what is wrong with them."""
    return json_value(text, text)
