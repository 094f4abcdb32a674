"""Values of the notebook that an option names: the type of `--format`, the pictures of `--image`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..batch.placeholder import compiled, is_known
from ..exceptions import SettingsError
from .options import nearest

__all__ = ["format_type", "named_value", "picture_values"]


def format_type(text: str, names: Mapping[str, Any]) -> Any:
    """The type that the expression names, such as `City` or `list[City]`. Raises SettingsError in one line."""
    value = named_value(text, names, "--format")
    if value is None:
        raise SettingsError("%%responses: --format None asks for no form. Leave the option out.")
    return value


def picture_values(words: Iterable[str], names: Mapping[str, Any]) -> dict[str, Any]:
    """Pictures by the words that name them: an expression of the notebook's names, a file, or a URL.

    A list gives several. Raises SettingsError in one line for what is none of them.
    """
    found: dict[str, Any] = {}
    for word in words:
        value = _picture(word, names)
        if isinstance(value, list | tuple):
            found.update({f"{word}[{place}]": each for place, each in enumerate(value)})
        else:
            found[word] = value
    return found


def _picture(word: str, names: Mapping[str, Any]) -> Any:
    if word.startswith(("http://", "https://", "data:")):
        return word
    # A variable comes before a file of that name, a file before any other expression: fig.png is a file as a rule.
    if word not in names and _is_file(word):
        return Path(word).expanduser()
    expression = compiled(word)
    known = expression is not None and all(is_known(name, names) for name in expression.free)
    looks_like_a_path = "/" in word or "\\" in word or "." in word
    if looks_like_a_path and not known:
        raise SettingsError(f"%%responses: --image {word}: there is no such file, and no such variable.")
    return named_value(word, names, "--image")


def _is_file(word: str) -> bool:
    try:
        return Path(word).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def named_value(text: str, names: Mapping[str, Any], flag: str) -> Any:
    """What the expression behind an option is. Raises SettingsError in one line."""
    expression = compiled(text)
    if expression is None:
        raise SettingsError(f"%%responses: {flag} takes a name or another Python expression, not {text!r}.")
    for name in sorted(expression.free):
        if not is_known(name, names):
            hint = nearest(name, [name for name in names if not name.startswith("_")])
            raise SettingsError(
                f"%%responses: {flag} {text}: there is no {name!r} in the notebook.{hint} "
                "Define it in a cell above, and run that."
            )
    try:
        return expression.value(names)
    except Exception as error:  # noqa: BLE001 - whatever the expression raises
        raise SettingsError(f"%%responses: {flag} {text}: {type(error).__name__}: {error}") from None
