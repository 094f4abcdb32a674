"""The proxy's process, as whoever starts it holds it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from .proxy import Task

__all__ = ["ProxyProcess"]

_PROGRAM = """\
import sys
sys.path.append(sys.argv[1])
from ws_notebook.network.proxy import main
main()
"""
# Neither the notebook's folder (-P) nor a missing installation decides which modules it finds.


class _Said(msgspec.Struct):
    port: int = 0
    error: str = ""
    errno: int | None = None


class ProxyProcess:
    """A proxy that listens. It ends with `stop`, and with this process."""

    def __init__(self, task: Task) -> None:
        """Start it and wait until it listens. OSError where it cannot."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, str(Path(__file__).parents[2])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(msgspec.json.encode(task) + b"\n")
            self._process.stdin.flush()
            said = msgspec.json.decode(self._process.stdout.readline() or b"{}", type=_Said)
        except BaseException:
            self.stop()
            raise
        if not said.port:
            self.stop()
            raise OSError(said.errno, said.error) if said.errno else OSError("The delaying proxy did not start.")
        self.port = said.port

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        """Wait for its end; the exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
