"""Secrets that are known by what stands around them: keys in PEM, passwords in URLs, what follows `Bearer`."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from .keys import Keys, at_end, begun
from .kinds import begins
from .named import is_placeholder
from .words import Expression

__all__ = ["open_places", "places"]

_LONGEST = 16_384
"""Bytes of the longest private key."""

# Each begins with bytes to which a search skips.
_AZURE = Expression(rb"8Q~(?<=[\w~.\-]{3}8Q~)[\w~.\-]{31,34}(?![\w~.\-])")
_TELEGRAM = Expression(rb":(?<=\d{8}:)(AA[\w\-]{32,34})(?![\w\-])")
_TERRAFORM = Expression(rb"\.atlasv1\.(?<=\w\.atlasv1\.)([\w\-=]{40,})")
_OPEN_BEHIND = Expression(rb"(?:(?<=\d{8}:)A|(?<=\w\.atlasv1\.)\w)[\w\-=]{0,160}\Z")
_USERINFO = Expression(rb"://[^\s/@:?#\"'<>\\]{0,256}:([^\s/@?#\"'<>]{1,256})@(?=[\w\[%$])")
_SCHEME = Expression(rb"(Bearer|Basic)[ \t]{1,4}([\w\-.~+/=*]{1,8192})")
_PROVES = Expression(rb"[\d.=+~]")
_PEM_BODY = Expression(rb"[A-Za-z0-9+/=\r\n\\\-]{0,16384}")
_OPEN_SCHEME = Expression(rb"(?:Bearer|Basic)[ \t]{1,4}[\w\-.~+/=*]{0,1000}\Z")
_OPEN_AZURE = Expression(rb"(?:8Q~[\w~.\-]*|8Q?)\Z")
_OPEN_URL = Expression(rb"[^\s/@:?#\"'<>\\]{0,256}:([^\s/@?#\"'<>]{1,256})@?\Z")
_OPEN_PEM = Expression(
    rb"-----BEGIN [A-Z0-9 ]{0,40}(?:\Z|PRIVATE KEY(?!.{0,16000}-----END [A-Z0-9 ]{3,40}-----))", re.DOTALL
)


def _keys_in_pem(data: bytes) -> Iterator[tuple[int, int]]:
    at = data.find(b"PRIVATE KEY")
    while at >= 0:
        begin, end = data.rfind(b"-----BEGIN", max(0, at - 48), at), at + 11
        if begin >= 0:
            following = data.find(b"-----BEGIN", at, at + _LONGEST)
            stop = data.find(b"-----END", at, following if following >= 0 else at + _LONGEST)
            # Of one that was cut off, what looks like its body.
            body = _PEM_BODY.match(data, at + 11)
            end = data.find(b"-----", stop + 8, stop + 64) + 5 if stop >= 0 else body.end() if body is not None else end
            if end > at + 40:
                yield begin, end
        at = data.find(b"PRIVATE KEY", max(end, at + 11))


def _behind_schemes(data: bytes, keys: Keys) -> Iterator[tuple[int, int]]:
    """`Bearer …` and `Basic …`: behind these words stand ordinary ones, too."""
    for match in _SCHEME.finditer(data):
        value = match[2].rstrip(b".")
        if keys.knows(value) or (_is_bearer if len(match[1]) == 6 else _is_basic)(value):
            yield match.start(), match.start(2) + len(value)


def _is_bearer(value: bytes) -> bool:
    return len(value) >= 20 or (len(value) >= 8 and (begins(value) or _PROVES.search(value) is not None))


def _is_basic(value: bytes) -> bool:
    try:
        return len(value) >= 8 and b":" in base64.b64decode(value, validate=True)
    except ValueError:
        return False


def places(data: bytes, keys: Keys) -> Iterator[tuple[int, int]]:
    """Where they stand."""
    if b"B" in data:
        yield from _behind_schemes(data, keys)
    if b"K" in data and b"-" in data and b"V" in data:
        yield from _keys_in_pem(data)
    if b"@" in data:
        yield from (match.span(1) for match in _USERINFO.finditer(data) if not is_placeholder(match[1]))
    if b"~" in data:
        yield from (match.span() for match in _AZURE.finditer(data))
    if b"A" in data and b":" in data:
        yield from (match.span(1) for match in _TELEGRAM.finditer(data))
    if b"." in data:
        yield from (match.span(1) for match in _TERRAFORM.finditer(data))


def open_places(tail: bytes, least: int = 1) -> Iterator[int]:
    """Where on the end of a text that goes on such a secret may have begun, by at least so many letters of it."""
    yield from at_end(_OPEN_SCHEME, tail, 1024)
    yield from (begun(word, tail, least) for word in (b"Bearer ", b"Basic ", b"-----BEGIN "))
    yield from at_end(_OPEN_AZURE, tail, 64)
    yield from at_end(_OPEN_BEHIND, tail, 200)
    url = _OPEN_URL.match(tail, tail.rfind(b"://") + 3) if b"://" in tail else None
    if url is not None:
        yield url.start(1)
    pem = tail.rfind(b"-----BEGIN")
    if pem >= 0 and _OPEN_PEM.match(tail, pem):
        yield pem
