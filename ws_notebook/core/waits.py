"""How long a session waits for each thing that may never come; the table is in docs/reliability.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

import msgspec

from ..exceptions import SettingsError
from ..manual import did_you_mean

__all__ = ["Waits"]


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """The longest waits, in seconds: `Session(waits=wsn.Waits(silence=120))`. None: no bound.

    For machines:
    silence    no event that is understood while a response is awaited (pings and unknown events are no life); over
               HTTP also nothing at all
    connect    TCP, proxy, TLS and the upgrade of one connection
    ending     the end of a response whose items are all whole, after a frame in its place that cannot be understood
    steer      a word about words of `run.steer`, after the end of their response; then they go into a request
    successor  the response that the provider begins by itself for words that it has accepted
    server     the embedded server's start
    idle       a run, while a connection is open and none is in progress; then it is closed until somebody asks

    For people and the user's own functions, without a bound unless one is given:
    approval   a decision about a call; then the default of the tool's `approve=` is taken
    input      an answer to the `input()` that asks for one; then likewise
    tool       a tool's function, where the tool has no `timeout=` of its own; then the model is told so
    kernel     the main thread, for a call that is to run there; then likewise
    key        the function given as `api_key`

    Raises SettingsError for what is no number of seconds above 0, nor None.
    """

    silence: float | None = 600
    connect: float | None = 30
    ending: float | None = 5
    steer: float | None = 10
    successor: float | None = 60
    server: float | None = 60
    idle: float | None = 300
    approval: float | None = None
    input: float | None = None
    tool: float | None = None
    kernel: float | None = None
    key: float | None = None

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            msgspec.structs.force_setattr(self, name, _seconds(name, getattr(self, name)))

    @classmethod
    def of(cls, given: Any) -> Waits:
        """The waits that a user gave: `Waits`, a mapping of names (as a configuration file has), or None: the usual.

        Raises SettingsError for anything else, and for a name that there is not.
        """
        if isinstance(given, Waits):
            return given
        if given is not None and not isinstance(given, Mapping):
            raise SettingsError(f"waits must be wsn.Waits(silence=600, connect=30, …), not {given!r:.80}.")
        known = cls.__struct_fields__
        for name in given or {}:
            if name not in known:
                hint = did_you_mean(str(name), known)
                raise SettingsError(f"There is no wait {name!r}.{hint} Known are {', '.join(known)}.")
        return cls(**(given or {}))


def _seconds(name: str, value: Any) -> float | None:
    if value is None:
        return None
    try:
        # A truth value is a number to Python, and a mistake here.
        found = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    except OverflowError:
        found = math.inf
    if not 0 < found < math.inf:
        raise SettingsError(
            f"waits: {name} must be a number of seconds above 0, or None for no bound, not {value!r:.80}."
        )
    return found
