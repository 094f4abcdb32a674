"""Recordings of vcrpy, read as cassettes: requests of the Responses API over HTTP, with streams or whole answers."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ..core.codec import decode_object, encode
from ..exceptions import SettingsError
from ..secrets import hidden_frame
from .lines import Entry

__all__ = ["entries_of", "events_of"]

_INFLATE = {"gzip": 31, "deflate": 47}
_ENDS = ("completed", "incomplete", "failed")


def entries_of(data: bytes) -> tuple[list[Entry], str]:
    """The entries of a recording of vcrpy, one connection for each request, and when it was made, where it says so.

    vcrpy keeps no times: all comes at once. Raises SettingsError where there is no request of the Responses API.
    """
    interactions = _interactions(data)
    entries: list[Entry] = []
    for number, each in enumerate((each for each in interactions if _is_create(each)), 1):
        request, response = each["request"], each["response"]
        entries.append(Entry(float(number), number, "sent", hidden_frame(_request(request))))
        entries += [Entry(float(number), number, "received", frame) for frame in _frames(response)]
    if not entries:
        asked = sorted({urlsplit(str(each["request"].get("uri"))).path for each in interactions})
        raise SettingsError(
            f"This recording of vcrpy holds no POST to …/responses, only {', '.join(asked) or 'nothing'}. Other APIs "
            "cannot be replayed here."
        )
    return entries, str(interactions[0].get("recorded_at") or "")


def _interactions(data: bytes) -> list[Mapping[str, Any]]:
    found = _parsed(data)
    listed = found.get("interactions") if isinstance(found, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        raise SettingsError("This is no recording of vcrpy: it has no list of interactions.")
    if not all(isinstance(each.get(part), Mapping) for each in listed for part in ("request", "response")):
        raise SettingsError("This is no recording of vcrpy: an interaction lacks its request or its response.")
    return listed


def _parsed(data: bytes) -> Any:
    if data.lstrip().startswith(b"{"):
        return decode_object(data)
    import yaml

    try:
        # A safe one, and the fast one where there is that.
        return yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"It is no YAML that can be read: {' '.join(str(error).split())}.") from None


def _is_create(interaction: Mapping[str, Any]) -> bool:
    request = interaction["request"]
    path = urlsplit(str(request.get("uri"))).path.rstrip("/")
    return str(request.get("method", "")).upper() == "POST" and path.endswith("/responses")


def _request(request: Mapping[str, Any]) -> bytes:
    """The request as a frame: what is about HTTP is none of it."""
    body = decode_object(_bytes(request.get("body")))
    body.pop("stream", None)
    return encode({"type": "response.create", **body})


def _frames(response: Mapping[str, Any]) -> Iterator[bytes]:
    """The events of an answer: those of its stream, or those that it would have been."""
    body = _body(response)
    status = _status(response)
    whole = decode_object(body)
    if status >= 400 or (whole and whole.get("object") != "response"):
        error = whole.get("error") if isinstance(whole.get("error"), Mapping) else {"message": body.decode()[:500]}
        yield encode({"type": "error", "status": status, "error": error})
    elif whole:
        yield from map(encode, events_of(whole))
    else:
        yield from _events(body)


def _events(body: bytes) -> Iterator[bytes]:
    """The events of a stream, each its `data`, with the type where only its `event` says it."""
    for block in body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n\n"):
        fields: dict[str, list[str]] = {}
        for text in block.decode(errors="replace").split("\n"):
            name, _, value = text.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        event = decode_object("\n".join(fields.get("data", [])).encode())
        if event:
            yield encode({"type": fields.get("event", ["message"])[-1], **event})


def events_of(response: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The events that a whole response would have been."""
    status = response.get("status") if response.get("status") in _ENDS else "completed"
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": begun}
    for place, item in enumerate(response.get("output") or []):
        for step in ("added", "done"):
            yield {"type": f"response.output_item.{step}", "output_index": place, "item": item}
    yield {"type": f"response.{status}", "response": response}


def _status(response: Mapping[str, Any]) -> int:
    status = response.get("status_code") or response.get("status")
    code = status.get("code") if isinstance(status, Mapping) else status
    return int(code) if isinstance(code, int | str) and str(code).isdigit() else 200


def _body(response: Mapping[str, Any]) -> bytes:
    """The answer's body, unpacked."""
    data = _bytes(response.get("body", response.get("content")))
    packed = _header(response, "content-encoding")
    # decode_compressed_response of vcrpy leaves the header where it was.
    if packed not in _INFLATE or not data or data.lstrip()[:1] in (b"{", b"e", b"d", b":", b"i"):
        if packed and packed not in _INFLATE and packed != "identity" and not _readable(data):
            raise SettingsError(
                f"An answer in it is compressed by {packed}. Record it with decode_compressed_response=True of vcrpy."
            )
        return data
    try:
        return zlib.decompress(data, _INFLATE[packed])
    except zlib.error as error:
        raise SettingsError(f"An answer in it cannot be unpacked ({error}).") from None


def _readable(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _header(response: Mapping[str, Any], name: str) -> str:
    headers = response.get("headers")
    for key, value in headers.items() if isinstance(headers, Mapping) else ():
        if str(key).lower() == name:
            return str(value[0] if isinstance(value, list) and value else value).lower()
    return ""


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, Mapping):
        return _bytes(body.get("string", body.get("base64_string")))
    return b"" if body is None else str(body).encode()
