from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell
from magics.shells import notebook

import ws_notebook.magics
from ws_notebook.session.run import Run

__all__: list[str] = []


MAGICS = ("ResponsesMagics", "ToolMagics")


def traces(shell: InteractiveShell) -> list[object]:
    """What the extension has put into the shell."""
    return [
        *(kind for kind in ("line", "cell") if "responses" in shell.magics_manager.magics[kind]),
        *(kind for kind in ("line", "cell") if "tool" in shell.magics_manager.magics[kind]),
        *(name for name in shell.magics_manager.registry if name in MAGICS),
        *(each for each in shell.configurables if type(each).__name__ in MAGICS),
        *shell.Completer.custom_matchers,
        *(each for each in shell.input_transformers_cleanup if each.__module__.startswith("ws_notebook")),
        *(each for each in shell.display_formatter.ipython_display_formatter.type_printers if each is Run),
    ]


def test_unloading_leaves_no_trace(shell: InteractiveShell) -> None:
    assert len(traces(shell)) == 11
    shell.run_line_magic("unload_ext", "ws_notebook")
    assert traces(shell) == []
    ws_notebook.magics.unload(shell)


def test_reloading_leaves_one_of_each(shell: InteractiveShell) -> None:
    for _ in range(2):
        shell.run_line_magic("reload_ext", "ws_notebook")
    assert len(traces(shell)) == 11


def test_a_default_that_config_refused_does_not_keep_the_magics_away(shell: InteractiveShell) -> None:
    shell.run_line_magic("config", "ResponsesMagics.provider = 'locla'")
    with pytest.warns(RuntimeWarning, match="There is no provider 'locla'"):
        shell.run_line_magic("reload_ext", "ws_notebook")
    assert len(traces(shell)) == 11
    shell.run_line_magic("reload_ext", "ws_notebook")


def test_unloading_closes_the_magics_own_session_and_no_other(shell: InteractiveShell) -> None:
    shell.run_cell('import ws_notebook as wsn\nmine = wsn.Session(provider="local")')
    run = shell.run_cell_magic("responses", "--view none", 'say "yes"')
    shell.run_line_magic("unload_ext", "ws_notebook")
    assert run.session.state == "closed"
    assert run.text == "yes"
    assert shell.user_ns["mine"].state == "idle"


def test_loading_says_nothing_starts_nothing_and_contacts_nothing() -> None:
    """Seen from inside a kernel: no output, no new thread, process or socket."""
    with notebook(extension=False) as opened:
        opened.run("import psutil, threading\nme = psutil.Process()")
        looks = "(threading.active_count(), len(me.children()), len(me.net_connections()))"
        before = opened.value(looks)
        cell = opened.run("%load_ext ws_notebook")
        assert cell.outputs == []
        assert opened.value(looks) == before
        assert opened.run('%config ResponsesMagics.provider = "local"').outputs == []
        assert opened.value(looks) == before
        opened.run('%%responses\nsay "yes"')
        assert opened.value("len(me.children())") == 1
        assert opened.run("%reload_ext ws_notebook").outputs == []
        # What was configured stays.
        assert opened.value("get_ipython().magics_manager.registry['ResponsesMagics'].provider") == "local"
