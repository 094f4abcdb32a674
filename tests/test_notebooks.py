"""The shipped notebooks: as they are in the repository, and executed from top to bottom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from magics.shells import MIME
from nbclient import NotebookClient
from support.real_model import real_model
from support.started import kernel_environment

from ws_notebook.render.compact import expand

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TOKEN = "__import__('ws_notebook.engine.portal', fromlist=['portal']).portal().shared['local_server'].token"
SECONDS = 60
PROBE = """
import json
print(json.dumps({
    "sent": [int(n) for n in over_socket.turns.bytes_sent], "http": [int(n) for n in over_http.turns.bytes_sent],
    "full": [int(n) for n in over_socket.turns.bytes_full_context],
    "steps": [[json.loads(call.arguments)["i"] for call in run.tool_calls] for run in (socket_run, http_run)],
    "connections": over_socket.connections,
}))
"""


class Executed:
    """A notebook's outputs, by the cells' ids."""

    def __init__(self, name: str, folder: Path, probe: str = "") -> None:
        notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        secret = nbformat.v4.new_code_cell(f"open('token', 'w').write({TOKEN});", id="secret")
        notebook.cells += [secret, nbformat.v4.new_code_cell(probe, id="probe")]
        client = NotebookClient(notebook, timeout=SECONDS, kernel_name="python3")
        client.execute(cwd=str(folder), env=kernel_environment())
        self.cells = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
        self.text = nbformat.writes(notebook)
        self.token = (folder / "token").read_text()

    @property
    def runs(self) -> dict[str, dict[str, Any]]:
        """The run that each `%%responses` cell shows, its only output."""
        asked = {key: cell for key, cell in self.cells.items() if cell.source.startswith("%%responses")}
        found = {}
        for key, cell in asked.items():
            (only,) = cell.outputs
            found[key] = expand(only.data[MIME])
        return found

    def printed(self, key: str) -> str:
        return "".join(output.text for output in self.cells[key].outputs if output.output_type == "stream")

    def shown(self, key: str, mime: str = "text/plain") -> str:
        """What the cell's last output shows."""
        return str(self.cells[key].outputs[-1].data[mime])


@pytest.fixture
def execute(tmp_path: Path) -> Callable[..., Executed]:
    """Executes a notebook and checks what holds for each: no error, nothing on stderr, no secret."""

    def run(name: str, probe: str = "") -> Executed:
        done = Executed(name, tmp_path, probe)
        outputs = [output for cell in done.cells.values() for output in cell.outputs]
        assert [output for output in outputs if output.output_type == "error"] == []
        assert [output.text for output in outputs if output.get("name") == "stderr"] == []
        assert len(done.token) > 20
        assert done.token not in done.text
        assert {run["status"] for run in done.runs.values()} <= {"completed"}
        return done

    return run


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_shipped_notebook_is_clean_and_stays_on_this_machine(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []
    assert [cell.id for cell in notebook.cells] == [f"{path.stem[:2]}-{n:02}" for n in range(len(notebook.cells))]
    assert notebook.metadata.kernelspec.name == "python3"
    source = "\n".join(cell.source for cell in code)
    sessions = re.findall(r"Session\(([^)]*)\)", source)
    assert all(re.search(r'provider=("local"|address|base_url)', arguments) for arguments in sessions)
    assert all(host == "localhost" for host in re.findall(r"https?://([\w.-]+)", source))
    assert sessions or 'ResponsesMagics.provider = "local"' in source
    # JupyterLab does not wrap code, and its cells hold about a hundred characters.
    assert [line for line in source.splitlines() if len(line) > 100] == []


def test_the_notebooks_are_these() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01_quickstart",
        "02_tools",
        "03_why_websocket_mode",
        "08_bring_your_own_model",
        "10_real_model",
    ]


