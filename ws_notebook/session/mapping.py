"""What a session does with the rows of a table: `map` and its kin."""

from __future__ import annotations

import hashlib
import inspect
import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, Unpack, cast

from ..batch.asker import RowRun, Watch
from ..batch.placeholder import nearest
from ..batch.template import Asked
from ..core.items import as_items
from ..core.run import RequestSettings
from ..engine.engine import Engine
from ..exceptions import SettingsError
from ..tools import Toolable, ToolRegistry
from ..tools.values.pictures import Picture
from .arguments import check
from .asking import MapSettings
from .beginning import Beginner, begin, new_state
from .errors import shortened
from .host import Host
from .parsed import answer_format, text_options
from .question import Question
from .question import question as make_question
from .request import checked_turns, request_settings
from .run import Run

if TYPE_CHECKING:
    from ..batch.batch import Batch
    from ..tools.schema.structured import TextFormat
__all__ = ["Maps", "SessionAsker"]


class Mapper(Host[Run], Beginner, Protocol):
    """A session, to what asks its rows."""

    prices: dict[str, Sequence[float]]

    def _refuse_closed(self) -> None:
        """Raise SettingsError where it takes no question."""


class SessionAsker:
    """A session, and what it asks all rows alike."""

    def __init__(
        self,
        session: Mapper,
        *,
        model: str | None = None,
        instructions: str | None = None,
        tools: Iterable[Toolable] | None = None,
        max_turns: int | None = None,
        store: bool | None = None,
        text_format: Any = None,
        images: Any = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        check(model=model, instructions=instructions, tools=tools, max_turns=max_turns, store=store, options=options)
        self._session, self._images = session, images
        self._line, self._rows = "", itertools.count(1)
        self.engine: Engine = session._engine
        self.format: TextFormat | None = answer_format(text_format)
        self.model = model or session.settings.model
        self._tools = ToolRegistry(session.tools if tools is None else tools)
        self._own = session.instructions if instructions is None else instructions
        self._turns = checked_turns(session.max_turns if max_turns is None else max_turns)
        self._store = session.store if store is None else store
        held = {**session.options, **(options or {})}
        longest = held.get("max_output_tokens")
        self.longest: int | None = longest if isinstance(longest, int) else None
        self._options = text_options(held, self.format)
        self.settings = self._request(self._options)
        if not self.has_lanes:
            self.settings = self._request({"prompt_cache_key": self._prefix(), **self._options})

    @property
    def facts(self) -> dict[str, Any]:
        """What makes it this question, besides the prompt."""
        settings = self.settings
        return {
            "provider": self._session.settings.provider,
            "model": settings.model,
            "instructions": settings.instructions or "",
            "tools": json.dumps(list(settings.tools), indent=1, sort_keys=True, default=str),
            "options": json.dumps(dict(self._options), indent=1, sort_keys=True, default=str),
        }

    @property
    def has_lanes(self) -> bool:
        return self.engine.protocol.learned.abilities.limits.named > 0

    @property
    def at_once(self) -> int:
        return self._session.at_once

    @property
    def warms_up(self) -> bool:
        return self.has_lanes and self._session.settings.serving.warm_up

    def open_line(self, words: str) -> RowRun:
        session = self._session
        session._refuse_closed()
        self.engine.waiters.refuse_inside_tool()
        state = new_state(
            f"r{next(session._numbers)}", Question(as_items(words)), RequestSettings(model=self.model), None
        )
        self._line, self._rows = state.id, itertools.count(1)
        run = Run(self.engine, session._keeper.handle, state, ToolRegistry())
        self.engine.open_line(run._course, session)
        return cast(RowRun, run)

    def ask(self, question: Asked, parent: RowRun | None, watch: Watch, whole: Any = None) -> RowRun:
        pictures = self._images(whole) if callable(self._images) else self._images
        if isinstance(question, list) and any(isinstance(piece, Picture) for piece in question):
            question = cast(Any, Question.of_pieces(question))
        return self._begin(make_question(question, pictures), self.settings, self.format, parent, watch)

    def warm_up(self, watch: Watch) -> RowRun:
        settings = self._request({**self._options, "generate": False})
        return self._begin(Question([]), settings, None, None, watch)

    def _begin(
        self,
        asked: Question,
        settings: RequestSettings,
        wanted: TextFormat | None,
        parent: RowRun | None,
        watch: Watch,
    ) -> RowRun:
        self._session._refuse_closed()
        run = begin(
            self._session,
            asked,
            settings,
            self._tools,
            wanted=wanted,
            wants=None if parent is None else parent.state,
            watch=cast(Any, watch),
            name=f"{self._line}-{next(self._rows)}",
        )
        return cast(RowRun, run)

    def _request(self, options: Mapping[str, Any]) -> RequestSettings:
        return request_settings(
            [],
            model=self.model,
            instructions=self._own,
            tools=self._tools,
            max_turns=self._turns,
            store=self._store,
            options=options,
        )

    def _prefix(self) -> str:
        """A name of what all rows have in common: the provider keeps what has one name together."""
        common = json.dumps([self.settings.instructions, list(self.settings.tools)], sort_keys=True, default=str)
        return f"wsn-{hashlib.sha256(common.encode()).hexdigest()[:24]}"


_ASKED = ("model", "instructions", "tools", "max_turns", "store", "text_format", "images", "options")


F = TypeVar("F", bound=Callable[..., Any])


def _maps(function: F) -> F:
    """The same function, whose signature names each of the MapSettings that it takes as `**settings`."""
    own = inspect.signature(function)
    kept = [each for each in own.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    named = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if name == "keep_runs" else None,
            annotation=str(getattr(kind, "__forward_arg__", kind)),
        )
        for name, kind in MapSettings.__annotations__.items()
    ]
    function.__signature__ = own.replace(parameters=[*kept, *named])  # type: ignore[attr-defined]
    return function


