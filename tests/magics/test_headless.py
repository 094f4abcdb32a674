"""Whole notebooks executed by nbclient, which has no front end: what the file holds, and how a failure ends it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from magics.shells import MIME, SETUP
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from support.started import kernel_environment

__all__: list[str] = []

TOKEN = "__import__('ws_notebook.engine.portal', fromlist=['portal']).portal().shared['local_server'].token"
KEY = "sk-a-key-of-mine-1234"


class Saved:
    """A notebook executed and saved."""

    def __init__(self, folder: Path, *cells: str) -> None:
        self.path = folder / "executed.ipynb"
        self.notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in (SETUP, *cells)])
        self.error: CellExecutionError | None = None
        try:
            client = NotebookClient(self.notebook, timeout=40, kernel_name="python3")
            client.execute(cwd=str(folder), env=kernel_environment())
        except CellExecutionError as error:
            self.error = error
        nbformat.write(self.notebook, self.path)
        nbformat.validate(self.notebook)

    def outputs(self, index: int) -> list[Any]:
        """What the cell behind the set-up shows."""
        return list(self.notebook.cells[index + 1].outputs)

    def run(self, index: int) -> dict[str, Any]:
        (only,) = self.outputs(index)
        assert only.output_type == "display_data"
        assert set(only.data) == {MIME, "text/html", "text/markdown", "text/plain"}
        return dict(only.data[MIME])


def test_each_cell_holds_one_output_the_run(tmp_path: Path) -> None:
    saved = Saved(
        tmp_path,
        '@wsn.tool\ndef add(a: int, b: int) -> int:\n    "Add."\n    return a + b',
        "%%responses\ncall add(a=2, b=3) and add(a=4, b=5), then write 60 words",
        "%%responses -o kept\nMy name is Ada.",
        "%%responses\nWhat is my name?",
        "kept",
        "_",
    )
    assert saved.error is None
    assert saved.outputs(-1) == saved.outputs(0) == []
    assert [len(turn["calls"]) for turn in saved.run(1)["turns"]] == [2, 0]
    assert "Ada" in saved.run(3)["text"]
    assert saved.run(4) == saved.run(2)
    assert "widgets" not in saved.notebook.metadata


def test_what_a_tool_prints_stands_beside_the_run(tmp_path: Path) -> None:
    saved = Saved(
        tmp_path, '@wsn.tool\ndef look() -> str:\n    "Look."\n    print("looking")\n    return "seen"',
        "%%responses\ncall look()",
    )  # fmt: skip
    assert sorted(output.output_type for output in saved.outputs(1)) == ["display_data", "stream"]


def test_a_failed_run_stops_the_cells_behind_it(tmp_path: Path) -> None:
    saved = Saved(tmp_path, "%%responses -m other\nHello", "print('never')")
    assert saved.error is not None
    assert saved.error.ename == "ProviderError"
    assert "model_not_found" in saved.error.evalue
    assert "/ws_notebook/" not in str(saved.error)
    shown, error = saved.outputs(0)
    assert shown.data[MIME]["status"] == "failed"
    assert error.output_type == "error"
    assert len(error.traceback) == 1
    assert saved.outputs(1) == []


def test_no_secret_is_in_the_executed_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    saved = Saved(
        tmp_path,
        '%%responses\nsay "yes"',
        "%responses status",
        "%responses frames",
        "_.to_dict()",
        "session = kept = get_ipython().magics_manager.registry['ResponsesMagics'].sessions.get(); session",
        "session.settings, session.__dict__, vars(session.settings) if hasattr(session.settings, '__dict__') else 0",
        f"from pathlib import Path\nPath('token').write_text({TOKEN});",
        "mine = wsn.Session(provider='http://127.0.0.1:9/v1', api_key=Path('key').read_text())\nmine",
        "%%responses -s mine -m demo\nHello",
    )
    assert saved.error is not None
    assert saved.error.ename == "ConnectionFailed"
    token = (tmp_path / "token").read_text()
    text = saved.path.read_text()
    assert len(token) > 20
    assert token not in text
    assert KEY not in text
    assert not re.search(r"Bearer\s+(?!\[secret\])\S", text)


@pytest.mark.parametrize("view", ["text", "none"])
def test_the_view_can_be_chosen_for_a_whole_notebook(tmp_path: Path, view: str) -> None:
    saved = Saved(tmp_path, f"%config ResponsesMagics.view = {view!r}", '%%responses\nsay "yes"')
    assert [len(saved.outputs(index)) for index in (0, 1)] == [0, 0 if view == "none" else 1]


SLOW = (
    "import time\n@wsn.tool(run_in='thread')\ndef slow() -> str:\n    'Slow.'\n    time.sleep(0.5)\n    return 'late'"
)
LINE = "No page shows what comes after this cell, so it waits until run r1 has ended.\n"


def lines(outputs: list[Any]) -> str:
    return "".join(output.text for output in outputs if output.output_type == "stream")


def answers(outputs: list[Any]) -> list[tuple[str, str]]:
    """Of the runs that are shown: how they stand, and what they answer; each form says the same."""
    runs = [output.data for output in outputs if "data" in output]
    for data in runs:
        assert data[MIME]["text"] in data["text/plain"]
        assert "running" not in data["text/html"]
    return [(data[MIME]["status"], data[MIME]["text"]) for data in runs]


@pytest.mark.parametrize("view", ["auto", "live", "text"])
def test_a_run_in_the_background_ends_with_its_cell_and_the_file_has_the_answer(tmp_path: Path, view: str) -> None:
    saved = Saved(
        tmp_path, SLOW, f'%%responses --background --view {view} -o run\ncall slow() then say "the end"', "run.status"
    )
    assert saved.error is None
    (status, text), *others = answers(saved.outputs(1))
    assert (status, others) == ("completed", [])
    assert text.endswith("the end")
    assert lines(saved.outputs(1)) == LINE
    assert saved.outputs(2)[0].data["text/plain"] == "'completed'"
    assert "widgets" not in saved.notebook.metadata or view == "live"


def test_a_run_that_is_shown_ends_with_its_cell_behind_all_else_of_it(tmp_path: Path) -> None:
    saved = Saved(
        tmp_path,
        f"{SLOW}\nsession = wsn.Session(provider='local', tools=[slow])",
        "from IPython.display import display\nrun = session.start('call slow()'); display(run)\n"
        "print('behind', run.done)",
        "first, second = session.start('say \"a\"', parent=None), session.start('call slow()', parent=None)\n"
        "display(first)\nsecond",
        "await __import__('asyncio').sleep(0)\nsession.start('call slow() then say \"awaited\"')",
        "%%responses -s session --background --view none -o quiet\ncall slow()",
        "quiet.done",
    )
    assert saved.error is None
    assert [status for status, _ in answers(saved.outputs(1))] == ["completed"]
    assert lines(saved.outputs(1)) == f"behind False\n{LINE}"
    assert [status for status, _ in answers(saved.outputs(2))] == ["completed", "completed"]
    assert answers(saved.outputs(3))[0][1].endswith("awaited")
    assert saved.outputs(5)[0].data["text/plain"] == "True"


def test_a_run_that_fails_in_the_background_says_so_and_fails_no_cell(tmp_path: Path) -> None:
    saved = Saved(tmp_path, "%%responses --background -m other\nHello", "1 + 1")
    assert saved.error is None
    shown = next(output.data for output in saved.outputs(0) if "data" in output)
    assert shown[MIME]["status"] == "failed"
    assert saved.outputs(1)[0].data["text/plain"] == "2"


def test_a_run_whose_cell_is_interrupted_is_stopped(tmp_path: Path) -> None:
    saved = Saved(
        tmp_path,
        "session = wsn.Session(provider='local')",
        "from IPython.display import display\nrun = session.start('think 600 seconds'); display(run)\n"
        "raise KeyboardInterrupt",
    )
    assert saved.error is not None
    assert [output.data[MIME]["status"] for output in saved.outputs(1) if "data" in output] == ["cancelled"]
