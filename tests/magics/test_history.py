from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.behind import made, on_loop

import ws_notebook as wsn
from ws_notebook import Run
from ws_notebook.core.items import user_message
from ws_notebook.core.lineage import history
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.core.timing import TurnTiming
from ws_notebook.core.turn import TurnState
from ws_notebook.magics.cells import CellTree
from ws_notebook.magics.history import History
from ws_notebook.session.overview import Guide, Overview

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
    assert [line[: line.index("r") + 2] for line in lines] == ["r1", "├─ r2", "└─ r3", "   r4", "r5"]


def test_what_goes_on_below_a_branch_stands_beside_the_next_one_s_line(session: wsn.Session) -> None:
    root = session.ask('say "root"')
    left = session.ask('say "left"', parent=root)
    session.ask('say "right"', parent=root)
    below = session.ask('say "below left"', parent=left)
    session.ask('say "one"', parent=below)
    session.ask('say "two"', parent=below)
    lines = History(session.runs, CellTree()).lines
    shown = [line[: line.index("r") + 2] for line in lines]
    assert shown == ["r1", "├─ r2", "│  r4", "│  ├─ r5", "│  └─ r6", "└─ r3"]


def test_html_has_the_same_lines_and_no_tag_of_a_prompt(session: wsn.Session) -> None:
    root = session.ask('say "<b>&"')
    session.ask('say "left"', parent=root)
    session.ask('say "right"', parent=root)
    html = History(session.runs, CellTree())._repr_html_()
    assert html.startswith("<pre")
    assert "&lt;b&gt;&amp;" in html
    assert "\n├─ r2" in html
    assert "\n└─ r3" in html


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


def chained(session: wsn.Session, count: int, *, forks: bool = False) -> list[Run]:
    """Runs that each continue the one before, as if each had been asked; `forks`: each is continued twice."""
    runs: list[Run] = []
    for number in range(1, count + 1):
        above = runs[-2 if forks else -1] if number > 1 + forks else None
        parent = None if above is None else above.state
        state = RunState(
            id=f"r{number}", input=[user_message(f"Question {number}")], settings=RequestSettings(), status="completed",
            parent=parent, asked=0.0, asked_at=0.0, ended=1.0,
        )  # fmt: skip
        before = None if parent is None else parent.turns[-1]
        turn = TurnState(id=f"r{number}.1", run_id=state.id, parent=before, timing=TurnTiming(started=0.0))
        turn.status, turn.response_id = "completed", f"resp_{number}"
        state.turns.append(turn)
        runs.append(made(session, state))
        session._engine.courses[state.id] = runs[-1]._course
    return runs


def test_twenty_thousand_runs_in_one_chain_are_shown_everywhere(session: wsn.Session) -> None:
    runs = chained(session, 20_000)
    lines = History(session.runs, CellTree()).lines
    assert [line.split()[0] for line in lines] == [run.id for run in runs]
    assert not any(line.startswith(" ") for line in lines)
    overview = Overview(lambda: {"s1": session}, Guide)
    assert len(on_loop(session, overview.whole)["sessions"][0]["runs"]) == 20_000
    assert len(session.turns) == 20_000
    assert "r20000" in repr(runs[-1])
    assert runs[-1]._repr_mimebundle_()
    assert repr(runs[-1].state) == "<RunState r20000 completed>"
    _, items = history(runs[-1].turns[-1])
    assert len(items) == 0


def test_marks_of_a_long_chain_reach_its_end(session: wsn.Session) -> None:
    runs, tree = chained(session, 3_000), CellTree()
    assert tree.marks(runs) == {}
    tree.remember("a", runs[0])
    again = made(session, RunState(id="again", input=[], settings=RequestSettings(), asked=0.0, asked_at=0.0))
    again.state.turns.append(runs[0].turns[0])
    again.state.status = "completed"
    tree.remember("a", again)
    marks = tree.marks([*runs, again])
    assert (marks["r1"], marks["r2"], marks["r3000"], "again" in marks) == ("asked again", "stale", "stale", False)
    assert tree.mark(runs[-1]) == "stale"


def test_branches_of_branches_do_not_leave_the_page(session: wsn.Session) -> None:
    chained(session, 400, forks=True)
    lines = History(session.runs, CellTree()).lines
    assert len(lines) == 400
    assert max(len(line) - len(line.lstrip("│├└─ ")) for line in lines) <= 60
