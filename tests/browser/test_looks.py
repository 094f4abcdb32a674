"""What an answer can hold, each with its own look: formulas, code, reasoning, pictures, sources, failures."""

from __future__ import annotations

import base64
import io
import math
import re
from typing import Any

import pytest
from browser.lab import APPS, App, Lab, Server
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from support.events import (
    answer,
    completed,
    created,
    error,
    failed,
    item_added,
    item_done,
    items_of,
    message,
    reasoning,
)
from support.peer import Talk, running_peer

__all__: list[str] = []

SETUP = """\
%load_ext ws_notebook
import ws_notebook as wsn
mine = wsn.Session(provider={url!r}, profile="open", api_key="a-key-for-tests", model="m")
"""
TEXT = """\
The height of the tide is nearly $h(t) = a \\cos(\\omega t - \\varphi)$, and over a day it turns about twice:

$$\\omega = \\frac{2\\pi}{12.42\\,\\mathrm{h}}$$

```python
def height(hours: float) -> float:
    return 3.1 * cos(2 * pi * hours / 12.42)  # metres
```
"""
SOURCE = {"type": "url_citation", "title": "Tide tables of Brest", "url": "https://tides.example/brest"}


def tides() -> dict[str, Any]:
    """A picture that a model made."""
    data = io.BytesIO()
    picture = Image.new("RGB", (320, 96), "#eef4fb")
    heights = [(hour, 48 - 36 * math.cos(hour / 25)) for hour in range(320)]
    ImageDraw.Draw(picture).line(heights, fill="#2f7de1", width=3)
    picture.save(data, "PNG")
    result = base64.b64encode(data.getvalue()).decode()
    return {
        "type": "image_generation_call",
        "id": "ig_1",
        "status": "completed",
        "result": result,
        "output_format": "png",
    }


def cited(text: str) -> dict[str, Any]:
    item = message(text, "msg_5")
    item["content"][0]["annotations"] = [SOURCE]
    return item


ITEMS = [
    reasoning("**Looking for the period**\n\nThe moon passes every 12.42 hours."),
    {
        "type": "web_search_call", "id": "ws_1", "status": "completed",
        "action": {"type": "search", "query": "tides in Brest"},
    },
    {
        "type": "code_interpreter_call", "id": "ci_1", "status": "completed", "container_id": "c",
        "code": "3.1 * cos(0)", "outputs": [{"type": "logs", "logs": "3.1"}],
    },
    tides(),
    {"type": "tide_gauge_call", "id": "tg_1", "status": "completed", "station": "Brest"},
    cited(TEXT),
]  # fmt: skip
REFUSAL = {
    "type": "message", "id": "msg_0", "role": "assistant", "status": "completed",
    "content": [{"type": "refusal", "refusal": "I do not give the positions of other people's boats."}],
}  # fmt: skip


async def script(talk: Talk, request: dict[str, Any]) -> None:
    """One item of each kind, a refusal, a failure, and an answer at the second try."""
    number = len(talk.peer.requests)
    if number == 1:
        await talk.send(answer("resp_1", *ITEMS))
    elif number == 2:
        await talk.send(created("resp_2"), item_added(0, {**REFUSAL, "content": []}), item_done(0, REFUSAL))
        await talk.send(completed("resp_2", REFUSAL))
    elif number == 4:
        await talk.send(error("rate_limit_exceeded", "Please try again in 1200ms.", status=429))
    elif number == 5:
        await talk.send(answer("resp_5", message("High water is at noon.")))
    else:
        begun = message("High water is at")
        await talk.send(created("resp_3"), items_of(begun)[:-1], failed("resp_3", "content_filter", "It went aground."))


@pytest.mark.parametrize("app", APPS)
def test_each_kind_of_item_has_its_own_look(lab: Lab, server: Server, app: App) -> None:
    with running_peer(script) as peer:
        ask = "%%responses -s mine\n{}\n"
        prompts = [ask.format(words) for words in ("When is high water?", "Where is everybody?", "And now?", "Again?")]
        server.write("looks.ipynb", [SETUP.format(url=peer.url), *prompts])
        lab.page.set_viewport_size({"width": 1280, "height": 1600})
        lab.open("looks.ipynb", app=app)
        if app == "lab":
            lab.hide_side_bars()
        for index in range(4):
            lab.run_cell(index)
        lab.run_cell(4, wait=False)
        views = [lab.output(index).locator(".wsn-run") for index in (1, 2, 3, 4)]
        expect(views[3].locator(".wsn-status")).to_have_text(re.compile(r"^Rate limit: asks again in \d s$"))
        lab.wait_cell(4)
    shown = views[0].locator(".wsn-answer")
    expect(shown.locator("mjx-container")).to_have_count(2)
    expect(shown.locator("pre").get_by_text("return", exact=True)).to_have_css("font-weight", "700")
    looks = shown.locator(".wsn-item").evaluate_all("items => items.map(item => item.dataset.look)")
    assert looks == ["hosted", "hosted", "image", "unknown"]
    expect(shown).to_contain_text('search "tides in Brest"')
    assert shown.locator(".wsn-item img").evaluate("image => image.naturalWidth") == 320
    expect(shown.locator(".wsn-item[data-look=unknown]")).to_contain_text("tide gauge")
    source = shown.get_by_role("list", name="Sources").get_by_role("link", name="Tide tables of Brest")
    expect(source).to_have_attribute("href", "https://tides.example/brest")
    views[0].get_by_text("Reasoning", exact=True).click()
    expect(views[0].locator(".wsn-reasoning strong")).to_have_text("Looking for the period")
    expect(views[1].locator(".wsn-item[data-look=refusal]")).to_contain_text("refused")
    expect(views[1]).to_contain_text("positions of other people's boats")
    expect(views[2]).to_have_attribute("data-wsn-status", "failed")
    expect(views[2].locator(".wsn-answer")).to_contain_text("High water is at")
    expect(views[2].locator(".wsn-error")).to_contain_text("It went aground.")
    expect(views[3].locator(".wsn-answer")).to_have_text("High water is at noon.")
    expect(views[3].locator(".wsn-row .wsn-label").first).to_contain_text("sent again: rate limit")
    lab.screenshots("run-items" if app == "lab" else "run-items-notebook", of=lab.output(1))
    lab.screenshots(f"run-failed-{app}", of=lab.output(3))
    assert lab.violations(".wsn-run") == []
    assert lab.foreign_requests == []
