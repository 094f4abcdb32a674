"""The folder with this machine's models, and what is asked for by a name or a path."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..exceptions import SettingsError
from .gguf import BrokenModel, read_head
from .known import KNOWN

__all__ = ["VARIABLE", "Shelf", "ShelvedModel", "is_path", "missing", "shelf"]

VARIABLE = "WS_NOTEBOOK_MODELS"
"""The environment variable that names another folder than the user's cache."""
_ENDING = ".gguf"


@dataclass(frozen=True, slots=True)
class ShelvedModel:
    """A model that is on this machine; *path* is its GGUF."""

    name: str
    path: Path
    title: str
    license: str = ""
    note: str = ""
    source: str = ""
    size: int = 0

    @property
    def said(self) -> str:
        """What it is, in a line: "SmolLM2-135M on this machine: a real but tiny model; it makes mistakes"."""
        return f"{self.title} on this machine: {self.note or 'a real model; it may be wrong'}"


class Shelf:
    """The models in *folder*, which need not be there yet. A model is NAME.gguf, beside it NAME.json about it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def models(self) -> list[ShelvedModel]:
        """All that are there, by name."""
        try:
            paths = sorted(self.folder.glob(f"*{_ENDING}"))
        except OSError:
            return []
        return [self._described(path) for path in paths if path.is_file()]

    def find(self, name: str) -> ShelvedModel | None:
        """The model of that name, or at that path; None: there is none. SettingsError for a path where no file is."""
        if is_path(name):
            path = Path(name).expanduser()
            if not path.is_file():
                raise SettingsError(f"There is no file {name}. Correct the path, or give the name of a model: {_HINT}")
            return self._described(path)
        path = self.folder / f"{name}{_ENDING}"
        return self._described(path) if _plain(name) and path.is_file() else None

    def note(self, model: ShelvedModel) -> ShelvedModel:
        """Write down what is known of a model that was just put there, which it returns."""
        told = {name: value for name, value in asdict(model).items() if name not in ("name", "path")}
        model.path.with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        return model

    def remove(self, name: str) -> ShelvedModel:
        """Delete a model from the folder. SettingsError where there is none of that name."""
        found = None if is_path(name) else self.find(name)
        if found is None:
            there = ", ".join(model.name for model in self.models()) or "none"
            raise SettingsError(f"There is no model {name!r} in {self.folder}. There is: {there}.")
        found.path.unlink()
        found.path.with_suffix(".json").unlink(missing_ok=True)
        return found

    def _described(self, path: Path) -> ShelvedModel:
        ours = path.parent == self.folder
        try:
            told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8")) if ours else {}
        except (OSError, ValueError):
            told = {}
        told = told if isinstance(told, dict) else {}
        words = {name: str(told.get(name) or "") for name in ("title", "license", "note", "source")}
        title = words.pop("title") or _title(path)
        name = path.stem if ours else str(path)
        return ShelvedModel(name=name, path=path, title=title, size=path.stat().st_size, **words)


def is_path(name: str) -> bool:
    """Whether a model's name is the path of a file."""
    return name.endswith(_ENDING) or os.sep in name or name.startswith("~")


def shelf() -> Shelf:
    """That of this user: ``$WS_NOTEBOOK_MODELS``, or a folder of the user's cache."""
    given = os.environ.get(VARIABLE)
    return Shelf(Path(given).expanduser() if given else _cache() / "ws-notebook" / "models")


def missing(name: str, there: Sequence[ShelvedModel]) -> str:
    """What to do about a model that is not there, in words."""
    if name in KNOWN:
        known = KNOWN[name]
        size = f"{known.package_size / 1e6:.0f} MB"
        return f"{known.title} is not on this machine yet. Get it ({size}): ws-notebook model get {name}"
    names = ", ".join(model.name for model in there) or "none"
    return f"There is no model {name!r} on this machine. There is: {names}. {_HINT}"


_HINT = "`ws-notebook model list` shows them, `ws-notebook model get smollm2` fetches a small one."


def _plain(name: str) -> bool:
    return bool(name) and not name.startswith(".") and "\0" not in name and not any(mark in name for mark in "/\\")


def _title(path: Path) -> str:
    try:
        return read_head(path).title or path.stem
    except (BrokenModel, OSError):
        return path.stem


def _cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
