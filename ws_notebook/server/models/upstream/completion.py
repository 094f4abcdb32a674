"""A request as one prompt, for servers that have no chat: rendered by the model's own template where it has one."""

from __future__ import annotations

from typing import Any

from ws_notebook.dialects import Dialect
from ws_notebook.server.models.base import ModelRequest
from ws_notebook.server.models.upstream.chat import messages_of

__all__ = ["body_of", "transcript"]

_NAMES = {"user": "User", "assistant": "Assistant", "system": "System", "tool": "Tool"}


def body_of(model: str, request: ModelRequest, dialect: Dialect, prompt: str | None) -> dict[str, Any]:
    """The body of ``POST /completions``, streamed. *prompt*: as the server's template has it; None: a transcript."""
    fields = request.fields
    body: dict[str, Any] = {"model": model, "prompt": prompt or transcript(request, dialect), "stream": True}
    body |= {"stream_options": {"include_usage": True}}
    body |= {name: fields[name] for name in ("temperature", "top_p", "seed") if fields.get(name) is not None}
    if prompt is None:
        body["stop"] = [f"\n{_NAMES['user']}:"]
    if (limit := fields.get("max_output_tokens")) is not None:
        body["max_tokens"] = max(limit, dialect.least_output)
    wanted = request.text_format or {}
    if dialect.schema_at_top and wanted.get("type") in ("json_schema", "json_object"):
        body["json_schema"] = wanted.get("schema", {"type": "object"})
    return body


def transcript(request: ModelRequest, dialect: Dialect) -> str:
    """The lineage as people write a dialogue down, for a model whose server has no template."""
    lines = []
    for message in messages_of(request, dialect):
        content = message.get("content") or ""
        words = content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)
        lines.append(f"{_NAMES.get(message['role'], message['role'])}: {words}")
    return "\n".join([*lines, f"{_NAMES['assistant']}:"])