def test_a_real_model_is_asked_where_one_is_there_and_the_others_are_named(execute: Callable[..., Executed]) -> None:
    real_model()
    done = execute("08_bring_your_own_model")
    assert "a real but tiny model; it makes mistakes" in done.printed("08-03")
    assert "Nothing answers at http://localhost:11434/v1. Start it: ollama serve" in done.printed("08-05")


@pytest.mark.nightly
def test_a_kept_prefix_is_read_once(execute: Callable[..., Executed], monkeypatch: pytest.MonkeyPatch) -> None:
    real_model()
    monkeypatch.setenv("WSN_NOTEBOOK_TURNS", "3")
    done = execute("10_real_model")
    read = re.search(r"tokens read in all: (\d+) kept, (\d+) read anew", done.printed("10-09"))
    assert read is not None
    assert int(read[2]) > 1.5 * int(read[1])


def test_the_quickstart_answers(execute: Callable[..., Executed]) -> None:
    done = execute("01_quickstart")
    runs = list(done.runs.values())
    assert [run["id"] for run in runs] == [f"r{n}" for n in range(1, 7)]
    assert "a script, not an AI" in runs[0]["text"]
    assert runs[1]["text"].startswith("**Paris** has more: 2103000 against 717710")
    assert [len(turn["calls"]) for turn in runs[1]["turns"]] == [2, 0]
    assert len(runs[2]["text"].split()) >= 400
    assert "Ada" in runs[4]["text"]
    assert runs[5]["text"] == "Both are done."
    assert "('population', '10092000'" in done.shown("01-14")
    assert "('distance', '10255'" in done.shown("01-14")
    assert "data:image/svg+xml;base64," in done.shown("01-17", "text/html")
    assert re.search(r"connections opened\s+1\n", done.shown("01-16"))


def test_tools_are_written_watched_changed_and_run_again(execute: Callable[..., Executed]) -> None:
    done = execute("02_tools")
    first, changed, slow, wrong, narrowed = done.runs.values()
    assert "26.22 mi" in first["text"]
    assert '{"mi": 26.2188}' in changed["text"]
    calls = [call for call in slow["turns"][0]["calls"] if call["name"] == "slow"]
    assert len(calls) == 3
    # Side by side: each had begun before any had ended.
    assert max(call["start_ms"] for call in calls) < min(call["end_ms"] for call in calls)
    assert [call["status"] for call in wrong["turns"][0]["calls"]] == ["failed", "timed_out", "failed"]
    assert "unit: input should be 'km' or 'mi'" in done.shown("02-09")
    assert "ZeroDivisionError" in done.printed("02-21")
    assert "return a / b" in done.printed("02-21")
    assert "**2.5**" in narrowed["text"]
    assert re.search(r"divide +1 +1 +Divide two numbers\.", done.shown("02-23"))


def test_the_socket_sends_a_fraction_of_what_http_sends(execute: Callable[..., Executed]) -> None:
    done = execute("03_why_websocket_mode", PROBE)
    counted = json.loads(done.printed("probe"))
    assert counted["connections"] == 1
    assert [len(counted[key]) for key in ("sent", "http", "full")] == [26, 26, 26]
    assert counted["steps"] == [list(range(1, 26))] * 2
    middle = counted["sent"][2:25]
    assert max(middle) <= 1.05 * min(middle)
    assert sum(counted["sent"]) <= 0.15 * sum(counted["http"])
    assert counted["http"] == sorted(counted["http"])
    # What a session on the socket says HTTP would have sent is what HTTP sent.
    assert sum(counted["full"]) == pytest.approx(sum(counted["http"]), rel=0.01)
    percent = re.search(r"(\d+)% less", done.printed("03-07"))
    assert percent is not None
    assert int(percent[1]) >= 85
    assert "All steps are done." in done.shown("03-02")
    assert "application/vnd.plotly.v1+json" in done.cells["03-08"].outputs[0].data
    assert "r1.26" in done.shown("03-13")
