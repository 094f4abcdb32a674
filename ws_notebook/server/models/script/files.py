"""Scenes by their names: read from their files, and read again when these have changed."""

from __future__ import annotations

from pathlib import Path

from ws_notebook.manual import did_you_mean
from ws_notebook.scenes import PREFIX, file_of, names
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.script.model import SceneModel
from ws_notebook.server.models.script.nodes import Problem, SceneError
from ws_notebook.server.models.script.reader import read_scene
from ws_notebook.server.models.script.story import Story

__all__ = ["Scenes", "load"]

_MOST_BYTES = 4 * 1024 * 1024
_MOST = 64
"""Scenes that are remembered."""


def load(name: str) -> Story:
    """The scene of that bare name, or in that file. SceneError with all that is wrong."""
    path = file_of(name)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SceneError(name, [Problem(1, 1, "The file is larger than 4 MiB.", "A scene is written by hand.")])
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SceneError(name, [Problem(1, 1, "The file is not in UTF-8.", "Save it as UTF-8.")]) from None
    except OSError as error:
        fix = did_you_mean(name, names()).strip() or f"Scenes that come with the package: {', '.join(names())}."
        said = f"There is no such scene: {error.strerror or error}."
        raise SceneError(name, [Problem(1, 1, said, fix)]) from None
    return read_scene(text, path.name)


class Scenes:
    """The scenes that requests name, for a server whose clients may name files of this machine."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, SceneModel]] = {}

    def model(self, name: str) -> SceneModel:
        """The model ``scene:NAME`` or ``scene:PATH``. ApiError, with all that is wrong, where it cannot be played."""
        changed = _changed(file_of(name.removeprefix(PREFIX)))
        known = self._known.get(name)
        if known is not None and known[0] == changed:
            return known[1]
        try:
            story = load(name.removeprefix(PREFIX))
        except SceneError as error:
            raise ApiError(f"This scene cannot be played. {error}", code="invalid_scene", param="model") from None
        while len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        model = SceneModel(name, story)
        self._known[name] = changed, model
        return model


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
