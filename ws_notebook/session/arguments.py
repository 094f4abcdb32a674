"""What callers pass, checked before anything is done with it: each error names the argument, what was given and what
is wanted.

Callers are not all type-checked, and a wrong value that got further would end a run, or a table, much later.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from types import UnionType
from typing import Any, Final

import msgspec

from ..exceptions import SettingsError
from ..settings import Profile
from ..tools.values.loaded import loaded
from ..transports.base import Transport

__all__ = ["check", "own_transport"]

_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_SHOWN = 60
"""Characters of a value that an error repeats."""


def check(**given: Any) -> None:
    """Raise SettingsError for the first argument that cannot be what its name says; None is no value, so always fits.

    Only arguments of the public face are known here; their names are those that callers write.
    """
    for name, value in given.items():
        if value is None:
            continue
        fits, wanted = _RULES[name]
        if not (isinstance(value, fits) if isinstance(fits, type | UnionType) else fits(value)):
            raise SettingsError(f"{name} must be {wanted}, not {_shown(name, value)}.{_advice(name, value)}")
        if name in _CLOSER:
            _CLOSER[name](value)


def own_transport(transport: Any, compression: str | None) -> Transport | None:
    """The caller's own transport, or None for one by its name. Raises SettingsError for what has to be said to it."""
    if not isinstance(transport, Transport):
        return None
    if compression != "auto":
        raise SettingsError(
            f"compression={compression!r} is for transports by name. Tell it to your own: "
            f"WebSocketTransport(compression={compression!r})."
        )
    return transport


def _shown(name: str, value: Any) -> str:
    """The value in short; of those that may hold a secret the type alone."""
    if name in ("api_key", "headers"):
        return f"a value of type {type(value).__name__}"
    if callable(value) and hasattr(value, "__name__"):
        return f"the {'class' if isinstance(value, type) else 'function'} {value.__name__}"
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - whatever a class of the user's does there
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}… ({type(value).__name__})"


def _advice(name: str, value: Any) -> str:
    """What to write instead, where that can be guessed."""
    if name == "tools" and (callable(value) or isinstance(value, str | Mapping) or hasattr(value, "definition")):
        return " Even one tool goes into a list: tools=[…]."
    if name == "ssl" and isinstance(value, str | os.PathLike):
        return f" For a certificate authority in a file: ssl=ssl.create_default_context(cafile={os.fspath(value)!r})."
    if name == "transport" and isinstance(value, type):
        return f" Make one: transport={value.__name__}()."
    return ""


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_seconds(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and value >= 0


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(name, str) for name in value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)


def _is_transport(value: Any) -> bool:
    """Its name, or an instance: a class has the same attributes."""
    if isinstance(value, str):
        return value in ("auto", "websocket", "http")
    return isinstance(value, Transport) and not isinstance(value, type)


def _is_path(value: Any) -> bool:
    return isinstance(value, str | os.PathLike) and bool(os.fspath(value))


def _is_list_of_text(value: Any) -> bool:
    return _is_list(value) and all(isinstance(each, str) for each in value)


_TEXT = (str, "a string")


def _is_prices(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(each, list | tuple) and len(each) == 3 and all(_is_seconds(number) for number in each)
        for each in value.values()
    )


_RULES: Final[Mapping[str, tuple[type | UnionType | Callable[[Any], bool], str]]] = {
    "provider": (lambda value: isinstance(value, str) and bool(value.strip()), "a provider's name or a base URL"),
    "profile": (str | Profile, "a provider's name or a Profile"),
    "model": _TEXT,
    "instructions": _TEXT,
    "api_key": (lambda value: isinstance(value, str) or callable(value), "a string, or a function that returns one"),
    "headers": (_is_mapping, "a dict of header names and values"),
    "ssl": (lambda value: isinstance(value, loaded("ssl", "SSLContext")), "an ssl.SSLContext"),
    "transport": (_is_transport, "'auto', 'websocket', 'http' or a Transport"),
    "compression": (lambda value: value in ("auto", "deflate"), "'auto', 'deflate' or None"),
    "store": (bool, "True or False"),
    "tools": (_is_list, "a list of tools: functions, Tool objects, hosted tools"),
    "max_turns": (_is_count, "a whole number of at least 1"),
    "rounds": (_is_count, "a whole number of at least 1"),
    "lanes": (_is_count, "a whole number of at least 1"),
    "prices": (_is_prices, "{model: (input, cached, output)}, for a million tokens each"),
    "options": (_is_mapping, "a dict of request fields"),
    "watch": (callable, "a function that takes the run"),
    "observer": (callable, "a function that takes the run's state and a change"),
    "run": (lambda value: hasattr(value, "tool_calls") and hasattr(value, "state"), "a run: one of session.runs"),
    "call": (lambda value: hasattr(value, "call_id"), "a tool call: one of run.tool_calls"),
    "beside": (lambda value: hasattr(value, "runs") and hasattr(value, "states"), "another Session"),
    "ways": (_is_list_of_text, "a list of ways, as ['websocket', 'http full']"),
    "models": (_is_list_of_text, "a list of models' names"),
    "path": (_is_path, "the path of a file"),
    "timeout": (_is_seconds, "a number of seconds, 0 or more, or None for no limit"),
}


def _check_key(value: Any) -> None:
    if not isinstance(value, str):
        return
    if not value.strip():
        raise SettingsError(
            "api_key is an empty string. Pass the key, or leave api_key out: then it comes from the environment, "
            "where the provider has a variable for it."
        )
    key = value.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError("api_key holds a space, a line break or another odd character. Copy it again.")


def _check_headers(headers: Mapping[str, Any]) -> None:
    """Their values may be secrets, so none is shown."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise SettingsError(f"headers holds {name!r}, which is no name of a header. Names are like X-Team.")
        if not isinstance(value, str):
            raise SettingsError(f"headers[{name!r}] must be a string, not a value of type {type(value).__name__}.")
        if not value.isascii() or not value.replace("\t", " ").isprintable():
            raise SettingsError(
                f"headers[{name!r}] holds a line break or another character that no header can hold. Copy it again."
            )


def _check_profile(profile: Any) -> None:
    if not isinstance(profile, Profile):
        return
    try:
        msgspec.convert(msgspec.structs.asdict(profile), Profile)
    except msgspec.ValidationError as error:
        raise SettingsError(f"profile holds a wrong value: {error}.") from None


def _check_option_tools(options: Mapping[str, Any]) -> None:
    tools = options.get("tools")
    if tools is None or (isinstance(tools, list | tuple) and all(isinstance(each, Mapping) for each in tools)):
        return
    raise SettingsError(
        f"options['tools'] must be a list of hosted tools as dicts, not {_shown('options', tools)}. Python functions "
        "go into tools=[…]."
    )


_CLOSER: Final[Mapping[str, Callable[[Any], None]]] = {
    "api_key": _check_key,
    "headers": _check_headers,
    "options": _check_option_tools,
    "profile": _check_profile,
}
"""What is looked at besides the type."""
