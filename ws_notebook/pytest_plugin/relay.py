"""A server in the test's own process, for clients that are not ours: in front of a cassette, or of a provider."""

from __future__ import annotations

import os
import secrets

from ..cassette import Answers, Cassette
from ..engine.portal import portal
from ..secrets import Keys
from ..server.app import ServerOptions, bound
from ..server.models.demo import DemoModel, Pace
from ..server.models.replay import Replayed
from ..server.models.upstream.service import Upstream
from ..server.models.upstream.sources import Listed
from ..server.service import Source
from ..server.store import MemoryStore
from ..server.taping import Taping
from ..settings import key_in, resolve
from ..transports.recording import Recorder

__all__ = ["Relay"]

_LOCAL = "local"
_STORED = 1000
"""Responses that can be continued by their ids."""


class Relay:
    """A server that clients reach at `base_url` with `api_key`; over WebSockets at `websocket_base_url`."""

    def __init__(self, source: Source | None, taping: Taping | None = None) -> None:
        self.api_key = secrets.token_urlsafe(24)
        self._source = source or Source()
        self._store = MemoryStore(_STORED)
        self._taping = taping
        demo = [] if source is not None else [DemoModel(Pace(0, 0))]
        options = ServerOptions(models=demo, token=self.api_key, source=self._source, taping=taping)
        self._bound = portal().call(bound, options, self._store)
        self.base_url = self._bound.base_url()
        self.websocket_base_url = self.base_url.replace("http", "ws", 1)

    @classmethod
    def of_cassette(cls, cassette: Cassette, *, exact: bool = False, speed: float = 0.0) -> Relay:
        """One that answers what was recorded, and reaches nobody."""
        return cls(Replayed(Answers(cassette, exact=exact), "replay of a recording", speed))

    @classmethod
    def of_provider(
        cls, upstream: str, variable: str, recorder: Recorder, keys: Keys, known: Cassette | None = None
    ) -> Relay:
        """One in front of a provider; all it answers is recorded, without the `keys`.

        Its key comes from that environment variable, or the usual one. Raises SettingsError for a provider that is
        none, or whose key is missing.
        """
        taping = Taping(recorder, None if known is None else Answers(known))
        if upstream == _LOCAL:
            return cls(None, taping)
        settings = resolve(upstream, api_key=key_in(variable) if variable else None)
        key = settings.key()
        keys.add([key] if key else [])
        return cls(Listed(Upstream(settings.base_url, key, headers=settings.headers)), taping)

    def __repr__(self) -> str:
        return f"<relay at {self.base_url}>"

    @property
    def environment(self) -> dict[str, str]:
        """What clients that are set up by the environment read there."""
        beside = ",".join(filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), "127.0.0.1"]))
        return {
            "OPENAI_BASE_URL": self.base_url,
            "OPENAI_API_KEY": self.api_key,
            "NO_PROXY": beside,
            "no_proxy": beside,
        }

    def close(self) -> None:
        """End it, and what it records."""
        portal().submit(self._close()).result()

    async def _close(self) -> None:
        await self._bound.close()
        await self._source.close()
        self._store.close()
        if self._taping is not None:
            self._taping.recorder.stop()
