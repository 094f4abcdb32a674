"""What a session does with the rows of a table: `map` and its kin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack, cast

from ..exceptions import SettingsError
from .arguments import check
from .asking import MapSettings, maps
from .errors import shortened

if TYPE_CHECKING:
    from ..batch.batch import Batch
    from .asker import Mapper

__all__ = ["Maps"]

_ASKED = ("model", "instructions", "tools", "max_turns", "store", "text_format", "images", "options")


class Maps:
    """The part of a session that asks many rows."""

    _batch: Batch | None = None

    @property
    def batch(self) -> Batch | None:
        """The latest batch, also one that was interrupted; None before the first."""
        return self._batch

    @shortened
    @maps
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
    @maps
    async def map_async(self, data: Any, prompt: Any, **settings: Unpack[MapSettings]) -> Any:
        """The same for `await`. Cancelling the task stops it."""
        batch = self.start_map(data, prompt, **settings)
        return await batch if hasattr(batch, "result") else batch

    @shortened
    @maps
    def start_map(self, data: Any, prompt: Any, **settings: Unpack[MapSettings]) -> Any:
        """The same, and return the Batch at once."""
        from ..batch.batch import made_batch
        from ..batch.data import is_lazy
        from ..batch.engines import Remote, engine_of
        from ..batch.placeholder import nearest
        from ..batch.showing import check_view
        from .asker import SessionAsker
        from .elsewhere import ask_rows, lazy_answers, recipe_of

        given: dict[str, Any] = dict(settings)
        unknown = next((name for name in given if name not in MapSettings.__annotations__), None)
        if unknown is not None:
            raise SettingsError(f"map() has no argument {unknown!r}.{nearest(unknown, MapSettings.__annotations__)}")
        asked = {name: given.pop(name) for name in _ASKED if name in given}
        session = cast("Mapper", self)
        session._refuse_closed()
        view, client = given.pop("view", None), given.pop("on", None)
        check_view(view)
        check(lanes=given.get("lanes"))
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
