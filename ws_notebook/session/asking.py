"""The keyword arguments of a question, in one place, for all that ask one."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypedDict, TypeVar

from ..core.changes import Change
from ..core.run import LATEST, Latest, RunState
from ..tools import Toolable

__all__ = ["AskSettings", "MapSettings", "StartSettings", "asks", "maps"]

F = TypeVar("F", bound=Callable[..., Any])

Run = TypeVar("Run")
"""Stands for the class of this name, whose methods take these too."""


class StartSettings(TypedDict, Generic[Run], total=False):
    """What `Session.start` takes besides the input."""

    parent: Run | str | Latest | None
    model: str | None
    instructions: str | None
    tools: Iterable[Toolable] | None
    max_turns: int | None
    store: bool | None
    text_format: Any
    images: Iterable[Any] | None
    options: Mapping[str, Any] | None
    watch: Callable[[Run], Callable[[RunState, Change], None]] | None


class AskSettings(StartSettings[Run], Generic[Run], total=False):
    """What `Session.ask` takes besides the input: all that `start` takes, and how long it may last."""

    timeout: float | None
    """Seconds."""


class MapSettings(TypedDict, total=False):
    """What `Session.map` takes besides the data and the prompt. The first part is as in `ask`."""

    model: str | None
    instructions: str | None
    tools: Iterable[Toolable] | None
    max_turns: int | None
    store: bool | None
    text_format: Any
    images: Any
    options: Mapping[str, Any] | None
    lanes: int | None
    journal: str | os.PathLike[str] | None
    keep_runs: bool
    max_tokens: int | None
    max_cost: float | None
    prices: Mapping[str, Sequence[float]] | None
    on: Any
    view: str | None
    names: Mapping[str, Any] | None


def _naming(*homes: Any, **usual: Any) -> Callable[[F], F]:
    """Decorates a function: its signature names each of these that it takes as `**settings`, by default None."""
    kinds = {
        name: str(getattr(kind, "__forward_arg__", kind))
        for home in homes
        for name, kind in home.__annotations__.items()
    }
    named = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=usual.get(name), annotation=kind)
        for name, kind in kinds.items()
    ]

    def decorated(function: F) -> F:
        own = inspect.signature(function)
        kept = [each for each in own.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        function.__signature__ = own.replace(parameters=[*kept, *named])  # type: ignore[attr-defined]
        return function

    return decorated


asks = _naming(StartSettings, AskSettings, parent=LATEST)
"""For what takes AskSettings."""
maps = _naming(MapSettings, keep_runs=False)
"""For what takes MapSettings."""
