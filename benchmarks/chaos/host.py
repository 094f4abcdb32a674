"""The server under attack: one process on one port, killed and started again on it, with faults set from outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["Host"]

TOKEN = "a-token-for-chaos"


class Host:
    """`ws-notebook serve` as a child process. The first start takes a free port, every later one the same."""

    def __init__(self, *, age: float = 0.0, store: Path | None = None, flags: tuple[str, ...] = ()) -> None:
        self.token = TOKEN
        self.base_url = ""
        self.kills = 0
        self.happened: dict[str, int] = {}
        """How often a rule of an action struck, over all rules that were set."""
        self._flags = ["--tokens-per-second", "0", "--first-token", "0", "--connection-seconds", str(age), *flags]
        self._flags += ["--store", str(store)] if store else []
        self._port = "0"
        self._process = self._start()

    def __enter__(self) -> Host:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def kill_and_restart(self) -> None:
        """End it with SIGKILL; return when the next one listens on the same port."""
        self.kills += 1
        self._end()
        self._process = self._start()

    def set_rules(self, rules: tuple[str, ...]) -> None:
        """Replace the faults. Their counts begin at 0."""
        self._control("PUT", {"rules": list(rules)})

    def take_rules(self) -> list[dict[str, Any]]:
        """Remove the faults: each rule, how often its event was seen, and how often it struck."""
        rules: list[dict[str, Any]] = self._control("GET")["rules"]
        self._control("DELETE")
        for rule in rules:
            action = rule["rule"].split()[0]
            self.happened[action] = self.happened.get(action, 0) + rule["happened"]
        return rules

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "ws_notebook", "serve", "--with-parent", "--port", self._port, *self._flags]
        environment = {**os.environ, "WS_NOTEBOOK_SERVER_TOKEN": TOKEN}
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://[^/]+:(\d+)/v1", line)
        if found is None:
            raise RuntimeError(f"The server did not start: {line!r}")
        self.base_url, self._port = found.group(), found.group(1)
        return process

    def _control(self, method: str, body: object = None) -> Any:
        request = urllib.request.Request(
            self.base_url.removesuffix("/v1") + "/control/faults",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
            method=method,
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return json.load(answer)
