"""What a provider says of a failure, in whatever shape it says it, as one `ErrorInfo`.

The documented shape is `{"error": {"type", "code", "message", "param"}}`. Gateways, proxies and web frameworks have
others: flat, nested deeper, a string, a list, `detail`, `errors`, an upstream's answer inside `metadata.raw`, HTML.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .events import ErrorInfo

__all__ = ["NO_REASON", "UNREADABLE", "accuses", "failure_info", "finite", "words_of_body"]

NO_REASON: Final = "The provider gave no reason."
UNREADABLE: Final = "unreadable_event"
"""The code of an ending that came and could not be read."""

_WORDS = (
    *("message", "Message", "msg", "error_description", "error_message", "errorMessage", "error_msg"),
    *("faultstring", "status_msg", "statusMessage", "title"),
)
_INNER = (
    *("error", "Error", "errors", "detail", "details", "fault", "exception", "status_details", "base_resp"),
    *("cause", "innererror", "metadata", "raw", "response", "data"),
)
_CODES = ("code", "error_code", "errorCode", "errorcode", "__type")
_STATUSES = ("status", "status_code", "statusCode", "http_status")
_PLUMBING = frozenset({"type", "sequence_number", "stream_id", "event_id", "status", "headers", "code", "param"})
"""Fields that are no words, whatever stands in them."""
_OF_RESPONSE = ("error", "status_details", "detail", "message")
_SAID, _DEEP, _LISTED = 500, 6, 5
_RETRY = re.compile(r"(?:again|retry) (?:in|after)\s+([\d.]+)\s*(ms|milli\w+|s|sec\w*|m|min\w*)\b", re.IGNORECASE)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}


def failure_info(fields: Any, *, status: Any = None, headers: Any = None) -> ErrorInfo:
    """Make one `ErrorInfo` of an error in any shape; `status` is the HTTP status where one is known."""
    layers = list(_layers(fields, 0))
    code = _code(layers)
    message = _words(fields, 0) or code or _leftover(fields) or NO_REASON
    headers = next(
        (layer["headers"] for layer in reversed(layers) if isinstance(layer.get("headers"), Mapping)), headers
    )
    return ErrorInfo(
        message=message,
        code=code,
        type=_kind(layers),
        param=_innermost(layers, ("param",)),
        status=_status(status, layers, code),
        retry_after=_retry_after(message, headers),
    )


def accuses(fields: Mapping[str, Any]) -> bool:
    """Whether an object without an event's type can only tell of a failure."""
    if fields.get("object") == "error" or any(
        fields.get(key) for key in ("error", "Error", "errors", "detail", "fault")
    ):
        return True
    return any(isinstance(fields.get(key), str) and fields[key] for key in _WORDS)


def words_of_body(text: str) -> str:
    """What the body of an answer says to people: of HTML its words, of JSON its error's, at most 500 letters."""
    text = text.strip()
    value = _parsed(text)
    return (_words(value, 0) if value is not None else _without_tags(text))[:_SAID] or text[:_SAID]


def _without_tags(text: str) -> str:
    if re.search(r"<(?:!doctype|html|head|body|h\d|p|title)\b", text, re.IGNORECASE):
        text = re.sub(r"(?is)<(script|style)\b.*?</\1>|<!--.*?-->", " ", text[: 40 * _SAID])
        # It brings the names of all characters along.
        from html import unescape

        text = " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())
    return text


