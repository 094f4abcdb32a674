"""Fields of the request that `--set KEY=JSON` and `--effort` give: nested by dots, with values of the right type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..exceptions import SettingsError
from ..session.request import REFUSED

__all__ = ["FIELDS", "request_fields"]

_FIELDS: Final[Mapping[tuple[type, ...], str]] = {
    (int, float): "temperature top_p",
    (int,): "max_output_tokens max_tool_calls top_logprobs",
    (bool,): "parallel_tool_calls store",
    (str,): "truncation service_tier text.verbosity reasoning.effort reasoning.summary user safety_identifier "
    "prompt_cache_key prompt_cache_retention",
    (str, dict): "tool_choice",
    (list,): "tools include context_management",
    (dict,): "metadata text text.format reasoning prompt_cache_options stream_options moderation access_programs image",
}
FIELDS: Final = {name: kinds for kinds, names in _FIELDS.items() for name in names.split()}
"""What the provider takes in the fields that are known; all others pass as they are."""

_OWN: Final = {
    **REFUSED,
    "background": "WebSocket mode has none; --background lets a cell return at once",
    "background_options": "WebSocket mode has no background; --background lets a cell return at once",
    "generate": "warm up with session.warm_up()",
    "input": "the prompt stands below the first line",
    "previous_response_id": "use --from REF",
    "model": "use -m MODEL",
    "instructions": "use -i TEXT",
}
"""Fields of a request that --set cannot set, and why."""

_WORDS: Final = {
    str: "a string", bool: "true or false", int: "a whole number", float: "a number", list: "a list [ ]",
    dict: "an object { }",
}  # fmt: skip
_PYTHON: Final = {"True": "true", "False": "false", "None": "null"}


def request_fields(pairs: Iterable[str], effort: str | None) -> dict[str, Any]:
    """The fields as one object. Raises SettingsError in one line, with what would be right."""
    fields: dict[str, Any] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        key = key.strip()
        if not sign or not all(key.split(".")):
            raise _error(
                f"takes KEY=JSON, not {pair!r}. For example --set temperature=0.2 or --set text.verbosity=low."
            )
        if key.partition(".")[0] in _OWN:
            raise _error(f"cannot set {key}: {_OWN[key.partition('.')[0]]}.")
        _put(fields, key, _value(key, text))
    if effort is not None:
        if "effort" in _object(fields.get("reasoning")):
            raise _error("names reasoning.effort, and so does --effort. Use one of them.")
        _put(fields, "reasoning.effort", effort)
    return fields


def _value(key: str, text: str) -> Any:
    """JSON, or else a bare word that is meant as a string: --set service_tier=flex."""
    try:
        value = json.loads(text)
    except ValueError as error:
        if text in _PYTHON:
            raise _error(f"{key}: JSON writes {_PYTHON[text]}, not {text}.") from None
        if text.lstrip().startswith(("{", "[", '"')):
            raise _error(
                f"{key} takes JSON, and {text!r} is none ({error}). A shell's rules hold here: put the whole in "
                f"single quotes, as in --set '{key}={{\"a\": 1}}', or set one key: --set {key}.a=1."
            ) from None
        value = text
    known = FIELDS.get(key)
    if known is None or value is None or _is_of(value, known):
        return value
    if known == (str,):
        # A number or a truth value where words are wanted: as typed.
        return text
    wanted = " or ".join(_WORDS[kind] for kind in known if kind is not int or known == (int,))
    raise _error(f"{key} takes {wanted}, not {text!r}.")


def _is_of(value: Any, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)


def _put(fields: dict[str, Any], key: str, value: Any) -> None:
    """Set a nested field; objects on the way are made, and an object joins what is there."""
    *path, last = key.split(".")
    place = fields
    for depth, name in enumerate(path):
        inner = place.setdefault(name, {})
        if not isinstance(inner, dict):
            raise _error(f"{key}: {'.'.join(path[: depth + 1])} is {json.dumps(inner)} already, and no object.")
        place = inner
    held = place.get(last)
    place[last] = {**held, **value} if isinstance(held, dict) and isinstance(value, dict) else value


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _error(words: str) -> SettingsError:
    return SettingsError(f"%%responses: --set {words}")
