"""A session on a worker of a cluster: what it is made of travels there, and never a key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..batch.engines import is_stopped
from ..batch.table import empty_answers
from ..batch.template import Template
from ..engine.portal import portal
from ..exceptions import SettingsError
from .host import Host, alike
from .parsed import answer_format
from .run import Run

if TYPE_CHECKING:
    from ..batch.row import Row

__all__ = ["Recipe", "ask_rows", "ask_table", "lazy_answers", "recipe_of"]


@dataclass(frozen=True)
class Recipe:
    """How a worker makes its session, and what it asks every row alike. Pickled into tasks."""

    make: Callable[..., Any]
    """Makes the session: the class of the one at home."""
    session: Mapping[str, Any]
    asked: Mapping[str, Any]
    lanes: int


def recipe_of(session: Host[Run], asked: Mapping[str, Any], lanes: int) -> Recipe:
    """The recipe of a session. Raises SettingsError for what cannot, or must not, travel."""
    held = session.settings
    if isinstance(held.api_key, str) and held.api_key:
        raise SettingsError(
            "The key of this session is a string, and keys are not sent to workers. Pass a function that gets it "
            "there, api_key=lambda: os.environ['OPENAI_API_KEY'], or none: then each looks into its own environment."
        )
    if held.headers or held.ssl is not None:
        raise SettingsError("headers= and ssl= of a session are not sent to workers. Use one without them for on=.")
    made = alike(session)
    if held.profile.embedded and not held.base_url:
        # A server of each worker's own: this one's address and token are no use elsewhere.
        made["api_key"] = None
    return Recipe(type(session), made, {"tools": list(session.tools), **asked}, lanes)


def ask_rows(recipe: Recipe, rows: Sequence[tuple[int, Any]], topic: str) -> list[dict[str, Any]]:
    """On a worker: ask rows, each a position and its question, and return what came of all."""
    session, tell, stopped = session_here(recipe), *_line_to(topic)
    positions = [position for position, _ in rows]
    questions = [question for _, question in rows]
    batch = session.start_map(
        list(range(len(rows))), lambda place: questions[place], lanes=recipe.lanes, view="none", **recipe.asked
    )
    found: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    try:
        for row in batch.as_completed():
            fresh.append(_report(positions[row.position], row))
            if len(found) + len(fresh) == batch.answered:
                # Nobody else has ended yet: whoever is lost now takes none of these along.
                tell(fresh)
                found, fresh = [*found, *fresh], []
            if stopped():
                batch.stop()
    except BaseException:
        batch.stop()
        raise
    return [*found, *fresh]


def ask_table(frame: Any, recipe: Recipe, prompt: Any) -> Any:
    """On a worker: the answers over a part of a lazy table, as a table of the same rows."""
    if not len(frame):
        return empty_answers(answer_format(recipe.asked.get("text_format")))
    return session_here(recipe).map(frame, prompt, lanes=recipe.lanes, view="none", **recipe.asked).frame


def lazy_answers(
    session: Host[Run], frame: Any, prompt: Any, asked: Mapping[str, Any], given: Mapping[str, Any]
) -> Any:
    """A Dask DataFrame of the answers, of which nothing is asked before it is computed.

    Raises SettingsError for what has no place there.
    """
    for name, value in given.items():
        if name != "lanes" and value and (name, value) not in (("view", "none"), ("view", "auto")):
            raise SettingsError(
                f"A Dask DataFrame is asked where and when its result is computed, so {name}= has no place here. "
                "Leave it out, or pass a pandas DataFrame: df.compute()."
            )
    Template(prompt, [str(name) for name in frame.columns])
    recipe = recipe_of(session, asked, given.get("lanes") or 16)
    meta = empty_answers(answer_format(asked.get("text_format")))
    return frame.map_partitions(ask_table, recipe, prompt, meta=meta, enforce_metadata=False)


def session_here(recipe: Recipe) -> Host[Run]:
    """This worker's session of that recipe; made when it is first needed, and kept as long as the process."""

    name = (
        f"batch {hashlib.sha256(repr(sorted(recipe.session.items(), key=lambda pair: pair[0])).encode()).hexdigest()}"
    )
    shared = portal().shared
    if name not in shared or shared[name].state == "closed":
        shared[name] = recipe.make(**recipe.session)
    found: Host[Run] = shared[name]
    return found


def _line_to(topic: str) -> tuple[Callable[[list[dict[str, Any]]], None], Callable[[], bool]]:
    """How rows are told of while others go on, and whether nobody waits any more, where the engine can."""
    try:
        from distributed import get_worker

        worker = get_worker()
    except (ImportError, ValueError):
        return lambda _: None, lambda: False
    return lambda rows: worker.log_event(topic, rows), lambda: is_stopped(topic)


def _report(position: int, row: Row) -> dict[str, Any]:
    """What is told of a row: plain values, as its class may not be known where it goes."""
    kept = ("status", "text", "error", "ms", "attempts")
    tokens = (row.input_tokens, row.cached_tokens, row.output_tokens)
    return {"position": position, "tokens": tokens, **{name: getattr(row, name) for name in kept}}
