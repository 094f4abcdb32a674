"""A real HTTP server on loopback that answers what a script says: an upstream of this server, or a provider."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Reply", "Scripted", "chat", "chunk", "completion", "events", "responses", "scripted"]

Body = dict[str, Any]


@dataclass
class Reply:
    """An answer: its status and headers, and what of its body is sent when. *cut*: the socket ends without an end."""

    body: Iterable[bytes] = ()
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> Reply:
        return cls([json.dumps(value).encode()], status, headers=headers)

    @classmethod
    def stream(cls, data: Iterable[Any], **options: Any) -> Reply:
        """Server-sent events of JSON values, or of strings as they are; numbers are seconds to wait."""
        return cls(_sent(data), kind="text/event-stream", **options)


def _sent(data: Iterable[Any]) -> Iterator[bytes]:
    for each in data:
        if isinstance(each, float):
            time.sleep(each)
        else:
            yield f"data: {each if isinstance(each, str) else json.dumps(each)}\n\n".encode()


Script = Callable[[str, Body], Reply]


class Scripted:
    """What was asked, and whether answers were read to their end."""

    def __init__(self, script: Script, models: list[Body], headers: dict[str, str]) -> None:
        self.script = script
        self.models = models
        self.headers = headers
        self.seen: list[tuple[str, Body]] = []
        self.keys: list[str | None] = []
        self.broken = threading.Event()
        """Somebody went away in the midst of an answer."""
        self.base_url = ""

    @property
    def asked(self) -> list[Body]:
        """The requests that were meant, probes aside."""
        return [body for _, body in self.seen if body]


@contextmanager
def scripted(script: Script, *, owner: str = "somebody", model: str = "scripted", **headers: str) -> Iterator[Scripted]:
    """Serve it at a free port until the end of the block; its list of models names *owner*."""
    told = Scripted(script, [{"id": model, "object": "model", "owned_by": owner}], headers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Says nothing."""

        def do_GET(self) -> None:
            if self.path == "/v1/models":
                self._answer(Reply.json({"object": "list", "data": told.models}))
            else:
                self._answer(_missing())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            told.seen.append((self.path, body))
            told.keys.append(self.headers.get("authorization"))
            self._answer(told.script(self.path, body))

        def _answer(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in {"content-type": reply.kind, **told.headers, **reply.headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            try:
                for part in reply.body:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                if not reply.cut:
                    self.wfile.write(b"0\r\n\r\n")
            except OSError:
                told.broken.set()
            self.close_connection = reply.cut

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    told.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def _missing() -> Reply:
    return Reply.json({"error": {"message": "File Not Found", "type": "not_found_error", "code": 404}}, 404)


def chunk(delta: Body | None = None, reason: str | None = None, **more: Any) -> Body:
    """A chunk of a Chat Completion."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": reason}]
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "choices": choices, **more}


USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 5,
    "total_tokens": 15,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


def completion(deltas: Iterable[Body], reason: str = "stop") -> list[Any]:
    """The data of a whole streamed completion."""
    return [chunk({"role": "assistant", "content": None}), *map(chunk, deltas), *_end(reason)]


def _end(reason: str) -> list[Any]:
    return [chunk({}, reason), chunk(usage=USAGE), "[DONE]"]


def chat(path: str, body: Body) -> Reply:
    """A Chat-Completions server, and nothing else: it says, calls and thinks what its last message asks for."""
    if path != "/v1/chat/completions":
        return _missing()
    if not body:
        return Reply.json({"error": {"message": "'messages' is required", "code": 400}}, 400)
    last = body["messages"][-1]
    content = last["content"]
    said = content if isinstance(content, str) else " ".join(part.get("text", "") for part in content or [])
    if any(part.get("type") == "image_url" for part in content if isinstance(content, list)):
        error = {"code": 500, "message": "image input is not supported", "type": "server_error"}
        return Reply.json({"error": error}, 500)
    if len(said) > 20_000:
        words = "request (9031 tokens) exceeds the available context size (4096 tokens), try increasing it"
        error = {"code": 400, "message": words, "type": "exceed_context_size_error"}
        return Reply.json({"error": error}, 400)
    deltas: list[Body] = [{"content": word} for word in ("Heard ", str(len(body["messages"])), " messages.")]
    reason = "length" if "cut" in said else "stop"
    if "response_format" in body:
        deltas = [{"content": part} for part in ('{"city": ', '"Oslo"}')]
    if last["role"] == "user" and "call" in said and body.get("tools"):
        deltas, reason = list(_calls("Paris", "Oslo")), "tool_calls"
    if "think" in said:
        deltas = [*({"reasoning_content": word} for word in ("I ", "think.")), *deltas]
    if "forever" in said:
        return Reply.stream(each for _ in range(2000) for each in (chunk({"content": "more "}), 0.005))
    return Reply.stream(completion(deltas, reason))


def _calls(*cities: str) -> Iterator[Body]:
    for index, city in enumerate(cities):
        named = {"name": "population", "arguments": ""}
        yield {"tool_calls": [{"index": index, "id": f"call_{index}", "type": "function", "function": named}]}
        for part in ('{"ci', 'ty":"', city, '"}'):
            yield {"tool_calls": [{"index": index, "function": {"arguments": part}}]}


def events(text: str = "Hello.", response_id: str = "resp_up_1", **response: Any) -> list[Body]:
    """The events of a response of one message."""
    item = {"id": "msg_up_1", "type": "message", "role": "assistant", "status": "completed"}
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    place = {"item_id": "msg_up_1", "output_index": 0, "content_index": 0}
    begun = {"id": response_id, "object": "response", "created_at": 1, "status": "in_progress", "output": []}
    done = {**item, "content": [part]}
    usage = {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12, "input_tokens_details": {"cached_tokens": 4}}
    end = {**begun, "status": "completed", "output": [done], "usage": usage, **response}
    found: list[Body] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}},
        {"type": "response.content_part.added", **place, "part": {**part, "text": ""}},
        {"type": "response.output_text.delta", **place, "delta": text, "logprobs": []},
        {"type": "response.output_text.done", **place, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {"type": f"response.{end['status']}", "response": end},
    ]
    return [{**event, "sequence_number": number} for number, event in enumerate(found)]


def responses(answer: Callable[[Body], Reply] | None = None) -> Script:
    """A server of the Responses API over HTTP, and nothing else."""

    def script(path: str, body: Body) -> Reply:
        if path != "/v1/responses":
            return _missing()
        if not body:
            return Reply.json({"error": {"message": "'input' is required", "code": 400}}, 400)
        return answer(body) if answer else Reply.stream(events())

    return script
