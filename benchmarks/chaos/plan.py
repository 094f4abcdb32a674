"""What happens in one run of the program: questions, faults, kills and stops, all drawn from one seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

__all__ = ["AGE", "REMEMBER", "TOOLS", "Case", "Chunk", "Question", "make_plan"]

TOOLS = ("step", "work", "fetch")
"""A function of the main thread, one of a pool thread, a coroutine."""

REMEMBER = "What did I ask before? ({})"
"""Asked after each case, with its number: the demo model quotes the prompt before it."""

AGE = 0.3
"""Seconds after which a server with an age limit ends a connection."""

_WORDS = "the river falls past old mills and over stones into a quiet lake where herons wait for rain".split()

_EVENTS = (
    "response.create",
    "response.created",
    "response.output_item.added",
    "response.output_text.delta",
    "response.function_call_arguments.delta",
    "response.output_item.done",
    "response.completed",
)
_RECOVERABLE = (1001, 1011, 1012, 1013)
_FINAL = (1000, 1008, 4000)

# Each family of faults with its weight. "kill" and "stop" are done by the program, the others by the server's rules.
_FAMILIES = {
    "none": 18,
    "drop": 14,
    "close, recoverable code": 9,
    "close, other code": 6,
    "stall": 5,
    "previous_response_not_found": 8,
    "connection limit": 8,
    "rate limit": 4,
    "error frame": 5,
    "response.failed": 3,
    "duplicate, unknown, split": 7,
    "item without its content, or never whole": 7,
    "error frame without a type": 4,
    "reason behind the failure": 4,
    "end that cannot be read": 3,
    "drop, then upgrade refused": 3,
    "kill": 8,
    "kill while idle": 4,
    "stop": 10,
}


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt to the demo model, the answer it must give, and the argument of every tool call, each used once."""

    prompt: str
    text: str
    calls: tuple[int, ...]
    store: bool


@dataclass(frozen=True, slots=True)
class Case:
    """Questions asked at the same time, and what goes wrong meanwhile."""

    number: int
    family: str
    questions: tuple[Question, ...]
    rules: tuple[str, ...] = ()
    at: int = 0
    """For a kill or a stop: at which event of the first question."""
    delay: float = 0.0
    """For a stop from another thread: after so many seconds. 0: at the event."""
    parent: float | None = None
    """None: the latest run; below 0: none; else which of the runs so far, as a part of their number."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Cases on one session with one server."""

    number: int
    age: float
    """The server's age limit in seconds; 0: none."""
    knows_age: bool
    """Whether the client was told of it."""
    store_file: bool
    """Whether stored responses outlive a kill."""
    lanes: bool
    """Whether the server has lanes; without, what is asked at the same time goes over several connections."""
    cases: tuple[Case, ...] = field(repr=False)


def make_plan(seed: int, runs: int, chunk: int = 50) -> list[Chunk]:
    """So many runs, in chunks. The same seed gives the same plan."""
    rng = random.Random(seed)
    counter = iter(range(1, 1_000_000))
    chunks: list[Chunk] = []
    left = runs
    while left:
        cases: list[Case] = []
        room = min(chunk, left)
        left -= room
        while room:
            case = _case(rng, len(cases), counter, room)
            room -= len(case.questions)
            cases.append(case)
        number = len(chunks)
        age = AGE if number % 3 else 0.0
        chunks.append(Chunk(number, age, number % 3 == 2, number % 2 == 1, number % 4 != 3, tuple(cases)))
    return chunks


def _case(rng: random.Random, number: int, counter: object, room: int) -> Case:
    family = rng.choices(list(_FAMILIES), list(_FAMILIES.values()))[0]
    several = min(room, rng.choice((1, 1, 1, 1, 1, 2, 3, 4)))
    questions = tuple(_question(rng, counter) for _ in range(several))
    drawn = rng.random()
    parent = None if drawn < 0.65 else -1.0 if drawn < 0.8 else rng.random()
    delay = rng.uniform(0.0, 0.03) if family == "stop" and rng.random() < 0.5 else 0.0
    return Case(number, family, questions, _rules(rng, family), rng.randint(1, 25), delay, parent)


def _question(rng: random.Random, counter: object) -> Question:
    """0 to 20 calls, one to four of them at a time, words before some of them, and words at the end."""
    numbers = counter
    assert hasattr(numbers, "__next__")
    left = rng.choice((0, rng.randint(1, 4), rng.randint(1, 8), rng.randint(1, 20)))
    parts: list[str] = []
    texts: list[str] = []
    calls: list[int] = []
    while left:
        together = min(left, rng.randint(1, 4))
        left -= together
        if rng.random() < 0.3:
            texts.append(_words(rng, 3, 12))
            parts.append(f'say "{texts[-1]}"')
        group = [next(numbers) for _ in range(together)]
        calls += group
        parts.append("call " + " and ".join(f"{rng.choice(TOOLS)}(n={n})" for n in group) + " then")
    texts.append(f"{_words(rng, 4, 60)} {next(numbers)}")
    parts.append(f'say "{texts[-1]}"')
    return Question(" ".join(parts), "\n\n".join(texts), tuple(calls), rng.random() < 0.3)


def _words(rng: random.Random, fewest: int, most: int) -> str:
    return " ".join(rng.choices(_WORDS, k=rng.randint(fewest, most)))


def _rules(rng: random.Random, family: str) -> tuple[str, ...]:
    event, nth = rng.choice(_EVENTS), rng.choice((1, 1, 2, 3, 4))
    if event.endswith(".delta"):
        nth = rng.randint(1, 15)
    at = f"at {event} {nth}"
    create = f"at response.create {rng.choice((1, 1, 1, 2, 3))}"
    rules = {
        "drop": [f"drop {at}"],
        "close, recoverable code": [f"close {rng.choice(_RECOVERABLE)} {at}"],
        "close, other code": [f"close {rng.choice(_FINAL)} {at}"],
        "stall": [f"stall {rng.choice((0.05, 0.1, 0.3))} {at}"],
        "previous_response_not_found": [f"error previous_response_not_found {create}"],
        "connection limit": [f"error websocket_connection_limit_reached {create}"],
        "rate limit": [f"limit 0.1 {create}"],
        "error frame": [f"error {rng.choice(('server_error', 'server_is_overloaded'))} {at}"],
        "response.failed": [f"fail server_error at response.*.delta {nth}"],
        "duplicate, unknown, split": [f"{rng.choice(('duplicate', 'unknown', 'split 7'))} at {event} every 3"],
        "item without its content, or never whole": [
            f"{rng.choice(('hollow', 'omit'))} at response.output_item.done every {rng.choice((1, 2))}"
        ],
        "error frame without a type": [f"untyped server_error {at}"],
        "reason behind the failure": [f"explain server_error at response.*.delta {nth}"],
        "end that cannot be read": [f"garble at response.completed {rng.choice((1, 1, 2))}"],
        "drop, then upgrade refused": [f"drop {at}", "refuse 503 at upgrade"],
    }
    return tuple(rules.get(family, ()))
