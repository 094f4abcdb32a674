"""Hostile answers and tool outputs: live and saved, in JupyterLab and in the static form."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from browser.bundles import BUNDLES, hostile
from browser.cells import PATHS
from browser.lab import Lab, Server
from browser.payloads import HUGE, PAYLOADS
from playwright.sync_api import Locator, expect
from render.play import HEADER, Play

from ws_notebook.exceptions import ProviderError
from ws_notebook.render.bundle import MIME_TYPE
from ws_notebook.render.mime import mime_bundle

PARTS = 8
"""Notebooks over which the bundles are spread."""

BETWEEN = "\n\nfine\n\n"
"""Parts the payloads in an answer, and shows that the reader still gets what stands between them."""

# What no text may become. `scope` is the output's node, or the page.
DANGEROUS = """scope => {
  const found = [];
  const selector = 'script, iframe, object, embed, form, base, meta, link, dialog[open], [popover]:not(.wsn-menu-list)';
  for (const node of scope.querySelectorAll(selector)) found.push(node.outerHTML.slice(0, 120));
  for (const node of scope.querySelectorAll('*')) {
    for (const { name, value } of node.attributes) {
      const flat = value.replace(/[\\u0000-\\u0020]/g, '').toLowerCase();
      if (name.startsWith('on')) found.push(`${node.tagName} ${name}`);
      if (/^(href|src|action|formaction|xlink:href|data|srcdoc)$/.test(name)) {
        if (/^(javascript|vbscript):/.test(flat) || /^data:(?!image\\/(png|jpeg|gif|webp|svg\\+xml))/.test(flat)) {
          found.push(`${node.tagName} ${name}=${flat.slice(0, 60)}`);
        }
      }
    }
  }
  return found;
}"""

# Whether anything of the output is painted over a point of the page that is not its own.
COVERED = """scope => {
  const own = scope.getBoundingClientRect();
  const [right, bottom] = [innerWidth - 5, innerHeight - 5];
  const points = [[5, 5], [right, 5], [5, bottom], [right, bottom], [right / 2, 5]];
  return points.filter(([x, y]) => !(x >= own.left && x <= own.right && y >= own.top && y <= own.bottom))
    .some(([x, y]) => scope.contains(document.elementFromPoint(x, y)));
}"""


def hostile_run() -> dict[str, Any]:
    """All forms of a run that has the payloads wherever a model, a tool or a provider has a word."""
    play = Play("\n".join(PAYLOADS)).at(0.1).send().at(0.2).created("resp_<b onclick=1>")
    play.reasoning(BETWEEN.join(PAYLOADS)).at(0.3).text(BETWEEN.join(PAYLOADS), index=1)
    for number, payload in enumerate(PAYLOADS):
        play.call(f"call_{number}", payload[:60], text=payload).started(f"call_{number}")
        play.item(type=payload[:40], id=payload[:40], status=payload[:40], anything=payload)
    play.at(0.5).completed()
    for number, payload in enumerate(PAYLOADS):
        play.answered(f"call_{number}", payload, error=payload[:200], status="failed")
    play.at(0.6).send().at(0.7).created("resp_2").at(0.8)
    play.item(
        type="message",
        content=[
            {"type": "output_text", "text": "", "annotations": [{"url": each, "title": each} for each in PAYLOADS]},
            {"type": "refusal", "refusal": PAYLOADS[0]},
        ],
    )
    play.item(type="image_generation_call", status="completed", result='"><img src=x onerror=window.harmed=1>')
    play.stopped(ProviderError(PAYLOADS[0], code=PAYLOADS[16]))
    return json.loads(json.dumps(mime_bundle(play.run, HEADER)))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def forms() -> dict[str, Any]:
    return hostile_run()


def check(lab: Lab, scope: Locator) -> None:
    """Nothing ran, nothing was fetched, nothing dangerous is on the page, nothing covers it."""
    assert scope.evaluate(DANGEROUS) == []
    assert not scope.evaluate(COVERED)
    assert lab.page.evaluate("window.harmed") is None
    assert lab.foreign_requests == []


def open_everything(view: Locator) -> None:
    for each in view.locator("details").all():
        each.evaluate("node => { node.open = true; }")
    for name in ("Frames", "Table", "Keys"):
        view.get_by_role("button", name=name, exact=True).click()


def test_there_are_many_payloads() -> None:
    assert len(set(PAYLOADS)) >= 60


def test_there_are_many_bundles() -> None:
    assert len(BUNDLES) >= 40


MOST_WORK = 10
"""Seconds of a processor that the page may need for one bundle; its reader could do nothing meanwhile."""
MOST_AT_FIRST = 30
"""For JupyterLab's own start and all that it draws before anybody scrolls."""


@pytest.mark.parametrize("part", range(PARTS))
def test_no_bundle_does_harm_or_holds_up_the_page(lab: Lab, server: Server, part: int) -> None:
    names = sorted(BUNDLES)[part::PARTS]
    server.put_outputs("bundles.ipynb", *({MIME_TYPE: hostile(name)} for name in names), trusted=True)
    worked = lab.measure_work()
    lab.open("bundles.ipynb", kernel=False)
    assert worked() < MOST_AT_FIRST
    for index, name in enumerate(names):
        before = worked()
        output = lab.output(index)
        output.scroll_into_view_if_needed()
        expect(output.locator(".wsn-output"), name).to_be_visible()
        open_everything_there_is(output)
        assert output.evaluate(DANGEROUS) == [], name
        assert not output.evaluate(COVERED), name
        assert worked() - before < MOST_WORK, name
    assert lab.page.evaluate("window.harmed") is None
    assert lab.foreign_requests == []
    assert lab.page.evaluate("({}).harmed") is None


