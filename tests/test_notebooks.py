"""The shipped notebooks: as they are in the repository, and executed from top to bottom."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
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
SHARED = "__import__('ws_notebook.engine.portal', fromlist=['portal']).portal().shared"
# The server of this machine as it is, else that of a network.
THERE = f"{SHARED}.get('local_server'), *{SHARED}.get('local_servers_far_away', ())"
TOKEN = f"next(each for each in ({THERE}) if each).token"
SECONDS = 120
PROBE = """
import json
print(json.dumps({
    "plain": plain.table[["status", "turns", "bytes_sent"]].T.to_dict(),
    "published": {name: found.table.loc["http id", "saved"] for name, found in published.items()},
    "spent": published["openai-40"].parts["server_ms"].to_dict(),
    "bytes": [computed, float(total["http full"] - total["websocket"]) / 1000],
    "shown": len(result.outputs),
    "failed": [found.sentence for found in (plain, by_bytes, far_away, measured) if "failed" in found.sentence],
}))
"""


class Executed:
    """A notebook's outputs, by the cells' ids. `changes`: words that stand in one cell, and what takes their place."""

    def __init__(self, name: str, folder: Path, probe: str, changes: Mapping[str, str]) -> None:
        notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        for words, others in changes.items():
            (changed,) = (cell for cell in notebook.cells if words in cell.source)
            changed.source = changed.source.replace(words, others)
        secret = nbformat.v4.new_code_cell(f"open('token', 'w').write({TOKEN});", id="secret")
        notebook.cells += [secret, nbformat.v4.new_code_cell(probe, id="probe")]
        shutil.copytree(ROOT / "notebooks" / "data", folder / "data")
        client = NotebookClient(notebook, timeout=SECONDS, kernel_name="python3")
        client.execute(cwd=str(folder), env=kernel_environment())
        self.cells = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
        self.text = nbformat.writes(notebook)
        self.token = (folder / "token").read_text()

    @property
    def runs(self) -> dict[str, dict[str, Any]]:
        """The run that each `%%responses` cell shows, its only output."""
        asked = {
            key: cell
            for key, cell in self.cells.items()
            if cell.source.startswith("%%responses") and "--map" not in cell.source
        }
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

    def run(name: str, probe: str = "", changes: Mapping[str, str] | None = None) -> Executed:
        done = Executed(name, tmp_path, probe, changes or {})
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


def test_every_notebook_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [path.name for path in NOTEBOOKS if f"notebooks/{path.name}" not in readme] == []


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


def test_a_table_is_explored_and_what_is_found_is_checked(execute: Callable[..., Executed]) -> None:
    done = execute("06_data_analyst")
    first, second, third = done.runs.values()
    assert [call["name"] for turn in first["turns"] for call in turn["calls"]] == ["columns", "ranking", "ranking"]
    assert [call["status"] for turn in second["turns"] for call in turn["calls"]] == ["failed", "completed"]
    kinds = [each["kind"] for turn in third["turns"] for call in turn["calls"] for each in call.get("exhibits", ())]
    assert "plotly" in kinds
    assert "country='Norway', continent='Europe', measure='gdp_per_person', year=2007" in done.shown("06-15")
    assert "called over_the_years" in done.shown("06-17")


def test_the_data_says_where_it_is_from_and_is_small() -> None:
    folder = ROOT / "notebooks" / "data"
    assert "CC BY 4.0" in (folder / "README.md").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in folder.iterdir()) < 100_000


@pytest.mark.parametrize("calls", [4, pytest.param(25, marks=[pytest.mark.nightly, pytest.mark.timeout(300)])])
def test_the_claim_is_checked_part_by_part(execute: Callable[..., Executed], calls: int) -> None:
    published = 'ways=["websocket", "http id"], rounds=1'
    done = execute("03_why_websocket_mode", PROBE, {published: f"{published}, turns={calls}"})
    found = json.loads(done.printed("probe"))
    plain = found["plain"]
    assert {row["status"] for row in plain.values()} == {"completed"}
    assert {row["turns"] for row in plain.values()} == {11}
    assert plain["websocket"]["bytes_sent"] < 0.25 * plain["http full"]["bytes_sent"]
    # What is played takes at least its time, so HTTP pays; how much less the socket does is a matter of the machine.
    assert found["published"]["openai-40"] > 0.2
    assert found["spent"]["websocket"] == pytest.approx(161)
    assert found["spent"]["http id"] == pytest.approx((calls + 1) * 161)
    assert found["bytes"][0] == pytest.approx(1.53, rel=0.05)
    assert found["failed"] == []
    assert found["shown"] == 1
    for key in ("03-03", "03-09", "03-11"):
        assert "websocket" in done.shown(key) or "openai-40" in done.shown(key)
    figure = done.cells["03-05"].outputs[0].data
    assert "application/vnd.plotly.v1+json" in figure
    assert "data:image/svg+xml;base64," in figure["text/html"]
    assert "with 99 % confidence" in done.printed("03-09") or "no difference seen" in done.printed("03-09")


def test_lanes_forks_and_steering_share_one_connection(execute: Callable[..., Executed]) -> None:
    done = execute("04_lanes_forks_steering")
    assert "r1: 60 words on lane default" in done.printed("04-04")
    assert "connections opened: 1\n" in done.printed("04-04")
    assert {"default", "lane-1"} <= set(done.printed("04-06").split())
    assert "r4, from r3: 'Your name is **Ada**.'" in done.printed("04-08")
    assert done.printed("04-11").splitlines() == ["Your name is **Grace now**.", "Your name is **Ada**."]
    assert "“in Latin, please”: *unus, duo" in done.printed("04-14")
    assert "['incomplete', 'completed']" in done.printed("04-14")
    assert "data:image/svg+xml;base64," in done.shown("04-16", "text/html")


def test_faults_are_set_strike_are_survived_and_marked(execute: Callable[..., Executed]) -> None:
    done = execute("05_when_things_break")
    assert "drop at response.output_text.delta 4  happened 0" in done.shown("05-04")
    assert "happened 1 ×, at 4 such events" in done.shown("05-07")
    assert re.search(r"r3 +completed +\d+ +connection_lost", done.shown("05-10"))
    assert "**Paris** has more" in done.printed("05-13")
    assert "failed KeyError: 'Atlantis'" in done.printed("05-16")
    assert "wet rope and oranges." in done.printed("05-18")
    assert "fault: drop at line" in done.shown("05-20")
    assert "data:image/svg+xml;base64," in done.shown("05-20", "text/html")


def test_a_table_is_asked_row_by_row(execute: Callable[..., Executed]) -> None:
    done = execute("07_batch")
    assert "4 rows: 4 completed" in done.shown("07-02", "text/plain")
    assert "1 cell of the column 'people' is empty" in done.printed("07-05")
    assert "{'completed': 3, 'failed': 1}" in done.printed("07-12")
    assert "{'completed': 4}" in done.printed("07-13")
    assert "400 0 {'completed': 200}" in done.printed("07-15")
    assert "budget of 300 tokens" in done.printed("07-17")
