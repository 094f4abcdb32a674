"""A scene as it is played: questions, each with its steps in a row, repetitions written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ws_notebook.faults import Fault

__all__ = [
    "Calls",
    "Check",
    "End",
    "Fail",
    "Pause",
    "Question",
    "Said",
    "SceneCall",
    "Step",
    "Steer",
    "Story",
    "Strike",
]


@dataclass(frozen=True, slots=True)
class Said:
    """Words: ``kind`` is "text", "refusal", "summary" or "reasoning". ``speed`` in tokens a second; 0: at once."""

    kind: str
    text: str
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class SceneCall:
    """One call. ``given`` has the values without a name; ``input`` is a custom tool's."""

    tool: str
    named: Mapping[str, Any] = field(default_factory=dict)
    given: Sequence[Any] = ()
    input: str | None = None
    needed: bool = True
    """Whether a request must offer the tool."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of one turn, which ends with them."""

    calls: Sequence[SceneCall]


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """The response ends with an error, so many times."""

    code: str
    message: str
    retry_after: float | None
    times: int
    line: int


@dataclass(frozen=True, slots=True)
class Strike:
    """Something goes wrong at the next event, so many times."""

    fault: Fault
    times: int
    line: int


@dataclass(frozen=True, slots=True)
class Steer:
    """Waits for words that are added to the answer; ``steps`` are done then. None: the scene goes on."""

    seconds: float
    steps: Sequence[Step] | None


@dataclass(frozen=True, slots=True)
class Check:
    """What the output of a tool's call must be. ``tests`` are pairs of a test's key and what it compares with."""

    tool: str
    number: int | None
    """Which of its calls, from 1; None: the latest."""
    tests: Sequence[tuple[str, Any]]
    otherwise: Sequence[Step]
    """What is done where it is another; empty: words that say so."""
    line: int


@dataclass(frozen=True, slots=True)
class End:
    """The answer is cut short for this reason."""

    reason: str


Step = Said | Calls | Pause | Fail | Strike | Steer | Check | End


@dataclass(frozen=True, slots=True)
class Question:
    """One question: a hint what to ask, and what is done."""

    ask: str
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Story:
    """A scene. Times in seconds, speeds in tokens a second."""

    title: str
    about: str
    speed: float
    first_token: float
    tools: Mapping[str, str]
    """The tools that it calls, each with a hint, which may be empty."""
    questions: Sequence[Question]
