"""What can stand as an option's value: types, pictures, fields of the request, models, files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..exceptions import SettingsError
from ..scenes import PREFIX
from ..scenes import names as scene_names
from ..session.session import Session
from ..settings import resolve
from ..shelf.shelf import shelf
from ..tools.values.loaded import loaded
from ..tools.values.pictures import is_picture
from .fields import FIELDS
from .options import EFFORTS

__all__ = ["cassettes", "columns", "field_words", "frames", "models", "pictures", "scene_files", "tables", "types"]

_BUILTIN: Final = ("str", "int", "float", "bool", "list[str]", "list[int]", "list[float]", "dict[str, str]")
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"})
_MOST_FILES = 100
_SCENES: Final = frozenset({".yaml", ".yml"})

_WORDS: Final[Mapping[str, Sequence[str]]] = {
    "reasoning.effort": EFFORTS,
    "reasoning.summary": ("auto", "concise", "detailed"),
    "text.verbosity": ("low", "medium", "high"),
    "service_tier": ("auto", "default", "flex", "priority"),
    "tool_choice": ("auto", "none", "required"),
    "truncation": ("auto", "disabled"),
    "parallel_tool_calls": ("true", "false"),
    "store": ("true", "false"),
}
"""Values of fields that have few."""


def types(names: Iterable[tuple[str, Any]]) -> list[str]:
    """Classes that the user wrote, then builtins; inside brackets too."""
    own = [name for name, value in names if isinstance(value, type) and value.__module__ == "__main__"]
    return [*own, *(f"list[{name}]" for name in own), *_BUILTIN]


def pictures(names: Iterable[tuple[str, Any]], typed: str) -> list[str]:
    """Variables that hold a picture, or a list of some; files that are one."""
    return [*(name for name, value in names if _holds_picture(value)), *_files(typed, _PICTURES)]


def frames(names: Iterable[tuple[str, Any]]) -> list[str]:
    """Variables that hold a table."""
    return [name for name, value in names if _is_frame(value)]


def tables(names: Iterable[tuple[str, Any]]) -> list[str]:
    """Variables that hold rows: tables first, then lists."""
    known = list(names)
    lists = [name for name, value in known if isinstance(value, (list, tuple, *_series()))]
    return [*frames(known), *lists]


def columns(table: Any) -> list[str]:
    """The columns of a table; nothing for what is none."""
    return [str(name) for name in table.columns] if _is_frame(table) else []


def _is_frame(value: Any) -> bool:
    return isinstance(value, (loaded("pandas", "DataFrame"), loaded("polars", "DataFrame")))


def _series() -> tuple[Any, ...]:
    found = loaded("pandas", "Series")
    return (found,) if isinstance(found, type) else ()


def field_words(typed: str) -> list[str]:
    """Keys with their equals sign, or behind that the values that there are."""
    key, sign, _ = typed.partition("=")
    return list(_WORDS.get(key, ())) if sign else [f"{name}=" for name in FIELDS]


def scene_files(typed: str) -> list[str]:
    """Scenes in files, where a scene is begun to be typed."""
    path = typed.removeprefix(PREFIX)
    return [f"{PREFIX}{each}" for each in _files(path, _SCENES)] if typed.startswith(PREFIX) else []


def models(provider: str, configured: str, sessions: Iterable[Session]) -> list[str]:
    """Models that were asked or are set up, and those on this machine; nobody is asked for a list."""
    found = [configured]
    for session in sessions:
        found += [session.settings.model, *(run.state.settings.model for run in session.runs)]
    with contextlib.suppress(SettingsError):
        settings = resolve(provider)
        found.append(settings.model)
        if settings.profile.embedded:
            found += [f"{PREFIX}{name}" for name in scene_names()]
            found += [model.name for model in shelf().models()]
    return [name for name in dict.fromkeys(found) if name]


def cassettes(typed: str) -> list[str]:
    """Files that may be one."""
    return list(_files(typed, frozenset({".jsonl", ".cassette", ".gz", ".yaml", ".yml"})))


def _holds_picture(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return 0 < len(value) <= 20 and all(map(_holds_picture, value))
    if isinstance(value, loaded("numpy", "ndarray")):
        return value.ndim in (2, 3) and value.dtype.kind in "biuf"
    if isinstance(value, Path):
        return value.suffix.lower() in _PICTURES
    return is_picture(value)


def _files(typed: str, suffixes: frozenset[str]) -> Iterator[str]:
    """Files of these kinds, and folders, in the folder that the typed path is in."""
    folder = typed[: typed.rfind("/") + 1]
    try:
        inside = sorted(Path(folder or ".").expanduser().iterdir())[:_MOST_FILES]
        known = [(path.name, path.is_dir()) for path in inside if not path.name.startswith(".")]
    except (OSError, RuntimeError):
        return
    for name, is_folder in known:
        if is_folder or Path(name).suffix.lower() in suffixes:
            yield f"{folder}{name}{'/' if is_folder else ''}"
