"""Every text of ours comes from JupyterLab's translator, which marks them here."""

from __future__ import annotations

import re

import pytest
from browser.lab import APPS, App, Lab, Server
from playwright.sync_api import expect
from support.started import needs_subshells

__all__: list[str] = []

MARK = "¿"
SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import ws_notebook as wsn

@wsn.tool(approve=True)
def remove(path: str) -> str:
    "DELETE A FOLDER"
    return f"REMOVED {path}"
"""
ASK = '%%responses\nthink 1 second then call remove(path="A"), then write 40 words'
PANEL = "session = wsn.Session(provider='local')\nrun = session.ask('say \"ONE\"')\nsession.panel()"
WIDGET = "session.timeline()"
UNMARKED = """([selector, mark]) => {
  const others = ':not(style, code, pre, kbd, .wsn-tip-text, .wsn-answer, .wsn-answer *)';
  const found = new Set();
  const look = text => {
    if (/\\p{L}{2}/u.test(text ?? '') && !text.includes(mark)) found.add(text.trim());
  };
  for (const root of document.querySelectorAll(selector)) {
    for (const node of [root, ...root.querySelectorAll(others)]) {
      ['aria-label', 'title', 'placeholder', 'alt'].forEach(name => look(node.getAttribute(name)));
      if ([...node.childNodes].some(each => each.nodeType === Node.TEXT_NODE)) look(node.textContent);
    }
  }
  return [...found];
}"""
DATA = re.compile(
    r"remove|DELETE A FOLDER|REMOVED A|ONE|path=|local · demo|%%responses|^session$"  # of this test
    r"|^response\.\S+$|^(resp|call)_\w+$"  # of the protocol
    r"|^[\d.,\s]+(ms|s|kB|B)( – [\d.,\s]+(ms|s))?$"  # figures with their units
)
LABELS = """() => {
  const { commands } = window.jupyterapp;
  return commands.listCommands().filter(each => each.startsWith('ws-notebook:')).map(each => commands.label(each));
}"""

pytestmark = [
    pytest.mark.new_page,
    needs_subshells,
]


def unmarked(lab: Lab, selector: str) -> list[str]:
    found = lab.page.evaluate(UNMARKED, [selector, MARK])
    return sorted(text for text in found if not DATA.search(text))


@pytest.mark.parametrize("app", APPS)
def test_every_text_goes_through_the_translator(lab: Lab, server: Server, app: App) -> None:
    server.set_settings("@jupyterlab", "translation-extension/plugin", displayStringsPrefix=True, stringsPrefix=MARK)
    server.write("words.ipynb", [SETUP, ASK, PANEL, WIDGET])
    lab.page.set_viewport_size({"width": 1280, "height": 1800})
    lab.open("words.ipynb", app=app)
    lab.command("ws-notebook:open-panel")
    expect(lab.page.locator(".wsn-side")).to_contain_text(f"{MARK}No session yet.")
    assert unmarked(lab, ".wsn-side") == []

    lab.run_cell(0)
    lab.run_cell(1, wait=False)
    view = lab.output(1).locator(".wsn-run")
    expect(view.locator(".wsn-row[data-status=awaiting_approval]")).to_have_count(1, timeout=20_000)
    expect(view.locator(".wsn-status")).to_have_text(f"{MARK}running")
    assert unmarked(lab, ".wsn-run, .wsn-badge, .wsn-side, .wsn-statusbar") == []

    view.get_by_role("button", name="Approve").click()
    lab.wait_cell(1)
    for name in ("Frames", "Table", "Keys"):
        view.get_by_role("button", name=name).last.click()
    for kind in ("turn", "call"):
        view.locator(f".wsn-row[data-kind={kind}]").first.click()
        expect(view.get_by_role("region", name="Details of")).to_be_visible()
        assert unmarked(lab, ".wsn-run, .wsn-badge") == []

    lab.run_cell(2)
    lab.run_cell(3)
    expect(lab.output(3).locator(".wsn-status")).to_have_text(f"{MARK}completed")
    lab.output(2).get_by_role("treeitem").click()
    lab.page.locator(".wsn-side").get_by_role("treeitem").first.click()
    assert unmarked(lab, ".wsn-run, .wsn-panel, .wsn-statusbar") == []
    assert [label for label in lab.page.evaluate(LABELS) if not label.startswith(MARK)] == []
