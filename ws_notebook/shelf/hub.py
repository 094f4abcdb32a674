"""A model of the Hugging Face Hub, by its own client: ``hf:OWNER/REPO/FILE.gguf``."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .download import FetchFailed, check_room, no_room
from .gguf import BrokenModel, read_head
from .shelf import Shelf, ShelvedModel

__all__ = ["PREFIX", "get_from_hub"]

PREFIX = "hf:"
_ADDRESS = re.compile(r"hf:(?P<repo>[\w.-]+/[\w.-]+)/(?P<file>[\w./ -]+\.gguf)")


def get_from_hub(address: str, shelf: Shelf, tell: Callable[[str], None]) -> ShelvedModel:
    """Get a file of the Hub; its client shows how far it is, goes on after a break and checks the digest.

    FetchFailed says why not, and what to do.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None or ".." in found["file"]:
        raise FetchFailed(f"{address!r} is no file of the Hub. It looks like hf:OWNER/REPO/FILE.gguf.")
    try:
        import huggingface_hub as hub  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise FetchFailed(
            "The Hub's client is not here. Install it (pip install huggingface_hub), and try again."
        ) from None
    repo, file = found["repo"], found["file"]
    try:
        shelf.folder.mkdir(parents=True, exist_ok=True)
        size, licence = _facts(hub, repo, file)
        check_room(shelf.folder, size)
        tell(f"{file} of {repo}. Licence: {licence or 'not told: see its page'}.")
        staging = shelf.folder / ".hub" / repo.replace("/", "--")
        path = Path(hub.hf_hub_download(repo, file, local_dir=staging))
        return _put(path, staging, shelf, f"{repo}/{file}", licence)
    except FetchFailed:
        raise
    except OSError as error:
        # Its own errors are OSErrors too, and have words but no number.
        raise (no_room(shelf.folder, error) if error.errno else _failed(repo, file, error)) from None
    except Exception as error:  # noqa: BLE001 - whatever the client raises is why there is no model
        raise _failed(repo, file, error) from None


def _facts(hub: Any, repo: str, file: str) -> tuple[int, str]:
    """The file's size in bytes and the licence of the repository."""
    info = hub.HfApi().model_info(repo, files_metadata=True)
    size = next((each.size or 0 for each in info.siblings or [] if each.rfilename == file), 0)
    card = info.card_data or {}
    licence = card.get("license") if hasattr(card, "get") else None
    return size, str(licence or "")


def _put(path: Path, staging: Path, shelf: Shelf, source: str, licence: str) -> ShelvedModel:
    try:
        title = read_head(path).title or path.stem
    except BrokenModel as error:
        raise FetchFailed(f"{source} is no model that can be used: {error}.") from None
    target = shelf.folder / path.name
    os.replace(path, target)
    shutil.rmtree(staging, ignore_errors=True)
    return shelf.note(ShelvedModel(target.stem, target, title, licence, "", source, target.stat().st_size))


def _failed(repo: str, file: str, error: Exception) -> FetchFailed:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    return FetchFailed(
        f"The Hub does not give {file} of {repo}: {said.rstrip('.')}. Is there a network, and is the name right?"
    )
