"""Which packages are there, and whether their versions are those that this package was made for."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from .finding import Finding, Parts

__all__ = ["installed", "our_version"]

_OURS = "ws-notebook"
_NEEDED = ("websockets", "msgspec", "httpx2", "tornado", "anywidget", "ipywidgets", "nest-asyncio2", "ipython")
_NEEDED_QUIETLY = ("pandas", "plotly", "pydantic", "docstring-parser", "markdown-it-py")
"""Shown only where they are missing or of a wrong version."""
_NOTEBOOKS = ("ipykernel", "jupyterlab", "notebook", "nbclient")
_OLDEST_PYTHON = (3, 11)


def installed() -> list[Finding]:
    """The findings on Python, on this package and on those around it."""
    parts = Parts("installed")
    _python(parts)
    wanted = _wanted()
    _package(parts, wanted)
    for name in (*_NEEDED, *_NEEDED_QUIETLY):
        _needed(parts, name, wanted.get(name, ""))
    _road(parts)
    for name in _NOTEBOOKS:
        _for_notebooks(parts, name, wanted.get(name, ""))
    parts.note("Node", "not needed: the front end comes built.")
    return parts.found


def our_version() -> str:
    """This package's version. The package is loaded whenever this is; importing it would reach every floor above."""
    return str(sys.modules[__name__.partition(".")[0]].__version__)


def _python(parts: Parts) -> None:
    said = f"{platform.python_version()}, {sys.executable}"
    if sys.version_info[:2] < _OLDEST_PYTHON:
        parts.failed("Python", said, "Use Python 3.11 or newer.")
    else:
        parts.ok("Python", said)


def _package(parts: Parts, wanted: Mapping[str, str]) -> None:
    ours = our_version()
    where = Path(__file__).parents[1]
    known = _version(_OURS)
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


def _needed(parts: Parts, name: str, wanted: str) -> None:
    found = _version(name)
    if found is None:
        parts.failed(name, "is missing.", f'Run: pip install "{name}{wanted}"')
    elif not _fits(found, wanted):
        parts.failed(name, f"{found}, but {wanted} is needed.", f'Run: pip install "{name}{wanted}"')
    elif name in _NEEDED:
        parts.ok(name, found)


def _road(parts: Parts) -> None:
    """Whether frames are read the fast way, which depends on how the library is made."""
    found = _version("websockets")
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


def _for_notebooks(parts: Parts, name: str, wanted: str) -> None:
    found = _version(name)
    if found is None:
        parts.note(name, "is not in this environment, which is right if notebooks run from another one.")
    elif not _fits(found, wanted):
        parts.warning(name, f"{found}; made for {wanted}.", f'Run: pip install "{name}{wanted}"')
    else:
        parts.ok(name, found)


def _version(name: str) -> str | None:
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
