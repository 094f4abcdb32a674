"""The live widget on a page that lacks the extension, as in VS Code and Colab: the same JupyterLab with it cut off."""

from __future__ import annotations

import pytest
from browser.cells import PATHS
from browser.lab import Lab, Server
from browser.test_hostile import COVERED, DANGEROUS
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.new_page

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import sys
sys.path[:0] = {paths!r}
import ipywidgets
from browser.payloads import PAYLOADS
from render.play import HEADER
from views.stage import Stage
from ws_notebook.views.hub import hub
from ws_notebook.views.live import LiveView

stages = []

def begin(*words):
    stage = Stage(f"r{{len(stages)}}")
    stages.append(stage)
    stage.view = LiveView(stage.play.run, HEADER, stage, hub=hub())
    stage.view.show()
    stage.act(lambda play: play.send().created("resp_1"))
    for piece in words:
        stage.act(lambda play: play.text(piece))
    # What stands before a line that can open nothing is finished.
    stage.act(lambda play: play.text("\\n\\nfine and going on"))
"""
ANSWER = r"""%%responses
say "**Growth** of $p_0$ people by \(r_1\) a year, for $5 a head and then $6:

\[
p(t) = \begin{aligned} a &= p_0 \\ b &= \frac{1}{2} \end{aligned}
\]

~~~python
def grown(p: int, rate: float) -> float:
    return p * (1 + rate)  # 'each' year
~~~

```sql
select town from towns where people > 5
```

fine and going on", then think 60 seconds, then say "the end" """
MACROS = (
    *(r"\href{javascript:window.harmed=1}{x}", r"\url{javascript:window.harmed=1}", r"\rule{999em}{999em}"),
    *(r"\def\a{\a\a}\a", r"\color{url(http://away.invalid)}{x}", r"\style{position:fixed;inset:0}{x}"),
    *(r"\includegraphics{http://away.invalid/a.png}", r"\html{<img src=x onerror=window.harmed=1>}"),
    *(r"\text{<img src=x onerror=window.harmed=1>}", r"\class{jp-Dialog}{y}", r"\data{x=1}{y}", r"\kern9999em x"),
)
HOSTILE = """\
from browser.test_other_pages import MACROS, wrapped
begin(*map(wrapped, (*PAYLOADS, *MACROS)))"""
CODE = (
    "print(sorted(name.rpartition('-')[0] for name in ipywidgets.widgets.widget._instances if name.startswith('ws-')))"
)


@pytest.fixture
def bare(server: Server, lab: Lab) -> Lab:
    """A page whose requests for the extension's code fail."""
    lab.page.route("**/extensions/ws-notebook/**", lambda route: route.abort())
    server.write("bare.ipynb", [SETUP.format(paths=PATHS), ANSWER, "begin('$x^2$ and more')", HOSTILE, CODE])
    lab.open("bare.ipynb")
    lab.run_cell(0)
    return lab


def wrapped(payload: str) -> str:
    """A payload as formulas of every kind and as code."""
    return f"\n\n${payload}$ \\({payload}\\)\n\n$$\n{payload}\n$$\n\n~~~html\n{payload}\n~~~\n\nfine\n\n"


def shown(lab: Lab, cell: int, words: str = "fine and going on") -> Locator:
    lab.run_cell(cell, wait=False)
    view = lab.output(cell).locator(".wsn-run")
    # What nobody sees is not drawn, and where the page stands is the machine's affair.
    view.scroll_into_view_if_needed()
    expect(view).to_have_attribute("data-wsn-live", "true", timeout=30_000)
    expect(view.locator(".wsn-answer")).to_contain_text(words, timeout=30_000)
    return view


def test_while_a_cell_runs_code_has_colours_and_formulas_are_typeset(bare: Lab) -> None:
    """The page gets the view's code without asking, since many a kernel hears nobody before the cell has ended."""
    view = shown(bare, 1)
    answer = view.locator(".wsn-answer")
    expect(answer.locator("math")).to_have_count(3)
    expect(answer.locator("math[display=block] mfrac")).to_have_count(1)
    expect(answer).to_contain_text("for $5 a head and then $6:")
    expect(answer.locator("code.language-python .hljs-keyword").first).to_have_text("def")
    expect(answer.locator("code.language-sql .hljs-keyword").first).to_have_text("select")
    assert bare.violations(".wsn-answer") == []
    bare.set_theme("dark")
    expect(bare.page.locator("#jupyterlab-splash")).to_have_count(0)
    assert bare.violations(".wsn-answer") == []
    bare.screenshot("bare-dark", of=bare.output(1))
    view.get_by_role("button", name="Stop").click()
    bare.wait_cell(1)
    expect(bare.output(1)).to_contain_text("Stopped.")
    # The next run needs neither the view nor the mathematics again.
    second = shown(bare, 2)
    expect(second.locator("math")).to_have_count(1)
    bare.run_cell(4)
    expect(bare.output(4)).to_contain_text("['ws-notebook-math', 'ws-notebook-widget']")


def test_hostile_formulas_and_code_do_no_harm(bare: Lab) -> None:
    view = shown(bare, 3, "fine")
    expect(view.locator("math").first).to_be_attached()
    expect(view.locator(".hljs-name").first).to_be_attached()
    output = bare.output(3)
    assert output.evaluate(DANGEROUS) == []
    assert not output.evaluate(COVERED)
    assert bare.page.evaluate("window.harmed") is None
    assert [address for address in bare.foreign_requests if "away" in address] == []
