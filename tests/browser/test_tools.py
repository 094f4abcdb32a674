"""The workbench of a tool in a real JupyterLab (schema, try, form, call as a cell, changes), and hosted calls there."""

from __future__ import annotations

import asyncio
from typing import Any

from browser.lab import Lab, Server
from playwright.sync_api import expect
from support.events import completed, created, item_added, item_done, items_of, message
from support.peer import Talk, running_peer

__all__: list[str] = []

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import ws_notebook as wsn
"""
TOOL = '''\
%%tool
from typing import Literal

def climate(city: str, unit: Literal["C", "F"] = "C", months: int = 12) -> dict:
    """The climate of a city.

    Args:
        city: its English name
        months: how many, from January on
    """
    print("looking up", city)
    return {"city": city, "unit": unit, "mean": 120 / months}
'''
CHANGED = TOOL.replace("months: int = 12", "months: int = 12, rain: bool = False").replace('"F"]', '"F", "K"]')
PROMPT = '%%responses -o run\ncall climate(city="Paris", months=6)\n'
NOTEBOOK = [
    SETUP,
    TOOL,
    "climate.schema",
    'climate.try_(city="Oslo", months=0)',
    "climate.form()",
    PROMPT,
    "run.tool_calls[0].cell()",
    CHANGED,
    "climate.last.replay()",
    "%responses tools",
]


def test_a_tool_is_written_tried_called_and_changed(server: Server, lab: Lab) -> None:
    server.write("workbench.ipynb", NOTEBOOK)
    lab.page.set_viewport_size({"width": 1280, "height": 2400})
    lab.open("workbench.ipynb")
    lab.hide_side_bars()
    for index in range(4):
        lab.run_cell(index)
    expect(lab.output(1)).to_contain_text("its English name")
    expect(lab.output(2).get_by_role("cell", name="integer", exact=True)).to_be_visible()
    expect(lab.output(2)).to_contain_text("Strict. As it is sent:")
    expect(lab.output(3)).to_contain_text("climate failed")
    expect(lab.output(3)).to_contain_text("ZeroDivisionError: division by zero")

    lab.run_cell(4)
    form = lab.output(4)
    form.get_by_placeholder("text").fill("Bergen")
    form.get_by_role("combobox").select_option("F")
    form.get_by_placeholder("text").blur()
    form.get_by_role("button", name="Call climate").click()
    expect(form).to_contain_text('→ {"city":"Bergen","unit":"F","mean":10.0}')
    expect(form).to_contain_text("looking up Bergen")

    lab.run_cell(5)
    lab.run_cell(6)
    written = lab.cell(7).locator(".cm-content")
    expect(written).to_have_text('climate(city="Paris", months=6)')
    lab.run_cell(7)
    expect(lab.output(7)).to_contain_text("{'city': 'Paris', 'unit': 'C', 'mean': 20.0}")

    lab.run_cell(8)
    expect(lab.output(8)).to_contain_text(
        'climate: the schema changed: unit: "C" | "F" → "C" | "F" | "K" · + rain: boolean, optional'
    )
    lab.run_cell(9)
    expect(lab.output(9)).to_contain_text("The same output as before.")
    lab.run_cell(10)
    expect(lab.output(10).get_by_role("row").nth(1)).to_contain_text("climate")
    lab.cell(3).scroll_into_view_if_needed()
    lab.clip("workbench", lab.cell(3), lab.cell(4))
    assert lab.console_errors == []
    assert lab.foreign_requests == []


SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "in_progress", "action": None}
FOUND = {**SEARCH, "status": "completed", "action": {"type": "search", "query": "tides in Brest"}}


def test_a_hosted_call_is_a_row_of_the_timeline_while_it_runs_and_afterwards(server: Server, lab: Lab) -> None:
    seen = asyncio.Event()

    async def script(talk: Talk, request: dict[str, Any]) -> None:
        stage = {"type": "response.web_search_call.searching", "item_id": "ws_1", "output_index": 0}
        await talk.send(created("resp_1"), item_added(0, SEARCH), stage)
        await seen.wait()
        answered = message("High water is at noon.")
        await talk.send(item_done(0, FOUND), items_of(FOUND, answered)[1:], completed("resp_1", FOUND, answered))

    with running_peer(script) as peer:
        session = f"mine = wsn.Session(provider={peer.url!r}, profile='open', api_key='a-key-for-tests', model='m')"
        server.write("hosted.ipynb", [SETUP + session, "%%responses -s mine -t web_search\nWhen is high water?\n"])
        lab.open("hosted.ipynb")
        lab.run_cell(0)
        lab.run_cell(1, wait=False)
        output = lab.output(1)
        expect(output.get_by_text("searching…").first).to_be_visible()
        lab.screenshots("hosted", of=output)
        peer.call_soon(seen.set)
        lab.wait_cell(1)
        assert peer.requests[0]["tools"] == [{"type": "web_search"}]
    expect(output).to_contain_text('search "tides in Brest"')
    expect(output).to_contain_text("High water is at noon.")
    expect(output.get_by_text("searching…")).to_have_count(0)
    assert lab.console_errors == []
