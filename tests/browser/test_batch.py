"""Ten thousand rows in a real JupyterLab: one view, which stays smooth, can be paused, and is small when saved."""

from __future__ import annotations

import re

from browser.lab import Lab, Server
from playwright.sync_api import expect

SETUP = """\
%load_ext ws_notebook
import ws_notebook as wsn

session = wsn.Session(provider="local")
rows = range(10_000)
def words(n):
    if n == 3:
        raise ValueError("no three")
    return f'say "answer {n}"'
"""


def test_ten_thousand_rows_are_one_view_that_stays_smooth(server: Server, lab: Lab) -> None:
    server.write("batch.ipynb", [SETUP, "batch = session.start_map(rows, words)", "batch.stop(); len(batch.failed)"])
    lab.open("batch.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    view = lab.output(1).locator(".wsn-batch")
    progress = view.locator(".wsn-batch-progress")
    expect(progress).to_have_text(re.compile(r"[1-9]\d* of 10.000 rows"), timeout=30_000)
    expect(view.get_by_role("list", name="Errors")).to_contain_text("1 row: ValueError: no three")
    rows = view.get_by_role("table", name="Rows")
    expect(rows.get_by_role("row").nth(1)).to_contain_text("answer 1", timeout=20_000)

    # While some hundred rows finish.
    done = int(re.sub(r"\D", "", (progress.text_content() or "").partition("of")[0]))
    worked = lab.measure_work()
    expect(progress).to_have_text(re.compile(rf"^{done // 100 + 2}\d\d of"), timeout=60_000)
    after = int(re.sub(r"\D", "", (progress.text_content() or "").partition("of")[0]))
    a_hundred = worked() / ((after - done) / 100)
    assert a_hundred < 0.5, f"{a_hundred:.3f} s of the main thread for 100 rows"

    view.get_by_role("button", name="Pause").click()
    expect(view.get_by_role("button", name="Resume")).to_be_visible()
    expect(view.locator(".wsn-batch-facts")).to_contain_text("paused")
    rows.evaluate("node => { node.scrollTop = 26 * 9_900; }")
    expect(rows.get_by_role("row").filter(has_text="9901")).to_be_visible()
    assert rows.get_by_role("row").count() < 60
    view.get_by_label("only rows that failed").check()
    expect(rows.get_by_role("row")).to_have_count(1)
    expect(rows).to_contain_text("no three")
    view.get_by_label("only rows that failed").uncheck()
    expect(rows.get_by_role("row").nth(5)).to_be_visible()
    assert lab.violations(".wsn-batch") == []
    lab.screenshots("batch", of=lab.output(1))

    lab.run_cell(2)
    expect(view).to_have_count(0)
    expect(lab.output(1)).to_contain_text(re.compile(r"10.000 rows:"))
    lab.screenshots("batch-saved", of=lab.output(1))
    (output,) = lab.save().cells[1].outputs
    assert "application/vnd.jupyter.widget-view+json" not in output.data
    assert sum(map(len, output.data.values())) < 200_000
    assert "no three" in output.data["text/html"]
