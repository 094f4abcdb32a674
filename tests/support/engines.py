"""Functions that other processes can import."""

from __future__ import annotations

import os
import sys
import time

__all__ = ["boom", "exits", "sleepy", "whose"]


def whose() -> int:
    """The process that runs it."""
    return os.getpid()


def boom() -> None:
    """Raises."""
    raise ValueError("odd")


def exits() -> None:
    """Wants to end its process."""
    sys.exit("bye")


def sleepy(seconds: float) -> str:
    """Takes its time."""
    time.sleep(seconds)
    return "awake"
