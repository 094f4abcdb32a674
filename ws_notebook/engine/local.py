"""The embedded server as a child process: started when it is first needed, shared, ended with this process."""

from __future__ import annotations

import os
import re
import secrets
import ssl
import subprocess
import sys
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..core.waits import Waits
from ..exceptions import ConnectionFailed
from ..network.network import Network

__all__ = ["FarServers", "LocalServer"]

_KEPT = 3
"""Servers of networks that stay although no session holds them: the next one may want the same."""

_PROGRAM = """\
import sys
sys.path.append(sys.argv[1])
from ws_notebook.cli import main
sys.exit(main(["serve", "--host", "127.0.0.1", "--port", "0", "--with-parent", "--parent", sys.argv[2],
               "--models-by-address", *sys.argv[3:]]))
"""
# Neither the notebook's folder (-P) nor a missing installation decides which modules the child finds.

_READY = re.compile(r"https?://[\w.\[\]:]+/v1")
_TRUST = re.compile(r"trust: (.+?)\)?$")


class LocalServer:
    """A running embedded server: its base URL and its token. The repr shows no token."""

    def __init__(self, patience: float | None = Waits().server, network: Network | None = None) -> None:
        """Start it and wait until it is ready, `patience` seconds. Raises ConnectionFailed with what it said.

        `network`: how far away it is to be.
        """
        self.ssl: ssl.SSLContext | None = None
        """What trusts it, where it is reached by TLS."""
        self.token = secrets.token_urlsafe(24)
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process writes
        flags = [] if network is None else network.flags()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, str(Path(__file__).parents[2]), str(os.getpid()), *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "WS_NOTEBOOK_SERVER_TOKEN": self.token},
            # Of its own session: the kernel's interrupt signals the whole process group.
            start_new_session=True,
        )
        # One that nobody holds any more ends; at the end of this process each does so by itself.
        weakref.finalize(self, _let_go, self._process, self._log).atexit = False
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
        _end(self._process)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()

    def _ready_line(self) -> str:
        output = self._process.stdout
        for raw in iter(output.readline, b"") if output is not None else ():
            line = raw.decode(errors="replace").strip()
            found = _READY.search(line)
            if found:
                if trusted := _TRUST.search(line):
                    self.ssl = ssl.create_default_context(cafile=trusted[1])
                return found[0]
        _end(self._process)
        self._log.seek(0)
        said = self._log.read().decode(errors="replace").replace(self.token, "[secret]").strip()[-2000:]
        raise ConnectionFailed(
            f"The embedded server did not start (exit code {self._process.returncode}). It said: {said}"
        )


class FarServers:
    """The embedded servers that play a network, as long as somebody holds them; and the latest few, who may."""

    def __init__(self) -> None:
        self._all: weakref.WeakValueDictionary[Network, LocalServer] = weakref.WeakValueDictionary()
        self._latest: OrderedDict[Network, LocalServer] = OrderedDict()

    def get(self, network: Network) -> LocalServer | None:
        return self._all.get(network)

    def __iter__(self) -> Iterator[LocalServer]:
        """Those that are there."""
        return iter(list(self._all.values()))

    def put(self, network: Network, server: LocalServer) -> None:
        """Add it, or note that it was used."""
        self._all[network] = self._latest[network] = server
        self._latest.move_to_end(network)
        while len(self._latest) > _KEPT:
            self._latest.popitem(last=False)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for its exit; where that takes long, it is killed."""
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _let_go(process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    """Have a server end that nobody holds, and wait for its exit beside: this may be called anywhere."""
    log.close()
    if process.poll() is not None:
        return

    def wait() -> None:
        _end(process)
        if process.stdout is not None:
            process.stdout.close()

    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
    threading.Thread(target=wait, name="ws-notebook-server-end", daemon=True).start()