def open_everything_there_is(output: Locator) -> None:
    """The folds, the first call's details, frames, table and keys, where the output has them."""
    output.evaluate("node => node.querySelectorAll('details').forEach(each => { each.open = true; })")
    row = output.locator(".wsn-row[data-kind=call]").first
    if row.count() > 0:
        row.dispatch_event("click")
        expect(output.locator(".wsn-details")).to_be_visible()
    for name in ("Frames", "Table", "Keys"):
        for button in output.get_by_role("button", name=name, exact=True).all():
            button.dispatch_event("click")


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "untrusted"])
@pytest.mark.parametrize("form", ["drawn", "static"])
def test_a_saved_run_does_no_harm(lab: Lab, server: Server, forms: dict[str, Any], form: str, trusted: bool) -> None:
    data = forms if form == "drawn" else {kind: value for kind, value in forms.items() if kind != MIME_TYPE}
    server.put_outputs("hostile.ipynb", data, trusted=trusted)
    lab.open("hostile.ipynb", kernel=False)
    expect(lab.output(0)).to_contain_text("fine")
    if form == "drawn":
        view = lab.output(0).locator(".wsn-run")
        open_everything(view)
        row = view.locator(".wsn-row[data-kind=call]").nth(20)
        row.click()
        expect(view.locator(".wsn-details")).to_be_visible()
        row.hover()
    check(lab, lab.output(0))


@pytest.mark.parametrize("kind", ["text/html", "text/markdown", "text/plain"])
def test_the_static_forms_do_no_harm_on_a_page_of_their_own(lab: Lab, forms: dict[str, Any], kind: str) -> None:
    """As nbviewer and nbconvert show it, with no sanitiser; Markdown and text as text."""
    shown = forms[kind] if kind == "text/html" else f"<pre>{html.escape(forms[kind])}</pre>"
    lab.page.goto("about:blank")
    lab.page.set_content(f'<!doctype html><h1>Notebook</h1><main style="margin:40px;overflow:auto">{shown}</main>')
    for each in lab.page.locator("details").all():
        each.evaluate("node => { node.open = true; }")
    expect(lab.page.locator("main")).to_contain_text("fine")
    check(lab, lab.page.locator("main"))


def test_the_plain_form_holds_no_terminal_codes(forms: dict[str, Any]) -> None:
    assert not set(forms["text/plain"]) & {"\x1b", "\x07", "\x9b", "\x00", "\x08"}


LIVE = """\
import asyncio, json, sys
sys.path[:0] = {paths!r}
from browser.payloads import PAYLOADS
from browser.test_hostile import BETWEEN
import ws_notebook as wsn

@wsn.tool
def look(text: str) -> str:
    "Say all of them."
    return BETWEEN.join(PAYLOADS)

session = wsn.Session(provider="local")
said = json.dumps(BETWEEN.join(PAYLOADS))
"""


def test_a_live_run_does_no_harm(lab: Lab, server: Server) -> None:
    """The tool gives the payloads; the answer says them, one part after another, as it streams."""
    ask = (
        "from ws_notebook.views import choose_view\n"
        "from views.stage import Stage\nfrom render.play import HEADER\nfrom ws_notebook.views.live import LiveView\n"
        "from ws_notebook.views.hub import hub\nimport time\n"
        "stage = Stage()\n"
        "stage.view = LiveView(stage.play.run, HEADER, stage, hub=hub())\n"
        "stage.view.show()\n"
        "stage.act(lambda play: play.send().created('resp_1'))\n"
        "for payload in PAYLOADS:\n"
        "    for piece in [payload[i:i + 7] for i in range(0, min(len(payload), 700), 7)] + [BETWEEN]:\n"
        "        stage.act(lambda play, piece=piece: play.text(piece))\n"
        "    time.sleep(0.05)\n"
        "stage.act(lambda play: play.completed())\nstage.view.finish(stage.play.run)"
    )
    server.write("live.ipynb", ["%load_ext ws_notebook", LIVE.format(paths=PATHS), ask])
    lab.open("live.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    lab.run_cell(2, wait=False)
    view = lab.output(2).locator(".wsn-run")
    view.scroll_into_view_if_needed()
    expect(view).to_have_attribute("data-wsn-live", "true", timeout=30_000)
    check(lab, lab.output(2))
    lab.wait_cell(2)
    expect(view).to_have_attribute("data-wsn-status", "completed")
    expect(view.locator(".wsn-answer")).to_contain_text("fine")
    check(lab, lab.output(2))


def test_a_line_of_ten_million_characters_is_shown_and_the_page_still_answers(lab: Lab, server: Server) -> None:
    play = Play().send().created("resp_1").at(0.2).text(HUGE).at(0.3).call("call_1", "look", text="x")
    play.completed().started("call_1").answered("call_1", HUGE).send().created("resp_2").text("the end").completed()
    server.put_outputs("huge.ipynb", json.loads(json.dumps(mime_bundle(play.run, HEADER))))
    lab.open("huge.ipynb", kernel=False)
    view = lab.output(0).locator(".wsn-run")
    expect(view.locator(".wsn-answer")).to_contain_text("the end", timeout=60_000)
    view.get_by_role("button", name="Show the run").click()
    expect(view.locator(".wsn-answer")).to_be_hidden()
