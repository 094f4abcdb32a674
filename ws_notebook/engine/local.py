"""The embedded server as a child process: started when it is first needed, shared, ended with this process."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from ..core.waits import Waits
from ..exceptions import ConnectionFailed

__all__ = ["LocalServer"]

_PROGRAM = """\
import sys
sys.path.append(sys.argv[1])
from ws_notebook.cli import main
sys.exit(main(["serve", "--host", "127.0.0.1", "--port", "0", "--with-parent", "--parent", sys.argv[2],
               "--models-by-address"]))
"""
# Neither the notebook's folder (-P) nor a missing installation decides which modules the child finds.

_READY = re.compile(r"http://[\w.\[\]:]+/v1")


class LocalServer:
    """A running embedded server: its base URL and its token. The repr shows no token."""

    def __init__(self, patience: float | None = Waits().server) -> None:
        """Start it and wait until it is ready, `patience` seconds. Raises ConnectionFailed with what it said."""
        self.token = secrets.token_urlsafe(24)
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process writes
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, str(Path(__file__).parents[2]), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "WS_NOTEBOOK_SERVER_TOKEN": self.token},
            # Of its own session: the kernel's interrupt signals the whole process group.
            start_new_session=True,
        )
        late = threading.Timer(threading.TIMEOUT_MAX if patience is None else patience, self._process.kill)
        late.start()
        try:
            self.base_url = self._ready_line()
        except BaseException:
            self.stop()
            raise
        finally:
            late.cancel()

    def __repr__(self) -> str:
        return f"<LocalServer {self.base_url}>"

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ended(self, within: float = 0.5) -> bool:
        """Whether it ends within so many seconds."""
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """End it: its standard input ends, as it does when this process is gone."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if not self.ended():
            # A forked child of this process holds the other end open too.
            self._process.terminate()
        if not self.ended(5):
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()

    def _ready_line(self) -> str:
        output = self._process.stdout
        for raw in iter(output.readline, b"") if output is not None else ():
            found = _READY.search(raw.decode(errors="replace"))
            if found:
                return found[0]
        if not self.ended(5):
            self._process.kill()
            self._process.wait()
        self._log.seek(0)
        said = self._log.read().decode(errors="replace").replace(self.token, "[secret]").strip()[-2000:]
        raise ConnectionFailed(
            f"The embedded server did not start (exit code {self._process.returncode}). It said: {said}"
        )
