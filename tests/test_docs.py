"""The documentation: every block of Python, and every cell of the magics, is executed as it is written.

The blocks of a page are one notebook, from top to bottom, against the embedded server. One that cannot be executed
here has an HTML comment before it that says why: `<!-- not executed: … -->`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from magics.shells import shell_here
from support.pages import Block, blocks

import ws_notebook as wsn
from ws_notebook.engine import local
from ws_notebook.engine.portal import portal

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXECUTED = [page for page in PAGES if any(not block.why for block in blocks(page.read_text(encoding="utf-8")))]


@pytest.fixture(scope="module")
def at_once() -> Iterator[local.LocalServer]:
    """An embedded server that does not take its time to write."""
    with pytest.MonkeyPatch.context() as patched:
        pace = '"--with-parent", "--tokens-per-second", "0", "--first-token", "0"'
        patched.setattr(local, "_PROGRAM", local._PROGRAM.replace('"--with-parent"', pace))
        server = local.LocalServer()
    yield server
    server.stop()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: local.LocalServer) -> Iterator[InteractiveShell]:
    """A shell in a folder of its own."""
    monkeypatch.setitem(portal().shared, "local_server", at_once)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    with shell_here(str(tmp_path / "ipython")) as running:
        yield running
        for value in list(running.user_ns.values()):
            if isinstance(value, wsn.Session):
                value.close()


@pytest.mark.parametrize("page", EXECUTED, ids=lambda page: page.stem)
def test_every_block_of_a_page_does_what_it_says(
    page: Path, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    for block in blocks(page.read_text(encoding="utf-8")):
        if not block.why:
            result = shell.run_cell(block.code)
            error = result.error_before_exec or result.error_in_exec
            shown = capsys.readouterr()
            assert error is None, f"{page.name}:{block.line}: {error!r}\n{block.code}\n{shown.out}\n{shown.err}"


def test_what_is_not_executed_says_why() -> None:
    left_out = {page.name: [block for block in blocks(page.read_text(encoding="utf-8")) if block.why] for page in PAGES}
    assert all(len(block.why) > 15 for found in left_out.values() for block in found)
    assert sum(map(len, left_out.values())) <= 10


def test_the_blocks_of_a_page_are_found_with_their_lines_and_reasons() -> None:
    python, output, magic = "```python\nx\n```\n", "```\noutput\n```\n", "```\n%%responses\nHi\n```\n"
    text = f"a\n\n## One\n\n{python}\n{output}\n<!-- not executed: needs a key -->\n{magic}"
    assert blocks(text) == [Block(5, "x\n", "", "One"), Block(14, "%%responses\nHi\n", "needs a key", "One")]