class Maps:
    """The part of a session that asks many rows."""

    _batch: Batch | None = None

    @property
    def batch(self) -> Batch | None:
        """The latest batch, also one that was interrupted; None before the first."""
        return self._batch

    @shortened
    @_maps
    def map(self, data: Any, prompt: Any, **settings: Unpack[MapSettings]) -> Any:
        """Ask a question over every row, wait, and return the Batch: `batch.frame` has the answers.

        data: a DataFrame of pandas, polars or pyarrow, or an iterable of rows or values. prompt: a template with
        `{column}`, a function of the row, or a list of items. `text_format`: typed columns. `lanes`: how many rows at
        once (16). `journal`: a SQLite file from which the same call goes on. `keep_runs`: keep each row's run.
        `max_tokens`, `max_cost` with `prices` (else the session's): stop before they are passed. `on`: a client of Dask
        or ipyparallel.
        model, instructions, tools, max_turns, store, images (also a function of the row), options: as in `ask`.

        One row's failure stops no other: `batch.failed`, `batch.retry()`. KeyboardInterrupt stops it, and
        `session.batch.resume()` goes on. Raises SettingsError for what cannot be asked, in words.
        """
        before = self._batch
        try:
            batch = self.start_map(data, prompt, **settings)
        except KeyboardInterrupt:
            # It may have come while the view was being shown, and nobody else knows of the batch.
            if self._batch is not None and self._batch is not before:
                self._batch.stop()
            raise
        return batch.result() if hasattr(batch, "result") else batch

    @shortened
    @_maps
    async def map_async(self, data: Any, prompt: Any, **settings: Unpack[MapSettings]) -> Any:
        """The same for `await`. Cancelling the task stops it."""
        batch = self.start_map(data, prompt, **settings)
        return await batch if hasattr(batch, "result") else batch

    @shortened
    @_maps
    def start_map(self, data: Any, prompt: Any, **settings: Unpack[MapSettings]) -> Any:
        """The same, and return the Batch at once."""
        from ..batch.cluster import Remote
        from ..batch.data import is_lazy
        from ..batch.engines import engine_of
        from ..batch.plan import made_batch
        from ..batch.showing import check_view
        from .elsewhere import ask_rows, lazy_answers, recipe_of

        given: dict[str, Any] = dict(settings)
        unknown = next((name for name in given if name not in MapSettings.__annotations__), None)
        if unknown is not None:
            raise SettingsError(f"map() has no argument {unknown!r}.{nearest(unknown, MapSettings.__annotations__)}")
        asked = {name: given.pop(name) for name in _ASKED if name in given}
        session = cast(Mapper, self)
        session._refuse_closed()
        view, client = given.pop("view", None), given.pop("on", None)
        check_view(view)
        if is_lazy(data):
            return lazy_answers(session, data, prompt, asked, {**given, "view": view, "on": client})
        if client is not None:
            recipe = recipe_of(session, asked, given.get("lanes") or 16)
            given["remote"] = Remote(engine_of(client), ask_rows, recipe)
        asker = SessionAsker(session, **asked)
        # Those of another model say nothing.
        given.setdefault("prices", session.prices if asker.model in session.prices else None)
        self._batch = batch = made_batch(asker, data, prompt, **given)
        batch.show(view)
        return batch
