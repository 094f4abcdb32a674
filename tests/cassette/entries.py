"""Entries of a recording, made by hand."""

from __future__ import annotations

import json

from ws_notebook.cassette import Entry

__all__ = ["came", "closed", "sent"]


def sent(ms: float, text: str, on: int = 1, **fields: object) -> Entry:
    content = [{"type": "input_text", "text": text}]
    frame = {"type": "response.create", "input": [{"type": "message", "role": "user", "content": content}], **fields}
    return Entry(ms, on, "sent", json.dumps(frame).encode())


def came(ms: float, kind: str, on: int = 1, **fields: object) -> Entry:
    return Entry(ms, on, "received", json.dumps({"type": kind, **fields}).encode())


def closed(ms: float, on: int = 1) -> Entry:
    return Entry(ms, on, "closed", b'{"code": 1006, "reason": "gone"}')
