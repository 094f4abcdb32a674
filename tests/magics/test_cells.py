from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

import ws_notebook as wsn
from ws_notebook.core.run import LATEST, Latest
from ws_notebook.exceptions import ProviderError
from ws_notebook.magics.cells import CellTree

__all__: list[str] = []


class Page:
    """Cells over one session, run by their ids."""

    def __init__(self, session: wsn.Session) -> None:
        self.session = session
        self.tree = CellTree()

    def run(self, cell: str | None, prompt: str = 'say "yes"') -> wsn.Run:
        return self.ask(cell, prompt, self.tree.parent(cell, self.session))

    def run_from(self, cell: str, named: wsn.Run) -> wsn.Run:
        """A cell with --from."""
        return self.ask(cell, 'say "yes"', self.tree.followed(cell, named))

    def ask(self, cell: str | None, prompt: str, parent: wsn.Run | str | Latest | None) -> wsn.Run:
        run = self.session.start(prompt, parent=parent)
        self.tree.begins(run)
        try:
            return run.result()
        finally:
            self.tree.remember(cell, run)

    @property
    def marks(self) -> dict[str, str]:
        return self.tree.marks(self.session.runs)


@pytest.fixture
def page() -> Iterator[Page]:
    with wsn.Session(provider="local") as session:
        yield Page(session)


def above(run: wsn.Run) -> list[str]:
    """The ids of what it continues, nearest first."""
    return [] if run.parent is None else [run.parent.id, *above(run.parent)]


def test_a_new_cell_continues_the_latest_run(page: Page) -> None:
    assert page.tree.parent("one", page.session) is LATEST
    assert [above(page.run(cell)) for cell in ("one", "two", "three")] == [[], ["r1"], ["r2", "r1"]]


def test_a_cell_that_runs_again_asks_from_where_it_had_asked(page: Page) -> None:
    for cell in ("one", "two", "three"):
        page.run(cell)
    assert above(page.run("two")) == ["r1"]
    assert above(page.run("two")) == ["r1"]
    assert above(page.run("one")) == []


def test_running_all_cells_again_gives_the_same_tree(page: Page) -> None:
    cells = ("one", "two", "three")
    first = [above(page.run(cell)) for cell in cells]
    again = [above(page.run(cell)) for cell in cells]
    assert [len(each) for each in again] == [len(each) for each in first]
    assert again == [[], ["r4"], ["r5", "r4"]]


def test_a_cell_continues_the_newest_form_of_its_parent_s_cell(page: Page) -> None:
    for cell in ("one", "two", "one", "two"):
        run = page.run(cell)
    assert above(run) == ["r3"]


def test_without_a_cell_id_each_run_continues_the_latest(page: Page) -> None:
    assert [above(page.run(None)) for _ in range(3)] == [[], ["r1"], ["r2", "r1"]]


def test_a_parent_that_came_to_continue_the_cell_itself_is_taken_as_it_was(page: Page) -> None:
    page.run("one")
    second = page.run("two")
    moved = page.session.ask('say "moved"', parent=second)
    page.tree.remember("one", moved)
    assert above(page.run("two")) == ["r1"]


def test_a_run_that_failed_is_no_newer_form(page: Page) -> None:
    page.run("one")
    page.run("two")
    run = page.session.start("yes", parent=None, options={"max_output_tokens": -1})
    with pytest.raises(ProviderError):
        run.result()
    page.tree.remember("one", run)
    assert above(page.run("two")) == ["r1"]


def test_a_response_that_was_named_is_continued_again(page: Page) -> None:
    first = page.run("one")
    page.run("two")
    run = page.session.ask('say "yes"', parent=first.response_id)
    page.tree.remember("three", run)
    page.run("four")
    assert page.tree.parent("three", page.session) == first.response_id
    assert above(page.run("three")) == ["r1"]


def test_a_cell_that_names_a_run_follows_that_run_s_cell_when_it_is_asked_again(page: Page) -> None:
    first = page.run("one")
    second = page.run_from("two", first)
    page.run_from("three", second)
    page.run("one")
    assert page.marks == {"r1": "asked again", "r2": "stale", "r3": "stale"}
    assert above(page.run_from("two", first)) == ["r4"]
    assert above(page.run_from("three", second)) == ["r5", "r4"]
    assert page.marks == {"r1": "asked again", "r2": "asked again", "r3": "asked again"}
    page.run("one")
    assert page.marks["r5"] == page.marks["r6"] == "stale"
    assert above(page.run_from("two", first)) == ["r7"]


def test_a_run_that_was_old_when_a_cell_named_it_is_meant_as_it_is_and_never_stale(page: Page) -> None:
    first = page.run("one")
    page.run("one")
    assert above(page.run_from("two", first)) == ["r1"]
    assert above(page.run_from("two", first)) == ["r1"]
    assert above(page.run("three")) == ["r4", "r1"]
    assert page.marks == {"r1": "asked again", "r3": "asked again"}


def test_what_names_a_response_is_never_stale_by_what_became_of_it(page: Page) -> None:
    first = page.run("one")
    page.ask("two", 'say "yes"', first.response_id)
    page.run("one")
    assert page.marks == {"r1": "asked again"}


def test_a_cell_cannot_come_to_continue_itself_by_following(page: Page) -> None:
    first = page.run("one")
    second = page.run_from("two", first)
    page.tree.remember("one", page.ask(None, 'say "yes"', second))
    assert above(page.run_from("two", first)) == ["r1"]
    assert page.marks == {"r1": "asked again", "r2": "asked again", "r3": "stale"}


def test_after_a_reset_nothing_forgotten_is_continued(page: Page) -> None:
    page.run("one")
    page.run("two")
    page.session.reset()
    assert page.tree.parent("two", page.session) is LATEST
    assert above(page.run("two")) == []


def test_a_tree_keeps_no_session_alive() -> None:
    session = wsn.Session(provider="local")
    page = Page(session)
    page.run("one")
    kept, tree = weakref.ref(session), page.tree
    session.close()
    del session, page
    gc.collect()
    assert tree is not None
    assert kept() is None
