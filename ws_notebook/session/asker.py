"""A session, to a batch that asks its rows over it."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec

from ..batch.asker import RowRun, Watch
from ..batch.template import Asked
from ..core.items import as_items
from ..core.run import RequestSettings
from ..engine.engine import Engine
from ..tools import Toolable, ToolRegistry
from ..tools.values.pictures import Picture
from .arguments import check
from .beginning import Beginner, begin, new_state
from .host import Host
from .parsed import answer_format, text_options
from .question import Question
from .question import question as make_question
from .request import request_settings
from .run import Run

if TYPE_CHECKING:
    from ..tools.schema.structured import TextFormat

__all__ = ["Mapper", "SessionAsker"]


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
        self.model = session.settings.named(model)
        self._tools = ToolRegistry(session.tools if tools is None else tools)
        self._options = text_options({**session.options, **(options or {})}, self.format)
        longest = self._options.get("max_output_tokens")
        self.longest: int | None = longest if isinstance(longest, int) else None
        self.settings = request_settings(
            [],
            model=self.model,
            instructions=session.instructions if instructions is None else instructions,
            tools=self._tools,
            max_turns=session.max_turns if max_turns is None else max_turns,
            store=session.store if store is None else store,
            options=self._options,
        )
        if not self.has_lanes:
            self.settings = self._settings({"prompt_cache_key": self._prefix(), **self.settings.options})

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
        settings = self._settings({**self.settings.options, "generate": False})
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

    def _settings(self, options: Mapping[str, Any]) -> RequestSettings:
        return msgspec.structs.replace(self.settings, options=options)

    def _prefix(self) -> str:
        """A name of what all rows have in common: the provider keeps what has one name together."""
        common = json.dumps([self.settings.instructions, list(self.settings.tools)], sort_keys=True, default=str)
        return f"wsn-{hashlib.sha256(common.encode()).hexdigest()[:24]}"
