"""The journal of a batch: a SQLite file in which each row is before it counts, so that the same call can go on.

It holds prompts and answers, secrets hidden, and is readable by its owner alone (mode 0600). One process writes it;
others may read it meanwhile: `pandas.read_sql("select * from rows", sqlite3.connect("batch.sqlite"))`.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import os
import sqlite3
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import msgspec

from ..exceptions import SettingsError

__all__ = ["PROMPT", "VERSION", "Journal", "Record", "row_key"]

VERSION = 1
"""Of the file's form, in its `user_version`."""

_APPLICATION = 0x57534E42
_SCHEMA = """
create table if not exists question (key text primary key, value text);
create table if not exists rows (
    key text primary key, position integer, status text, attempts integer, prompt text, answer text, error text,
    input_tokens integer, cached_tokens integer, output_tokens integer, ms real,
    at text default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
"""
PROMPT = 2000
"""Characters of a prompt that are written down; what was asked is known by its digest."""


class Record(msgspec.Struct, kw_only=True):
    """A row as the journal has it."""

    key: str
    position: int = 0
    status: str = "asked"
    attempts: int = 1
    prompt: str = ""
    answer: str = ""
    error: str = ""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    ms: float = 0.0


_FIELDS = Record.__struct_fields__
_WRITE = f"insert or replace into rows ({', '.join(_FIELDS)}) values ({', '.join('?' * len(_FIELDS))})"  # noqa: S608


class Journal:
    """An open journal; `write` and `close` may be called in any thread, one at a time.

    Raises SettingsError for a file that is no journal or of a newer version, that another process writes, or that is
    about another question: then with what differs.
    """

    def __init__(self, path: str | os.PathLike[str], question: Mapping[str, Any]) -> None:
        self.path = Path(path).expanduser()
        self._guard = threading.Lock()
        self._lock = _claim(self.path)
        try:
            self._db = _opened(self.path)
            self._check(question)
            self.records = {record.key: record for record in self._read()}
            """What it held when it was opened, by key."""
        except BaseException:
            self._lock.close()
            raise

    def write(self, records: Iterable[Record]) -> None:
        """Have the rows on disk. Raises SettingsError, and has written none, where that fails."""
        with self._guard:
            try:
                with self._db:
                    self._db.executemany(_WRITE, [msgspec.structs.astuple(record) for record in records])
            except sqlite3.Error as error:
                raise SettingsError(
                    f"The journal {self.path} cannot be written: {error}. Make room, or see who else uses it; the same "
                    "call then goes on with what is missing."
                ) from None

    def close(self) -> None:
        """Let others write it."""
        with self._guard, contextlib.suppress(sqlite3.Error):
            self._db.close()
        self._lock.close()

    def _read(self) -> list[Record]:
        rows = self._db.execute(f"select {', '.join(_FIELDS)} from rows")  # noqa: S608
        return [Record(**dict(zip(_FIELDS, row, strict=True))) for row in rows]

    def _check(self, question: Mapping[str, Any]) -> None:
        asked = {name: _text(value) for name, value in question.items()}
        held = dict(self._db.execute("select key, value from question"))
        if not held:
            with self._db:
                self._db.executemany("insert into question values (?, ?)", asked.items())
        elif held != asked:
            raise SettingsError(
                f"The journal {self.path} is about another question:\n{_difference(held, asked)}\n"
                "Ask as before to go on with it, or give this question a journal of its own."
            )


def row_key(question: Any, seen: dict[str, int]) -> str:
    """What the journal calls a row: by what it was asked, and which of those it is that were asked the same."""
    written = json.dumps(question, sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    seen[digest] = seen.get(digest, 0) + 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _difference(held: Mapping[str, str], asked: Mapping[str, str]) -> str:
    lines = []
    for name in sorted({*held, *asked}):
        before, now = held.get(name, ""), asked.get(name, "")
        if before != now:
            found = difflib.unified_diff(
                before.splitlines(), now.splitlines(), f"{name} (journal)", f"{name} (now)", "", "", 1
            )
            lines += [line for line in found if not line.startswith("@@")]
    return "\n".join(line[:200] for line in lines[:40])


def _opened(path: Path) -> sqlite3.Connection:
    try:
        # Made here, so that nobody else can read it from the beginning; SQLite gives its other files the same mode.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        db = sqlite3.connect(path, check_same_thread=False, timeout=30)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        (application,), (version,) = db.execute("pragma application_id"), db.execute("pragma user_version")
        tables = list(db.execute("select 1 from sqlite_master limit 1"))
    except (OSError, sqlite3.Error) as error:
        raise SettingsError(f"{path} cannot be a journal: {error}. Name another file.") from None
    if tables and application[0] != _APPLICATION:
        db.close()
        raise SettingsError(f"{path} is a SQLite file of something else. Name another file as the journal.")
    if version[0] > VERSION:
        db.close()
        raise SettingsError(
            f"The journal {path} is of version {version[0]}; this ws-notebook reads up to {VERSION}. Use the newer one "
            "that wrote it, or another file."
        )
    with db:
        db.execute(f"pragma application_id={_APPLICATION}")
        db.execute(f"pragma user_version={VERSION}")
        db.executescript(_SCHEMA)
    return db


def _claim(path: Path) -> IO[bytes]:
    """A lock that its process's end gives back, however it ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = open(os.open(f"{path}-lock", os.O_CREAT | os.O_RDWR, 0o600), "r+b")  # noqa: SIM115
    except OSError as error:
        raise SettingsError(f"{path} cannot be a journal: {error}. Name another file.") from None
    try:
        _lock(held)
    except OSError:
        held.close()
        raise SettingsError(
            f"The journal {path} is being written by another batch. Wait for it or stop it; it can be read meanwhile."
        ) from None
    return held


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> None:
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:

    def _lock(file: IO[bytes]) -> None:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
