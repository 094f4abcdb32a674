"""The journal: what is in it, who may use it, and that a killed process goes on where it was."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support import batch_victim
from support.server import running_server

from ws_notebook import Session, SettingsError
from ws_notebook.batch.journal import VERSION, Journal, Record, row_key

__all__: list[str] = []

Open = Callable[..., Session]
LANES = 16


def read(path: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.execute(question))


def victim(url: str, token: str, journal: Path, rows: int) -> list[str]:
    return [sys.executable, batch_victim.__file__, url, token, str(journal), str(rows)]


def kill_in_the_midst(tmp_path: Path, rows: int, at: int) -> None:
    """Kill -9 once so many rows are in the journal; the same call goes on then."""
    journal = tmp_path / "batch.sqlite"
    with running_server("--first-token", "30") as server:
        first = subprocess.Popen(victim(server.base_url, server.token, journal, rows))
        while not journal.exists() or not finished(journal) >= at:
            assert first.poll() is None
            time.sleep(0.01)
        first.kill()
        first.wait()
        done = {key for (key,) in read(journal, "select key from rows where status = 'completed'")}
        command = victim(server.base_url, server.token, journal, rows)
        told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout)
    assert at <= len(done) < rows
    assert [text for text, _ in told] == [f"row {n}" for n in range(rows)]
    repeated = [n for n, (_, attempts) in enumerate(told) if attempts == 2]
    assert len(repeated) <= LANES
    assert {attempts for _, attempts in told} <= {1, 2}
    again = {key for (key,) in read(journal, "select key from rows where attempts = 2")}
    assert not again & done
    assert len(again) == len(repeated)


def finished(journal: Path) -> int:
    try:
        return int(read(journal, "select count(*) from rows where status = 'completed'")[0][0])
    except sqlite3.OperationalError:  # it is being made
        return 0


def test_a_killed_batch_goes_on_and_asks_no_finished_row_again(tmp_path: Path) -> None:
    kill_in_the_midst(tmp_path, rows=100, at=40)


@pytest.mark.nightly
@pytest.mark.timeout(300)
def test_a_killed_batch_of_a_thousand_rows_goes_on(tmp_path: Path) -> None:
    kill_in_the_midst(tmp_path, rows=1000, at=400)


def test_the_same_call_goes_on_with_what_is_missing(local: Open, tmp_path: Path) -> None:
    path, session = tmp_path / "folder" / "batch.sqlite", local()
    first = session.map(["a", "b"], 'say "{value}"', journal=path)
    asked = first.usage["output_tokens"]
    second = session.map(["b", "c", "a", "a"], 'say "{value}"', journal=path)
    assert second.frame.answer.tolist() == ["b", "c", "a", "a"]
    assert second.usage["output_tokens"] == asked  # of c, and of the a that is new
    assert read(path, "select count(*) from rows") == [(4,)]


def test_it_is_the_owners_alone_and_says_what_it_is(local: Open, tmp_path: Path) -> None:
    path = tmp_path / "batch.sqlite"
    session = local()
    session.map(["a"], 'say "{value}"', journal=path)
    if os.name != "nt":
        assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}
    assert read(path, "pragma user_version") == [(VERSION,)]
    with closing(sqlite3.connect(path)) as db:
        frame = pd.read_sql("select * from rows", db)
    assert frame[["status", "attempts", "prompt", "answer"]].values.tolist() == [["completed", 1, 'say "a"', "a"]]
    assert session.settings.api_key not in path.read_bytes().decode("latin-1")


def test_another_question_is_refused_with_what_differs(local: Open, tmp_path: Path) -> None:
    path, session = tmp_path / "batch.sqlite", local()
    session.map(["a"], 'say "{value}"', journal=path, instructions="Be brief.")
    with pytest.raises(SettingsError, match="another question") as caught:
        session.map(["a"], 'say "{value}!"', journal=path, instructions="Be long.")
    for line in ("-Be brief.", "+Be long.", '-say "{value}"', '+say "{value}!"'):
        assert line in str(caught.value).splitlines()


def test_one_batch_writes_it_while_others_read(tmp_path: Path) -> None:
    path = tmp_path / "batch.sqlite"
    journal = Journal(path, {"prompt": "x"})
    journal.write([Record(key="k", answer="yes", status="completed")])
    with pytest.raises(SettingsError, match="being written by another batch"):
        Journal(path, {"prompt": "x"})
    assert read(path, "select answer from rows") == [("yes",)]
    journal.close()
    again = Journal(path, {"prompt": "x"})
    assert again.records["k"].answer == "yes"
    again.close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_text("no database at all " * 100), "cannot be a journal"),
        (lambda path: sqlite3.connect(path).executescript("create table mine (a)").close(), "of something else"),
        (lambda path: path.mkdir(), "cannot be a journal"),
    ],
)
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, make: Callable[[Path], Any], words: str) -> None:
    path = tmp_path / "batch.sqlite"
    make(path)
    with pytest.raises(SettingsError, match=words):
        Journal(path, {"prompt": "x"})


def test_a_newer_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "batch.sqlite"
    Journal(path, {"prompt": "x"}).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"pragma user_version={VERSION + 1}")
    with pytest.raises(SettingsError, match=f"version {VERSION + 1}"):
        Journal(path, {"prompt": "x"})


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "batch.sqlite", {"prompt": "x"})
    journal._db.close()
    with pytest.raises(SettingsError, match="cannot be written"):
        journal.write([Record(key="k")])
    journal.close()


def test_rows_are_known_by_what_they_are_asked() -> None:
    seen: dict[str, int] = {}
    keys = [row_key(each, seen) for each in ("a", "b", "a", [{"role": "user"}])]
    assert len(set(keys)) == 4
    assert keys[2] == f"{keys[0]}-2"
