from __future__ import annotations

import gc

from IPython.core.interactiveshell import InteractiveShell

import ws_notebook as wsn
from ws_notebook.magics.panel import MagicsGuide
from ws_notebook.session.panel import panels

__all__: list[str] = []


@wsn.tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def test_a_cell_tells_the_panel_what_only_the_magics_know(shell: InteractiveShell) -> None:
    shell.user_ns |= {"add": add, "mine": wsn.Session(provider="local")}
    shell.run_cell_magic("responses", "-o run --view none", 'say "one"')
    session, mine = shell.user_ns["run"].session, shell.user_ns["mine"]
    guide = panels().guide
    assert isinstance(guide, MagicsGuide)
    assert [(guide.is_own(each), guide.name(each)) for each in (session, mine)] == [(True, ""), (False, "mine")]
    assert [guide.address(each) for each in (session, mine)] == ["", "-s mine"]
    assert [tool.name for tool in guide.tools(session)] == ["add"]
    assert guide.marks(session) == {}
    mine.close()
    assert guide.address(mine) is None


def test_only_a_session_that_a_cell_can_name_has_an_address(shell: InteractiveShell) -> None:
    magics = shell.magics_manager.registry["ResponsesMagics"]
    sessions = magics.sessions
    guide = MagicsGuide(sessions)
    with wsn.Session(provider="local") as hidden:
        shell.user_ns["box"] = {"a": hidden}
        assert guide.address(hidden) is None
        shell.user_ns["out"] = hidden
        assert guide.address(hidden) == "-s out"
    own, other = sessions.get(), sessions.get(transport="http")
    assert [guide.address(each) for each in (own, other)] == ["", "--transport http"]
    magics.provider = "local"
    sessions.connect("local", "")
    assert [guide.address(each) for each in (own, other)] == [None, None]


def test_the_marks_are_those_of_the_tree_of_cells(shell: InteractiveShell) -> None:
    sessions = shell.magics_manager.registry["ResponsesMagics"].sessions
    session = sessions.get()
    first = session.ask('say "one"')
    sessions.tree(session).remember("a", first)
    sessions.tree(session).remember("b", session.ask('say "two"'))
    sessions.tree(session).remember("a", session.ask('say "three"', parent=None))
    assert MagicsGuide(sessions).marks(session) == {"r1": "asked again", "r2": "stale"}
    assert {run.id: sessions.tree(session).mark(run) for run in session.runs} == {
        "r1": "asked again", "r2": "stale", "r3": "",
    }  # fmt: skip


def test_it_keeps_no_magics_that_were_unloaded(shell: InteractiveShell) -> None:
    guide = MagicsGuide(shell.magics_manager.registry["ResponsesMagics"].sessions)
    shell.run_line_magic("unload_ext", "ws_notebook")
    gc.collect()
    with wsn.Session(provider="local", tools=[add]) as session:
        assert [tool.name for tool in guide.tools(session)] == ["add"]
        assert (guide.is_own(session), guide.name(session), guide.marks(session)) == (False, "", {})
