"""The scenes that come with the package: YAML files for the ``script`` model, found by their names."""

from __future__ import annotations

from pathlib import Path

__all__ = ["PREFIX", "SCHEMA", "SUFFIX", "file_of", "is_scene", "names", "shown_name", "with_path"]

PREFIX = "scene:"
"""What a model's name begins with that is a scene: ``scene:first-contact``, ``scene:lessons/monday.yaml``."""
SUFFIX = ".yaml"
_FOLDER = Path(__file__).parent
SCHEMA = _FOLDER / "scene.schema.json"
"""The JSON Schema of a scene, for editors."""


def names() -> list[str]:
    """The bare names of the scenes that come with the package."""
    return sorted(path.stem for path in _FOLDER.glob(f"*{SUFFIX}"))


def file_of(name: str) -> Path:
    """The file of a scene, by its bare name or its path, with or without `PREFIX`."""
    name = name.removeprefix(PREFIX)
    shipped = _FOLDER / f"{name}{SUFFIX}"
    return shipped if name in names() else Path(name).expanduser()


def is_scene(model: str) -> bool:
    """Whether a model's name names a scene."""
    return model.startswith(PREFIX)


def with_path(model: str) -> str:
    """A scene's name as another process with another folder finds it; other names as they are."""
    name = model.removeprefix(PREFIX)
    if not is_scene(model) or not name or name in names():
        return model
    path = Path(name).expanduser()
    # A bare name that is no file is one that is misspelt.
    return f"{PREFIX}{path.absolute()}" if len(path.parts) > 1 or path.suffix or path.exists() else model


def shown_name(model: str) -> str:
    """A model's name as a header has it: of a scene's file without its folder."""
    return f"{PREFIX}{Path(model).name}" if is_scene(model) and "/" in model.replace("\\", "/") else model
