"""Which packages are there, and whether their versions are those that this package was made for."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from .finding import Finding, Parts

__all__ = ["installed", "our_version", "version_of"]

_OURS = "ws-notebook"
_NEEDED = ("websockets", "msgspec", "httpx2", "tornado", "anywidget", "ipywidgets", "nest-asyncio2", "ipython")
_NEEDED_QUIETLY = ("pandas", "plotly", "pydantic", "docstring-parser", "markdown-it-py")
"""Shown only where they are missing or of a wrong version."""
_NOTEBOOKS = ("ipykernel", "jupyterlab", "notebook", "nbclient")


def installed() -> list[Finding]:
    """The findings on Python, on this package and on those around it."""
    parts = Parts("installed")
    parts.ok("Python", f"{platform.python_version()}, {sys.executable}")
    wanted = _wanted()
    _package(parts, wanted)
    for name in (*_NEEDED, *_NEEDED_QUIETLY, *_NOTEBOOKS):
        _other(parts, name, wanted.get(name, ""))
    _road(parts)
    parts.note("Node", "not needed: the front end comes built.")
    return parts.found


def our_version() -> str:
    """This package's version. The package is loaded whenever this is; importing it would reach every floor above."""
    return str(sys.modules[__name__.partition(".")[0]].__version__)


def _package(parts: Parts, wanted: Mapping[str, str]) -> None:
    ours = our_version()
    where = Path(__file__).parents[1]
    known = version_of(_OURS)
    if known is None:
        parts.warning(
            _OURS,
            f"{ours} in {where}, which pip does not know of.",
            "Install it (pip install ws-notebook, or pip install . in a clone): JupyterLab will find its extension.",
        )
    elif known != ours:
        parts.failed(
            _OURS,
            f"{ours} in {where}, but pip knows {known}.",
            "Two installations are mixed: pip uninstall ws-notebook until it finds none, then install it again.",
        )
    else:
        parts.ok(_OURS, f"{ours}, {where}")


def _road(parts: Parts) -> None:
    """Whether frames are read the fast way, which depends on how the library is made."""
    found = version_of("websockets")
    if found is None:
        return
    from ..transports.socket import is_tried

    if not is_tried(found):
        parts.warning(
            "fast road",
            f"is off: it was not tried with websockets {found}, so each frame is read by the library, at a few times "
            "the cost.",
            'Nothing is lost. To have it: pip install "websockets>=15,<18"',
        )


def _other(parts: Parts, name: str, wanted: str) -> None:
    """One package, needed or for notebooks, which may run from another environment."""
    found, advice, optional = version_of(name), f'Run: pip install "{name}{wanted}"', name in _NOTEBOOKS
    if found is None and optional:
        parts.note(name, "is not in this environment, which is right if notebooks run from another one.")
    elif found is None:
        parts.failed(name, "is missing.", advice)
    elif not _fits(found, wanted):
        tell, said = (parts.warning, f"made for {wanted}") if optional else (parts.failed, f"but {wanted} is needed")
        tell(name, f"{found}{'; ' if optional else ', '}{said}.", advice)
    elif name not in _NEEDED_QUIETLY:
        parts.ok(name, found)


def version_of(name: str) -> str | None:
    """The version of a package; None where it is not there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _wanted() -> dict[str, str]:
    """The range of versions that this package states for each other one, by its name; as pip writes it."""
    try:
        stated = metadata.requires(_OURS) or []
        from packaging.requirements import Requirement
    except (metadata.PackageNotFoundError, ImportError):
        return {}
    requirements = (Requirement(each) for each in stated)
    return {each.name: str(each.specifier) for each in requirements if each.specifier}


def _fits(version: str, wanted: str) -> bool:
    if not wanted:
        return True
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(wanted).contains(version, prereleases=True)
