"""What does a token cost that comes from a Chat-Completions server through ours? CPU of our server's process.

A scripted upstream writes 20,000 tokens at once, and some at 40 a second. A client reads the events over WebSocket mode
and does nothing with them. In turn with it, where it is there (--litellm, its environment's Python), LiteLLM's proxy
bridges the same upstream to WebSocket mode. Ratios are what counts: at 40 tokens a second waking up dominates.

    python benchmarks/upstream.py [--rounds N] [--tokens N] [--slow N] [--litellm PYTHON] [--json FILE]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.server import TOKEN, running_server  # noqa: E402 - the tests' rig, found by the line above
from support.sessions import free_port  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

__all__ = ["main"]

RESULTS = Path(__file__).resolve().parent / "results" / "upstream.json"
PACKAGES = ("httpx2", "tornado", "msgspec", "websockets")
TARGET_US = 60.0
TARGET_RATIO = 5.0
ENDS = ('"response.completed"', '"response.incomplete"', '"response.failed"', '"type":"error"', '"type": "error"')


class Upstream:
    """A Chat-Completions server that costs next to nothing: what it sends is made before it is asked."""

    def __init__(self, tokens: int, slow: int) -> None:
        self._burst = b"".join(_chunk({"content": f"tok{number} "}) for number in range(tokens))
        self._slow = [_chunk({"content": f"tok{number} "}) for number in range(slow)]
        usage = {"prompt_tokens": 1, "completion_tokens": tokens, "total_tokens": tokens + 1}
        self._end = _chunk({}, "stop", usage=usage) + _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        while line := stream.readline():
            length = 0
            while (header := stream.readline()) not in (b"\r\n", b""):
                if header.lower().startswith(b"content-length"):
                    length = int(header.split(b":")[1])
            body = stream.read(length)
            if line.startswith(b"GET /v1/models"):
                connection.sendall(_whole(200, {"data": [{"id": "scripted", "owned_by": "somebody"}]}))
            elif line.startswith(b"POST /v1/chat/completions") and b"messages" in body:
                self._stream(connection, slowly=b"slowly" in body)
            else:
                code = 400 if b"/chat/completions" in line else 404
                connection.sendall(_whole(code, {"error": {"message": "No."}}))

    def _stream(self, connection: socket.socket, *, slowly: bool) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for part in self._slow if slowly else (self._burst,):
            connection.sendall(part)
            time.sleep(1 / 40 if slowly else 0)
        connection.sendall(self._end)


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _chunk(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
    told = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}
    return _framed(b"data: " + json.dumps(told).encode() + b"\n\n")


def _whole(status: int, value: dict[str, Any]) -> bytes:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


@contextmanager
def litellm(python: Path, upstream: str) -> Iterator[tuple[str, int]]:
    """LiteLLM's proxy as a bridge to the upstream: its base URL and its process."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        there = f"{{model: lm_studio/scripted, api_base: {upstream}, api_key: x}}"
        models = f"model_list: [{{model_name: scripted, litellm_params: {there}}}]\n"
        Path(folder, "config.yaml").write_text(f"{models}general_settings: {{master_key: {TOKEN}}}\n")
        command = [python.parent / "litellm", "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
        log = stack.enter_context(Path(folder, "log").open("w"))
        settings = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
        process = stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log, env=settings, cwd=folder))
        try:
            while not _listens(port):
                time.sleep(0.5)
                if process.poll() is not None:
                    raise SystemExit(f"LiteLLM did not start:\n{Path(folder, 'log').read_text()[-2000:]}")
            yield f"http://127.0.0.1:{port}/v1", process.pid
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def seconds_of(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ask(base_url: str, pid: int, prompt: str) -> tuple[int, float, float]:
    """Deltas that came, and the seconds that passed: of the server's CPU, and of the wall."""
    options: dict[str, Any] = {
        "additional_headers": {"Authorization": f"Bearer {TOKEN}"},
        "proxy": None,
        "max_size": None,
    }
    with connect(base_url.replace("http", "ws", 1) + "/responses", **options) as line:
        cpu, begun, deltas = seconds_of(pid), time.monotonic(), 0
        line.send(json.dumps({"type": "response.create", "model": "scripted", "input": prompt, "store": False}))
        while True:
            head = str(line.recv(timeout=300))[:200]
            deltas += "output_text.delta" in head
            if any(end in head for end in ENDS):
                return deltas, seconds_of(pid) - cpu, time.monotonic() - begun


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """The figures of each server, in turn within each round."""
    upstream = Upstream(options.tokens, options.slow)
    figures: dict[str, list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        ours = stack.enter_context(running_server("--upstream", upstream.url))
        servers = {"ours": (ours.base_url, ours.process.pid)}
        if options.litellm:
            servers["litellm"] = stack.enter_context(litellm(Path(options.litellm), upstream.url))
        for name, (url, pid) in servers.items():
            ask(url, pid, "warm")
            print(f"{name} is warm", flush=True)
        for number in range(options.rounds):
            for name, (url, pid) in servers.items():
                for pace, prompt, wanted in (("burst", "at once", options.tokens), ("slow", "slowly", options.slow)):
                    deltas, cpu, wall = ask(url, pid, prompt)
                    figures.setdefault(f"{name} {pace}", []).append((cpu / wanted * 1e6, wall))
                    lost = "" if deltas == wanted else f", {deltas} deltas of {wanted} tokens"
                    print(
                        f"round {number + 1}: {name}, {pace}: {cpu / wanted * 1e6:.1f} µs a token, {wall:.2f} s{lost}",
                        flush=True,
                    )
    return {
        name: {
            "cpu_us_per_token": round(statistics.median(cpu for cpu, _ in each), 1),
            "seconds": round(statistics.median(wall for _, wall in each), 2),
        }
        for name, each in figures.items()
    }


def main() -> int:
    """Measure, print, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=20_000)
    parser.add_argument("--slow", type=int, default=400)
    parser.add_argument("--litellm", metavar="PYTHON")
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    found = measure(options)
    mine = found["ours burst"]["cpu_us_per_token"]
    theirs = found.get("litellm burst", {}).get("cpu_us_per_token")
    told = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "rounds": options.rounds,
        "tokens": options.tokens,
        "figures": found,
        "target": f"at most {TARGET_US:g} µs a token in a burst; LiteLLM's bridge at least {TARGET_RATIO:g} times that",
        "met": mine <= TARGET_US and (theirs is None or theirs >= TARGET_RATIO * mine),
    }
    print(json.dumps(told, indent=1, ensure_ascii=False))
    options.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
