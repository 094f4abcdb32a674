"""The models of this machine as a source of the server's: by their names, and by paths where clients may name these."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from ws_notebook.exceptions import SettingsError
from ws_notebook.scenes import is_scene
from ws_notebook.server.errors import no_model
from ws_notebook.server.models.base import Model
from ws_notebook.server.models.llama.engine import EngineOptions
from ws_notebook.server.models.llama.engines import Engines
from ws_notebook.server.models.llama.model import LlamaModel
from ws_notebook.server.service import Source
from ws_notebook.shelf.known import KNOWN
from ws_notebook.shelf.shelf import Shelf, is_path, missing

__all__ = ["OnThisMachine"]


class OnThisMachine(Source):
    """Those of *shelf*; *only*: these of them alone; *paths*: files that are elsewhere too. *beyond* has all others."""

    def __init__(
        self,
        shelf: Shelf,
        options: EngineOptions | None = None,
        *,
        only: str | None = None,
        paths: bool = False,
        beyond: Source | None = None,
    ) -> None:
        self._shelf = shelf
        self._engines = Engines(options)
        self._only = only
        self._paths = paths
        self._beyond = beyond or Source()

    def model(self, name: str) -> Model | None:
        """The model of that name. ApiError where it is known, or a path, and not there."""
        allowed = name == self._only if self._only is not None else self._paths or not is_path(name)
        if allowed and "://" not in name and not is_scene(name):
            try:
                found = self._shelf.find(name)
            except SettingsError as error:
                raise no_model(str(error)) from None
            if found is not None:
                return LlamaModel(found, self._engines)
            if name in KNOWN:
                raise no_model(missing(name, self._shelf.models()))
        return self._beyond.model(name)

    async def names(self) -> list[str]:
        """Those that are there, then those of the source beyond."""
        models = await asyncio.to_thread(self._shelf.models)
        mine = [self._only] if self._only is not None else [model.name for model in models]
        return [*mine, *await self._beyond.names()]

    async def described(self) -> str:
        return await self._beyond.described()

    async def look(self) -> None:
        await self._beyond.look()

    async def close(self) -> None:
        await self._engines.close()
        await self._beyond.close()

    def through(self, headers: Mapping[str, str]) -> Source | None:
        """The upstream that a request's headers name."""
        return self._beyond.through(headers)
