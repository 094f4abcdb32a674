"""What whoever approves a call has to know besides its arguments: the defaults it runs with, and keys written twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ws_notebook.tools.schema.plain import is_plain_value
from ws_notebook.tools.schema.signature import Parameter, is_secret

__all__ = ["Unsaid", "unsaid"]

_DIGEST = 16
"""Hexadecimal digits of the SHA-256 that are shown."""


class Unsaid(msgspec.Struct, frozen=True):
    """What the arguments of a call, as the model wrote them, do not tell at a glance."""

    length: int
    """Characters of the arguments."""
    digest: str
    """The first hexadecimal digits of the SHA-256 of the arguments in UTF-8."""
    defaults: dict[str, Any]
    """What the function gets besides, as JSON values by name: `days`, or `options.depth` inside of an argument."""
    repeated: tuple[str, ...]
    """Keys that are written more than once in one object: the last one counts."""


def unsaid(parameters: Sequence[Parameter], arguments: str, values: Mapping[str, Any]) -> Unsaid:
    """Of these JSON arguments, whose Python values by name are `values`; those left to their defaults are absent."""
    repeated: list[str] = []
    written = _loaded(arguments, repeated)
    found: dict[str, Any] = {}
    for parameter in parameters:
        name = parameter.name
        if name in values:
            found.update(_added(name, written.get(name), _plain(values[name])))
        elif not parameter.required:
            found[name] = "…" if is_secret(name, parameter.default) else _plain(parameter.default)
    digest = hashlib.sha256(arguments.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    return Unsaid(len(arguments), digest, found, tuple(dict.fromkeys(repeated)))


def _loaded(text: str, repeated: list[str]) -> dict[str, Any]:
    """The object, or an empty one for a text that is none; what it writes twice is added to `repeated`."""

    def noted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                repeated.append(key)
            seen.add(key)
        return dict(pairs)

    try:
        found = json.loads(text, object_pairs_hook=noted)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _added(path: str, written: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """The fields of `value` that were not written, by their paths."""
    if isinstance(written, dict) and isinstance(value, dict):
        for key, inner in value.items():
            if key not in written or (written[key] is None and inner is not None):
                yield f"{path}.{key}", "…" if is_secret(key, inner) else inner
            else:
                yield from _added(f"{path}.{key}", written[key], inner)
    elif isinstance(written, list) and isinstance(value, list):
        for index, (each, inner) in enumerate(zip(written, value, strict=False)):
            yield from _added(f"{path}[{index}]", each, inner)


def _plain(value: Any) -> Any:
    """As JSON has it; what JSON cannot carry, as Python writes it."""
    if is_plain_value(value):
        return value
    from pydantic_core import to_jsonable_python

    try:
        return to_jsonable_python(value, by_alias=True, inf_nan_mode="strings", bytes_mode="base64", fallback=repr)
    except Exception:  # noqa: BLE001 - a user's type may do anything
        return f"a value of type {type(value).__name__}"
