from __future__ import annotations

from collections.abc import Iterator

import pytest

import ws_notebook as wsn
from ws_notebook.magics.cells import CellTree
from ws_notebook.magics.history import History

__all__: list[str] = []


@pytest.fixture
def session() -> Iterator[wsn.Session]:
    with wsn.Session(provider="local") as opened:
        yield opened


def test_a_chain_stays_in_its_column_and_branches_move_to_the_right(session: wsn.Session) -> None:
    root = session.ask('say "root"')
    session.ask('say "left"', parent=root)
    session.ask('say "right"', parent=root)
    session.ask('say "below right"')
    session.ask('say "fresh"', parent=None)
    lines = History(session.runs, CellTree()).lines
    assert [line.split(" ", 1)[0] or len(line) - len(line.lstrip()) for line in lines] == ["r1", 2, 2, 2, "r5"]
    assert [line.split()[0] for line in lines] == ["r1", "r2", "r3", "r4", "r5"]


def test_what_was_asked_again_and_what_stands_below_it_is_marked(session: wsn.Session) -> None:
    tree = CellTree()

    def cell(name: str, words: str) -> None:
        run = session.start(words, parent=tree.parent(name, session))
        run.result()
        tree.remember(name, run)

    cell("a", 'say "one"')
    cell("b", 'say "two"')
    cell("a", 'say "one, better"')
    shown = repr(History(session.runs, tree))
    assert "asked again" in next(line for line in shown.splitlines() if line.startswith("r1"))
    assert "stale" in next(line for line in shown.splitlines() if '"two"' in line)
    assert "(completed, afresh)" in next(line for line in shown.splitlines() if "better" in line)


def test_it_shows_itself_in_a_fence_that_prompts_cannot_close(session: wsn.Session) -> None:
    session.ask('say "```"')
    assert History(session.runs, CellTree())._repr_markdown_().startswith("``````text\n")
    assert repr(History([], CellTree())) == "No run yet."


def test_long_prompts_are_cut(session: wsn.Session) -> None:
    session.ask(f'say "{"word " * 60}"')
    assert len(History(session.runs, CellTree()).lines[0]) < 90


def test_what_has_no_prompt_says_what_it_is(session: wsn.Session) -> None:
    session.warm_up().result()
    session.ask('say "one"')
    session.compact()
    assert [line.split()[1] for line in History(session.runs, CellTree()).lines] == ["warm-up", "say", "compaction"]


def test_a_run_that_begins_anew_is_told_from_one_that_goes_on(session: wsn.Session) -> None:
    session.ask('say "one"')
    session.ask('say "two"')
    session.ask('say "three"', parent=None)
    assert ["afresh" in line for line in History(session.runs, CellTree()).lines] == [True, False, True]
