"""The header of a run at every width: nothing is cut off, the buttons can be reached."""

from __future__ import annotations

import nbformat
from browser.lab import Lab, Server
from playwright.sync_api import expect
from render.play import HEADER, Play, capitals
from render.test_size import tool_run

from ws_notebook.render.mime import mime_bundle

__all__: list[str] = []

WIDTHS = range(320, 1281, 32)
# The run's width is what counts; the page's own parts are of no matter.
OVERFLOW = """(node, widths) => {
  const found = [];
  for (const width of widths) {
    node.style.width = `${width}px`;
    const box = node.getBoundingClientRect();
    const parts = [...node.querySelectorAll('.wsn-header *')].filter(part => part.offsetParent !== null);
    const out = parts.filter(part => {
      const { left, right, width } = part.getBoundingClientRect();
      return width > 0 && (right > box.right + 0.5 || left < box.left - 0.5);
    });
    found.push(...out.map(part => [width, part.className]));
    const status = node.querySelector('.wsn-status').getBoundingClientRect();
    const dot = node.querySelector('.wsn-dot').getBoundingClientRect();
    if (Math.abs(status.top + status.bottom - dot.top - dot.bottom) > 12) found.push([width, 'dot']);
  }
  node.style.width = '';
  return found;
}"""


def cancelled() -> Play:
    play = tool_run(3, "one")
    play.run.status = "cancelled"
    play.run.stopped = "The connection was closed to stop it; the next turn sends the history again."
    return play


def test_nothing_of_a_header_is_cut_off_at_any_width(server: Server, lab: Lab) -> None:
    runs = [capitals(), tool_run(25, "o", 10), cancelled()]
    outputs = [nbformat.v4.new_output("display_data", data=mime_bundle(play.run, HEADER)) for play in runs]
    cells = [nbformat.v4.new_code_cell("…", outputs=[output]) for output in outputs]
    server.put("widths.ipynb", nbformat.v4.new_notebook(cells=cells))
    lab.open("widths.ipynb", kernel=False)
    for number in range(len(runs)):
        view = lab.output(number).locator(".wsn-run")
        expect(view.get_by_role("button", name="Frames")).to_be_visible()
        assert view.evaluate(OVERFLOW, list(WIDTHS)) == []
        lab.screenshot(f"header-{number}", of=lab.output(number))
