"""When a cassette is replayed and when it is recorded, as users of VCR know it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from ..exceptions import SettingsError

__all__ = ["MODES", "Step", "part_of", "step"]

MODES: Final = ("none", "once", "new_episodes", "all")
"""none: only replayed. once: recorded where there is no file, else replayed. new_episodes: replayed, and what is not on
it recorded besides. all: recorded anew."""
Step = Literal["replay", "record", "extend", "missing"]


def step(mode: str, path: Path) -> Step:
    """What is done with the file of that name. Raises SettingsError for a mode that is none."""
    if mode not in MODES:
        raise SettingsError(f"A cassette's mode is {', '.join(MODES[:-1])} or {MODES[-1]}, not {mode!r}.")
    if mode == "all":
        return "record"
    if path.exists():
        return "extend" if mode == "new_episodes" else "replay"
    return "missing" if mode == "none" else "record"


def part_of(path: Path) -> Path:
    """Where a recording is written until it is to take the place of the file."""
    return path.with_name(f"recording-{path.name}")
