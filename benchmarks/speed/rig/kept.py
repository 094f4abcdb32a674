"""What a session keeps of its runs: how many bytes, and in which field of what."""

from __future__ import annotations

import collections
import gc
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from rig.ours import Ours
from rig.process import say
from rig.tool import Lookup

__all__ = ["asked", "clear_log", "fields_of", "more", "tracked"]

PACKAGE = "ws_notebook"
APART = (type, type(sys), type(gc.collect), type(lambda: None))
"""Kept by nobody's run: classes, modules and functions."""


def asked(url: str, runs: int, *, output: int = 200, warm: int = 3) -> Ours:
    """A client whose session has had `warm` runs and then so many, each continuing the one before."""
    client = Ours(url, Lookup(output, copies=True), chained=True)
    client.open()
    for _ in range(warm):
        client.ask()
    more(client, runs)
    return client


def more(client: Ours, runs: int) -> None:
    """So many further runs."""
    for number in range(runs):
        if number and number % 250 == 0:
            say(f"  {number} of {runs} runs")
        client.ask()


def clear_log() -> int:
    """Empty every log of frames, which has a bound of its own, and return the bytes of the frames that they held.

    Raises RuntimeError where there is none: then this program knows the package no more.
    """
    from ws_notebook.core.frames import FrameLog

    logs = [each for each in gc.get_objects() if isinstance(each, FrameLog)]
    if not logs:
        raise RuntimeError("No log of frames was found: look where rig/kept.py must now look for them.")
    held = sum(record.size for log in logs for record in log.records())
    for log in logs:
        log.clear()
    return held


def tracked() -> list[Any]:
    """Every object that the garbage collector knows. While they are held, nothing new takes their identities."""
    return gc.get_objects()


def fields_of(known: set[int]) -> collections.Counter[str]:
    """Bytes by `Class.field`, of all that the package's objects hold, those of these identities left out.

    An object's own size counts for its class, what hangs below a field for that field of the nearest object of the
    package above it. Each object counts once.
    """
    sizes: collections.Counter[str] = collections.Counter()
    seen = {*known, id(known), id(sizes)}
    owners = [each for each in gc.get_objects() if id(each) not in seen and is_ours(each)]
    seen.update(map(id, owners))
    while owners:
        owner = owners.pop()
        name = type(owner).__name__
        sizes[name] += sys.getsizeof(owner)
        for field, value in fields(owner):
            sizes[f"{name}.{field}"] += below(value, seen, owners)
    return sizes


def is_ours(each: Any) -> bool:
    """Whether it is an object of the package."""
    return type(each).__module__.partition(".")[0] == PACKAGE and not isinstance(each, APART)


def fields(owner: Any) -> Iterator[tuple[str, Any]]:
    """Its attributes, with and without a dictionary."""
    slots = {each for kind in type(owner).__mro__ for each in as_names(kind.__dict__.get("__slots__", ()))}
    names = {*slots, *getattr(owner, "__struct_fields__", ())} - {"__dict__", "__weakref__"}
    for name in (*names, *getattr(owner, "__dict__", ())):
        try:
            yield name, object.__getattribute__(owner, name)
        except AttributeError:
            continue


def as_names(slots: str | Iterable[str]) -> Iterable[str]:
    """A class may name one place alone."""
    return (slots,) if isinstance(slots, str) else slots


def below(value: Any, seen: set[int], owners: list[Any]) -> int:
    """The bytes of a value and of all that hangs below it; objects of the package are added to the owners instead."""
    total, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, APART):
            continue
        seen.add(id(each))
        if is_ours(each):
            owners.append(each)
            continue
        # Of undecoded JSON the collector does not know whose bytes it is a part of: these stay as long as it does.
        total += len(memoryview(each)) if isinstance(each, msgspec.Raw) else sys.getsizeof(each)
        waiting += gc.get_referents(each)
    return total
