from __future__ import annotations

from collections.abc import Iterator

import pytest
from magics.shells import Notebook, notebook

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool
from ws_notebook.tools.bench.form import ToolForm

__all__: list[str] = []

SETUP = """
import threading
from dataclasses import dataclass
from enum import Enum
from typing import Literal
from ws_notebook.tools.bench.form import ToolForm

class Unit(Enum):
    metres = "m"
    miles = "mi"

@dataclass
class Place:
    name: str

@wsn.tool
def visit(place: Place, city: str, unit: Unit = Unit.miles, times: int = 2, fast: bool = False,
          share: float | None = None, mode: Literal[1, 2] = 2) -> str:
    "Visit a <place>."
    print("visiting")
    where = "main" if threading.current_thread() is threading.main_thread() else "thread"
    return f"{place.name} {city} {unit.name} {times} {fast} {share} {mode} in {where}"

form = ToolForm(visit)
def fill(**values):
    for name, value in values.items():
        form.fields[name].input.value = value
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Notebook]:
    with notebook() as opened:
        opened.run(SETUP)
        yield opened


def test_there_is_a_field_for_each_parameter_that_fits_its_type(kernel: Notebook) -> None:
    kinds = kernel.value("{name: type(field.input).__name__ for name, field in form.fields.items()}")
    assert kinds == {
        "place": "Textarea",
        "city": "Text",
        "unit": "Dropdown",
        "times": "Text",
        "fast": "Dropdown",
        "share": "Text",
        "mode": "Dropdown",
    }
    assert kernel.value("form.fields['unit'].input.value, form.fields['times'].input.value") == ("mi", "2")


def test_only_required_and_touched_fields_are_sent(kernel: Notebook) -> None:
    kernel.run("form = ToolForm(visit); fill(place='{\"name\": \"A\"}', city='Oslo', times='3', share='0.5')")
    assert kernel.value("form.values()") == {"place": {"name": "A"}, "city": "Oslo", "times": 3, "share": 0.5}
    kernel.run("form.fields['times'].switch.value = False")
    assert "times" not in kernel.value("form.values()")


def test_the_button_calls_the_tool_as_the_model_would_and_shows_what_came_of_it(kernel: Notebook) -> None:
    kernel.run("form = ToolForm(visit); fill(place='{\"name\": \"A\"}', city='Oslo'); form.call()")
    shown = kernel.value("form.result.value")
    assert "visiting" in shown
    assert "→ A Oslo miles 2 False None 2 in main" in shown
    assert kernel.value("visit.last.status") == "completed"


def test_a_click_in_another_thread_runs_the_tool_in_the_main_thread(kernel: Notebook) -> None:
    kernel.run(
        "form = ToolForm(visit); fill(place='{\"name\": \"A\"}', city='click')\n"
        "thread = threading.Thread(target=form.button.click); thread.start(); thread.join()"
    )
    kernel.run("import asyncio; await asyncio.sleep(0)")
    assert "click miles 2 False None 2 in main" in kernel.value("form.result.value")


def test_bad_json_and_arguments_that_do_not_fit_are_explained(kernel: Notebook) -> None:
    kernel.run("form = ToolForm(visit); fill(place='{', city='Oslo'); form.call()")
    assert "place: this field takes JSON" in kernel.value("form.result.value")
    kernel.run("fill(place='{}', times='many'); form.call()")
    shown = kernel.value("form.result.value")
    assert "place.name: missing, and required" in shown
    assert "times: input should be a valid integer" in shown


def test_the_form_is_a_widget_of_the_cell(kernel: Notebook) -> None:
    (data,) = kernel.run("visit.form()").shown
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "Visit a &lt;place&gt;." in kernel.value("visit.form().children[0].value")


def test_outside_of_a_notebook_it_says_what_to_do_instead() -> None:
    @tool
    def plain(a: int) -> int:
        return a

    with pytest.raises(ToolError, match=r"plain\.try_"):
        plain.form()


def test_it_can_be_made_and_called_without_a_front_end() -> None:
    @tool
    def odd(anything: list[dict[str, int]], name: str = "x") -> str:
        return f"{len(anything)} {name}"

    form = ToolForm(odd)
    form.fields["anything"].input.value = '[{"a": 1}]'
    form.call()
    assert "→ 1 x" in form.result.value
    assert form.button.disabled is False


def test_a_free_form_tool_takes_its_text() -> None:
    @tool(format="text")
    def note(text: str) -> str:
        return text.upper()

    form = ToolForm(note)
    form.fields["text"].input.value = 'say "hi"'
    form.call()
    assert "→ SAY &quot;HI&quot;" in form.result.value
