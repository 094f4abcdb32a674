"""The widget of a batch in a real kernel: shown while its cell runs, and gone with the saved form in its place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from magics.shells import Notebook, notebook

__all__: list[str] = []

VIEW = "application/vnd.jupyter.widget-view+json"
SETUP = """
import ws_notebook as wsn
session = wsn.Session(provider="local")
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Notebook]:
    with notebook() as found:
        found.run(SETUP)
        yield found


def test_a_cell_shows_one_view_and_keeps_the_static_form(kernel: Notebook) -> None:
    cell = kernel.run("""batch = session.map(range(12), 'say "{value}"')\nbatch""", "c1")
    (output,) = cell.outputs
    assert VIEW not in output.data
    assert "12 rows: 12 completed" in output.data["text/plain"]
    assert kernel.run("batch", "c2").outputs[0].data["text/plain"] == output.data["text/plain"]


def test_programs_that_run_cells_get_the_static_form(kernel: Notebook) -> None:
    cell = kernel.run("""session.map(range(3), 'say "{value}"')""")
    assert "3 rows: 3 completed" in cell.outputs[0].data["text/plain"]
