"""Asks rows with a journal, in a process that a test kills, and prints the attempts of each."""

from __future__ import annotations

import json
import sys

from ws_notebook import Session

__all__ = ["main"]


def main(url: str, token: str, journal: str, rows: int) -> None:
    """Ask, and print what came of each row: its answer and its attempts."""
    with Session(provider=url, profile="local", api_key=token, model="demo") as session:
        batch = session.map(range(rows), 'say "row {value}"', journal=journal)
        print(json.dumps([[row.text, row.attempts] for row in batch.rows]))


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