def _parsed(text: str) -> Any:
    """The object or list that a text is; None where it is neither."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _layers(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """The objects that may tell of the failure, the outer ones first."""
    if isinstance(value, str):
        value = _parsed(value)
    if depth > _DEEP:
        return
    if isinstance(value, list):
        for each in value[:_LISTED]:
            yield from _layers(each, depth + 1)
    elif isinstance(value, Mapping):
        yield value
        for key in _INNER:
            if isinstance(value.get(key), (Mapping, list, str)):
                yield from _layers(_inside(value, key), depth + 1)


def _inside(value: Mapping[str, Any], key: str) -> Any:
    """A nested value; of a response only what tells of its failure."""
    inner = value[key]
    if key == "response" and isinstance(inner, Mapping):
        return {name: inner[name] for name in _OF_RESPONSE if name in inner}
    return inner


def _words(value: Any, depth: int) -> str:
    if isinstance(value, str):
        inner = _parsed(value.strip()) if depth else None
        return _words(inner, depth + 1) if inner is not None else _without_tags(value.strip())
    if depth > _DEEP:
        return ""
    if isinstance(value, list):
        return "; ".join(dict.fromkeys(filter(None, (_words(each, depth + 1) for each in value[:_LISTED]))))
    if not isinstance(value, Mapping):
        return ""
    said = [
        _words(value[key], depth + 1) for key in _WORDS if value.get(key) and not isinstance(value[key], (int, float))
    ][:1]
    said += [_words(_inside(value, key), depth + 1) for key in _INNER if value.get(key) and not _is_code(value, key)]
    return _placed(value, _joined(said))


def _is_code(value: Mapping[str, Any], key: str) -> bool:
    """Whether an `error` beside words is no sentence but a name for it, as OAuth has it."""
    inner = value[key]
    beside = any(isinstance(value.get(each), str) and value[each] for each in _WORDS)
    return key == "error" and isinstance(inner, str) and beside and re.fullmatch(r"\w+", inner) is not None


def _joined(said: list[str]) -> str:
    """The outer words and what the inner ones add."""
    kept = ""
    for each in said:
        if each and each not in kept:
            kept = each if not kept or kept in each else f"{kept.rstrip('.')}: {each}"
    return kept


def _placed(value: Mapping[str, Any], words: str) -> str:
    """FastAPI's list says for each complaint where in the request it is."""
    place = value.get("loc")
    if words and isinstance(place, list) and place:
        return f"{'.'.join(map(str, place))}: {words}"
    return words


def _leftover(fields: Any) -> str:
    """What an object without any words holds all the same, as JSON."""
    if isinstance(fields, Mapping):
        fields = {key: each for key, each in fields.items() if key not in _PLUMBING and each not in (None, "", [], {})}
        fields = {} if all(not _filled(each) for each in fields.values()) else fields
    if not fields or isinstance(fields, (bool, str)):
        return ""
    try:
        return json.dumps(fields, ensure_ascii=False, default=str)[:_SAID]
    except RecursionError:
        return "an object nested too deeply to be shown"


def _filled(value: Any, depth: int = 0) -> bool:
    """Whether there is anything in it but empty values."""
    if isinstance(value, (Mapping, list)) and depth <= _DEEP:
        return any(_filled(each, depth + 1) for each in (value.values() if isinstance(value, Mapping) else value))
    return value not in (None, "")


def _code(layers: list[Mapping[str, Any]]) -> str | None:
    named = _innermost(layers, _CODES)
    if named is not None:
        return named
    return next((str(each["error"]) for each in reversed(layers) if "error" in each and _is_code(each, "error")), None)


def _kind(layers: list[Mapping[str, Any]]) -> str | None:
    kinds = [str(layer["type"]) for layer in layers if isinstance(layer.get("type"), (str, int))]
    return next((each for each in reversed(kinds) if each != "error" and not each.startswith("response.")), None)


def _innermost(layers: list[Mapping[str, Any]], keys: tuple[str, ...]) -> str | None:
    for layer in reversed(layers):
        for key in keys:
            if (value := layer.get(key)) not in (None, "") and isinstance(value, (str, int, float)):
                return str(value)
    return None


def _status(given: Any, layers: list[Mapping[str, Any]], code: str | None) -> int | None:
    told = [layer.get(key) for layer in layers for key in _STATUSES]
    for number in map(finite, (given, *told)):
        if number is not None and 100 <= number <= 599:
            return int(number)
    # Other numbers may be codes of the provider's own.
    return int(code) if code is not None and re.fullmatch("[1-5][0-9][0-9]", code) else None


def _retry_after(message: str, headers: Any) -> float | None:
    if isinstance(headers, Mapping):
        named = {str(name).lower(): finite(value) for name, value in headers.items()}
        if (exact := named.get("retry-after-ms")) is not None:
            return exact / 1000
        if "retry-after" in named:
            return named["retry-after"]
    found = _RETRY.search(message)
    wait = finite(found[1]) if found else None
    return wait * _UNITS[_unit(found[2])] if found and wait is not None else None


def _unit(word: str) -> str:
    word = word.lower()
    return "ms" if word.startswith(("ms", "milli")) else word[:1]


def finite(value: Any) -> float | None:
    """The number that a value is, or that a text writes; None where it is none, or no finite one."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
