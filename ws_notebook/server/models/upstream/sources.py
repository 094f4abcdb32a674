"""Which models of upstreams a client may name: those that the command line's upstream lists, or, where the server is
a user's own, any by its address.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ws_notebook.dialects import Api
from ws_notebook.exceptions import SettingsError
from ws_notebook.scenes import is_scene
from ws_notebook.server.errors import ApiError, model_not_found, no_model
from ws_notebook.server.models.base import Model
from ws_notebook.server.models.script.files import Scenes
from ws_notebook.server.models.upstream.model import UpstreamModel
from ws_notebook.server.models.upstream.service import Upstream
from ws_notebook.server.service import Source
from ws_notebook.settings import THROUGH_HEADER, Through, resolve
from ws_notebook.transports.discovery import Found

__all__ = ["Addressed", "Listed"]

_ANEW = 5.0
"""Seconds between two looks for a model that an upstream may have got since."""
_TO_LOOK = 10.0
"""Seconds in which an upstream is to say what it is before this server says that it is ready."""
_SHOWN = 5
_ASKED: Mapping[Api, str] = {
    "websocket": "its WebSocket mode",
    "responses": "its Responses API",
    "chat": "its Chat Completions",
    "completion": "its completion API",
}
_MOST_MODELS = 1000
"""Models of one upstream that are remembered, where it takes any name."""
_MOST = 32
"""Upstreams that are remembered, with what was found out about them."""


class Listed(Source):
    """The models of one upstream: those that it lists, or, where it has no list, any that it takes."""

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self._models: dict[str, UpstreamModel] = {}
        self._looked = 0.0
        self.said = f"upstream: {upstream.address}"
        """What it is, in words; more of it when it was asked."""

    async def look(self) -> None:
        """Ask what it is, for at most some seconds. One that does not answer is asked again when it is needed."""
        try:
            async with asyncio.timeout(_TO_LOOK):
                found = await self.upstream.found()
        except (ApiError, TimeoutError) as error:
            self.said += f", which does not answer yet: {str(error) or 'nothing came in time'}"
            return
        listed = ", ".join(found.models[:_SHOWN]) + (", …" if len(found.models) > _SHOWN else "")
        self.said += f", {_described(found)}; models: {listed or 'not told'}"

    def model(self, name: str) -> Model:
        """The model of that name; whether there is one is seen when it is asked."""
        if len(self._models) >= _MOST_MODELS:
            self._models.clear()
        return self._models.setdefault(name, UpstreamModel(self.upstream, name, self._check))

    async def names(self) -> list[str]:
        """What it lists. ApiError where it cannot be asked."""
        return list((await self.upstream.found()).models)

    async def described(self) -> str:
        """What the upstream is and how it is asked, in words. ApiError where it cannot be asked."""
        return _described(await self.upstream.found())

    async def close(self) -> None:
        await self.upstream.close()

    async def _check(self, name: str) -> None:
        """ApiError for a model that the upstream does not list, asked anew now and then."""
        found = await self.upstream.found(name)
        if found.models and name not in found.models and time.monotonic() > self._looked + _ANEW:
            self._looked = time.monotonic()
            found = await self.upstream.found(name, anew=True)
        if found.models and name not in found.models:
            self._models.pop(name, None)
            raise model_not_found(name, found.models)


def _described(found: Found) -> str:
    asked = _ASKED[found.api] if found.api else "no API that is known here"
    tools = "; its template knows no tools" if found.tools is False else ""
    return f"{found.dialect.title}, asked by {asked}{tools}"


class Addressed(Source):
    """Models by address, ``http://host/v1#name``, and whole upstreams that a request's header names.

    Only for a server whose token nobody else has: whoever may name addresses reaches what this machine reaches.
    """

    def __init__(self, silence: float | None = None) -> None:
        self._silence = silence
        self._known: dict[Through, Listed] = {}
        self._scenes = Scenes()

    def model(self, name: str) -> Model | None:
        """The model at an address, or the scene of that name; None for a name that is neither."""
        if is_scene(name):
            return self._scenes.model(name)
        if "://" not in name:
            return None
        url, _, model = name.partition("#")
        if not model:
            raise no_model(f"'{name}' names a server and no model of it: write ADDRESS#MODEL.")
        return self._listed(Through(url=url)).model(model)

    def through(self, headers: Mapping[str, str]) -> Listed | None:
        """The upstream that a request's header names; None: it names none."""
        given = headers.get(THROUGH_HEADER)
        if given is None:
            return None
        try:
            return self._listed(msgspec.json.decode(base64.b64decode(given), type=Through))
        except (ValueError, msgspec.MsgspecError):
            raise ApiError(f"The header {THROUGH_HEADER} cannot be read.", code="invalid_value") from None

    async def close(self) -> None:
        while self._known:
            await self._known.popitem()[1].close()

    def _listed(self, wanted: Through) -> Listed:
        if wanted not in self._known:
            while len(self._known) >= _MOST:
                del self._known[next(iter(self._known))]
            self._known[wanted] = Listed(_upstream(wanted, self._silence))
        return self._known[wanted]


def _upstream(wanted: Through, silence: float | None) -> Upstream:
    try:
        url = resolve(wanted.url).base_url
        if urlsplit(url).scheme not in ("http", "https"):
            raise SettingsError(f"{wanted.url!r} is no base URL. It looks like https://host/v1.")
    except SettingsError as error:
        raise no_model(str(error)) from None
    api: Any = wanted.api
    return Upstream(url, wanted.key, api=api, silence=silence, headers=dict(wanted.headers))
