"""The processes of a measurement: the server, the clients, and the order in which these are asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

__all__ = ["SPEED", "Child", "Client", "Clients", "Server", "environment", "python_of", "say"]

SPEED = Path(__file__).resolve().parents[1]
RIVALS = ("agents", "picows")
"""How the clients begin that have an environment of their own: openai-agents wants another websockets than we allow."""


def environment() -> dict[str, str]:
    """Of every process: the modules of this folder are found, and of the folder in which it is started none."""
    there = os.environ.get("PYTHONPATH")
    path = str(SPEED) if not there else os.pathsep.join((str(SPEED), there))
    return {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "OPENAI_AGENTS_DISABLE_TRACING": "1"}


def python_of(name: str) -> str | None:
    """The Python that has this client; None where nobody made its environment.

    `make bench` makes it in the folder `rivals` of this one's; WSN_BENCH_RIVALS names another.
    """
    if not name.startswith(RIVALS):
        return sys.executable
    home = Path(os.environ.get("WSN_BENCH_RIVALS") or Path(sys.prefix, "rivals"))
    found = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return str(found) if found.exists() else None


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


class Child:
    """A program that is spoken to by lines. It ends with its standard input, so also when this process does."""

    def __init__(self, *command: str) -> None:
        self._said = " ".join(command)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
        )

    def line(self) -> str:
        """Its next line. Raises RuntimeError when it has ended."""
        assert self.process.stdout is not None
        found = self.process.stdout.readline()
        if not found:
            raise RuntimeError(f"This process ended; what it said is above: {self._said}")
        return found.strip()

    def ask(self, **what: Any) -> Any:
        """Say something as JSON, and read the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        return json.loads(self.line())

    def close(self) -> None:
        """End it, gently first."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Server(Child):
    """`server.py`."""

    def __init__(self) -> None:
        super().__init__(sys.executable, "-m", "rig.server")
        self._home = f"http://127.0.0.1:{self.line()}"

    def url(self, mode: str) -> str:
        """The base URL at which it answers so."""
        return f"{self._home}/{mode}/v1"

    def tally(self) -> dict[str, Any]:
        """What it has counted since it was last asked."""
        with urllib.request.urlopen(f"{self._home}/control/tally") as answer:
            found: dict[str, Any] = json.load(answer)
        return found


class Client(Child):
    """`client.py`, as one of the clients. `unavailable` says why it is none."""

    def __init__(self, name: str, url: str, **options: Any) -> None:
        self.name = name
        self.unavailable = ""
        python = python_of(name)
        super().__init__(python or sys.executable, "-m", "rig.client", name, url, json.dumps(options))
        if (said := json.loads(self.line())) != "ready":
            self.unavailable = str(said["unavailable"])
            if python is None:
                self.unavailable += ": `make bench` installs it, into an environment of its own"


class Clients:
    """Several clients of one server, and those that are left out, each with the reason."""

    def __init__(self, clients: Sequence[Client]) -> None:
        self.there = [each for each in clients if not each.unavailable]
        self.left_out = {each.name: each.unavailable for each in clients if each.unavailable}
        for name, why in self.left_out.items():
            say(f"  LEFT OUT: {name}: {why}")

    @classmethod
    @contextmanager
    def started(cls, names: Iterable[str], url: str, **options: Any) -> Iterator[Clients]:
        """These clients, each with the same options."""
        with ExitStack() as stack:
            yield cls([stack.enter_context(Client(name, url, **options)) for name in names])

    def rounds(self, count: int, *, seldom: Iterable[str] = (), dropped: int = 1) -> Iterator[tuple[int, Client]]:
        """Whom to ask next, in rounds of one order and the other. The first `dropped` have negative numbers.

        `seldom`: the clients that take so long that every third round does without them.
        """
        slow = frozenset(seldom)
        for number in range(-dropped, count):
            say(f"  round {number + 1} of {count}" if number >= 0 else "  caches fill")
            for client in self.there if number % 2 else reversed(self.there):
                if client.name not in slow or number % 3 != 2:
                    yield number, client
