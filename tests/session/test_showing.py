"""A run that is under way shows itself live in a notebook, with the magics and without them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from magics.shells import Cell, Notebook
from magics.shells import notebook as opened_notebook

__all__: list[str] = []

RUN = "application/vnd.ws-notebook.run.v1+json"


@pytest.fixture(scope="module", params=[True, False], ids=["magics", "no magics"])
def notebook(request: pytest.FixtureRequest) -> Iterator[Notebook]:
    with opened_notebook(extension=request.param) as running:
        running.run('import ws_notebook as wsn\ns = wsn.Session(provider="local")')
        yield running


def statuses(cell: Cell) -> list[str]:
    """Of the runs that the cell shows."""
    return [each[RUN]["status"] for each in cell.shown if RUN in each]


def test_a_run_in_progress_is_followed_to_its_end(notebook: Notebook) -> None:
    cell = notebook.run("run = s.start('write 60 words')\nrun", "c1")
    assert cell.error is None
    notebook.until_shown(
        cell, lambda cell: [each[RUN]["status"] for each in cell.shown if RUN in each] == ["completed"]
    )
    assert notebook.value("len(run.text.split()) >= 50")


def test_one_that_has_ended_shows_itself_once(notebook: Notebook) -> None:
    cell = notebook.run("s.ask('say \"one\"')", "c2")
    assert statuses(cell) == ["completed"]


def test_a_front_end_without_cell_ids_shows_it_as_it_stands(notebook: Notebook) -> None:
    cell = notebook.run("run = s.start('write 60 words')\nrun")
    assert len(cell.shown) == 1
    notebook.run("run.cancel()")


def test_the_timeline_of_a_run_in_progress_is_a_widget_that_ends_with_it(notebook: Notebook) -> None:
    cell = notebook.run("run = s.start('write 60 words')\nline = s.timeline()\nline", "c3")
    assert "application/vnd.jupyter.widget-view+json" in cell.shown[0]
    assert notebook.value(
        "run.result().done and s._engine.waiters.wait(run._course, lambda: line.run['status'] == 'completed', 20)"
    )
    assert notebook.value("len(line.run['text'].split()) >= 50")
    assert notebook.value("s.timeline() is not line and s.timeline().run['status']") == "completed"


def test_its_error_in_a_cell_is_one_line_and_no_way_through_the_package(notebook: Notebook) -> None:
    message = notebook.run("wsn.Session(provider='local').timeline()", fails=True).message
    assert "There is no run yet. Ask something first." in message
    assert "/ws_notebook/" not in message
