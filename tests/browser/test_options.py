"""Answers of a type, pictures with a question and Tab completion in a real JupyterLab, running and saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from browser.cells import MIME
from browser.lab import Lab
from playwright.sync_api import expect

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
from dataclasses import dataclass
from matplotlib.figure import Figure
from PIL import Image

@dataclass
class City:
    name: str
    population: int

fig = Figure(figsize=(4, 2.5))
fig.subplots().plot([3, 1, 2])
photo = Image.linear_gradient("L").resize((3000, 2000))
"""

CITIES = """\
%%responses --format list[City] -o run
Oslo has 709000 inhabitants, Rome has 2800000.
"""

PICTURES = """\
%%responses --image photo
What do you think of {fig}?
"""

FRAME = "run.parsed_frame()"


@pytest.fixture
def opened(opener: Callable[..., Lab]) -> Callable[..., Lab]:
    """Opens a notebook of these cells whose first, the set-up, has run."""
    return partial(opener, SETUP, theme="light")


def test_an_answer_of_a_type_stands_as_json_and_a_question_with_its_pictures(opened: Callable[..., Lab]) -> None:
    lab = opened(CITIES, FRAME, PICTURES)
    for index in (1, 2, 3):
        lab.run_cell(index)
    lab.wait_idle()
    code = lab.output(1).locator(".wsn-answer pre")
    expect(code).to_have_count(1)
    assert re.sub(r"\s+", " ", code.inner_text()).startswith('{ "value": [ { "name": "Oslo", "population": 709000 }')
    expect(lab.output(2)).to_contain_text("2800000")
    pictures = lab.output(3).locator(".wsn-question figure")
    expect(pictures).to_have_count(2)
    expect(pictures.nth(0)).to_contain_text("fig, PNG")
    expect(pictures.nth(1)).to_contain_text("scaled down from 3000 × 2000")
    for place in range(2):
        assert pictures.nth(place).locator("img").evaluate("image => image.naturalWidth") > 0
    expect(lab.output(3).locator(".wsn-answer")).to_contain_text("I received 2 images")
    lab.screenshot("options")

    saved = lab.save()
    bundle = saved.cells[3].outputs[0].data[MIME]
    assert [image["url"][:22] for image in bundle["images"]] == ["data:image/png;base64,"] * 2
    assert "```json" in saved.cells[1].outputs[0].data["text/markdown"]


def test_tab_offers_what_the_notebook_has(opened: Callable[..., Lab]) -> None:
    lab = opened("")
    editor, offered = lab.cell(1).locator(".cm-content"), lab.page.locator(".jp-Completer-item")
    for typed, wanted in (
        ("%%responses --form", ["--format"]),
        ("%%responses --format Ci", ["City"]),
        ("%%responses --image ", ["fig", "photo"]),
        ("%%responses --set reasoning.", ["reasoning.effort=", "reasoning.summary="]),
        ("%responses com", ["compare"]),
    ):
        editor.click()
        lab.page.keyboard.press("Control+a")
        lab.page.keyboard.type(typed)
        lab.page.keyboard.press("Tab")
        for word in wanted:
            expect(offered.filter(has_text=word).first).to_be_visible()
        lab.page.keyboard.press("Escape")
