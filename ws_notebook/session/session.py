"""A session: one provider, one connection, its tools and its tree of runs."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import os
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from .. import settings as settings_module
from ..core.changes import Change
from ..core.run import LATEST, Latest, RunState
from ..core.turn import TurnState
from ..core.waits import Waits
from ..engine.connector import Connector
from ..engine.engine import Engine
from ..engine.portal import portal
from ..engine.rest import call_held
from ..exceptions import SettingsError
from ..secrets import Keys
from ..settings import ApiKey, Profile
from ..tools import Toolable, ToolRegistry
from ..tools.approval import PendingCall
from ..transports.base import Transport
from ..transports.compression import Compression
from .arguments import check, own_transport
from .asking import AskSettings, StartSettings, asks
from .beginning import begin
from .errors import shortened
from .export import SpanExports, write_trace
from .figures import Figures
from .host import Host
from .keeper import Keeper
from .mapping import Maps
from .panel import panels
from .parsed import answer_format, text_options
from .question import Input, Question, question
from .recording import Recording, recorded_facts, recording_of, start_recording
from .request import checked_turns, request_settings
from .run import Run

if TYPE_CHECKING:
    from ..network.network import Network

__all__ = ["Session"]

Parent = Run | str | Latest | None
_WARM_UP: Mapping[str, Any] = {"generate": False}


class Session(Maps, Host[Run]):
    """Talks to one provider over one connection, on a background thread.

    provider: "auto" (openai with OPENAI_API_KEY set, else the embedded server), a name, or a base URL.
    profile: how a base URL behaves: a provider's name or a Profile.
    api_key: a string, or a callable that is asked again at each connection; default: the environment.
    headers, ssl: extra handshake headers; an ssl.SSLContext for a private certificate authority.
    transport: "auto", "websocket", "http" or a Transport.
    compression: "auto" offers permessage-deflate to servers elsewhere, "deflate" to all, None to none.
    through: "local" has the embedded server stand in front of that base URL: it gives it WebSocket mode and lanes.
    network: how far away the embedded server is made to be: "4g", wsn.Network(rtt="80ms"); see docs/lab.md.
    waits: the longest waits, as `wsn.Waits(silence=600, connect=30)`; see docs/reliability.md.
    prices: {model: (input, cached, output)} per million tokens, in any currency: what batches and comparisons cost.
    store: whether the provider keeps the responses. options: any other field of a Responses create.

    Nothing is contacted before the first question. Raises SettingsError for arguments that cannot be used.
    """

    @shortened
    def __init__(  # noqa: PLR0913 - each by its name
        self,
        *,
        provider: str = "auto",
        profile: str | Profile | None = None,
        model: str | None = None,
        api_key: ApiKey = None,
        headers: Mapping[str, str] | None = None,
        ssl: Any = None,
        transport: str | Transport = "auto",
        compression: str | None = "auto",
        through: str | None = None,
        network: str | Network | None = None,
        waits: Waits | None = None,
        prices: Mapping[str, Sequence[float]] | None = None,
        store: bool = False,
        instructions: str | None = None,
        tools: Iterable[Toolable] | None = None,
        max_turns: int = 50,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        check(provider=provider, profile=profile, model=model, api_key=api_key, headers=headers, ssl=ssl)
        check(transport=transport, compression=compression, store=store, instructions=instructions)
        check(tools=tools, options=options, prices=prices)
        given = own_transport(transport, compression)
        provider, model = recorded_facts(given, provider, model)
        self.settings = settings_module.resolve(
            provider,
            profile=profile,
            model=model,
            api_key=api_key,
            headers=headers,
            ssl=ssl,
            transport="auto" if given is not None else str(transport),
            compression=compression,
            through=through,
            network=network,
        )
        self.tools = ToolRegistry(tools or ())
        """The tools that every run offers."""
        self.store, self.instructions = store, instructions
        self.prices = dict(prices or {})
        """What a million tokens cost, by model: (input, cached, output)."""
        self.max_turns = checked_turns(max_turns)
        self.options = dict(options or {})
        self._numbers = itertools.count(1)
        self.epoch = time.time() - time.monotonic()
        """What a moment of the monotonic clock, in seconds, is short of the time since the epoch."""
        home, keys = portal(), Keys()
        self._engine = Engine(Connector(self.settings, keys, home, given, Waits.of(waits)), keys, home)
        self._engine.watchers.append(panels().touch)
        self._spans, self._figures = SpanExports(home), Figures()
        # A session that nobody holds rests; its runs may still be read, and asked for another handle of it.
        rests = weakref.WeakMethod(self._engine.rest)
        self._keeper = Keeper(self, functools.partial(home.post_or_not, call_held, rests))
        panels().add(self)

    # Asking.

    @shortened
    @asks
    def ask(self, input: Input | Question, **settings: Unpack[AskSettings[Run]]) -> Run:
        """Ask, wait for the answer, and return the run. See `start` for the arguments.

        `timeout`: the seconds after which a run that has not ended is stopped and TimeoutError raised, whose `run` has
        what had come; `start(…).result(timeout=…)` leaves it running. Raises the run's error if it fails.
        KeyboardInterrupt stops the run and keeps what had come.
        """
        timeout = settings.pop("timeout", None)
        check(timeout=timeout)
        return self._start_inside_tool(input, settings)._wait_or_stop(timeout)

    @shortened
    @asks
    async def ask_async(self, input: Input | Question, **settings: Unpack[AskSettings[Run]]) -> Run:
        """The same for `await`. Cancelling the task stops the run.

        Meanwhile tools run on the kernel's own loop; without a kernel, coroutine functions on this one and other
        functions in a thread beside it, one after another, so that the loop goes on.
        """
        timeout = settings.pop("timeout", None)
        check(timeout=timeout)
        return await self._start_inside_tool(input, settings)._awaited(timeout)

    @shortened
    def start(
        self,
        input: Input | Question,
        *,
        parent: Parent = LATEST,
        model: str | None = None,
        instructions: str | None = None,
        tools: Iterable[Toolable] | None = None,
        max_turns: int | None = None,
        store: bool | None = None,
        text_format: Any = None,
        images: Iterable[Any] | None = None,
        options: Mapping[str, Any] | None = None,
        watch: Callable[[Run], Callable[[RunState, Change], None]] | None = None,
    ) -> Run:
        """Ask and return at once.

        input: words, or a list of items. parent: the run or response id to continue; default: the
        latest run that can be continued (one in progress is waited for); None: start afresh. The
        others override the session's own for this run. `text_format`: the answer's type, see `run.parsed`;
        `images`: pictures, figures, paths, URLs. `watch(run)` may give an observer that misses nothing.

        Raises SettingsError for input that cannot be sent, and never for what happens later: that is in `result()`.
        """
        self._refuse_closed()
        check(model=model, instructions=instructions, tools=tools, max_turns=max_turns, store=store)
        check(options=options, watch=watch)
        offered = ToolRegistry(self.tools if tools is None else tools)
        # A warm-up needs no words.
        asked = Question([]) if input == [] and options == _WARM_UP else question(input, images)
        wanted = answer_format(text_format)
        request = request_settings(
            asked.items,
            model=self.settings.named(model),
            instructions=self.instructions if instructions is None else instructions,
            tools=offered,
            max_turns=self.max_turns if max_turns is None else max_turns,
            store=self.store if store is None else store,
            options=text_options({**self.options, **(options or {})}, wanted),
        )
        return begin(self, asked, request, offered, wanted=wanted, wants=self._wanted(parent), watch=watch)

    def warm_up(self, tools: Iterable[Toolable] | None = None) -> Run:
        """Open the connection and have the provider read instructions and tools, without an answer; returns at once.

        The next question continues from it. `tools`: others than the session's own. Raises SettingsError where the
        provider has no warm-up.
        """
        if not self.settings.serving.warm_up:
            raise SettingsError(f"{self.settings.provider} has no warm-up. Just ask: the first question connects.")
        return self.start([], tools=tools, options=_WARM_UP)

    def compact(self, parent: Run | None = None) -> Run:
        """Have the provider make a run's history short, wait for it, and return a run that holds what came of it.

        Later questions continue from there and send those items instead of the history. `parent`: the run up to whose
        end it goes; default: the latest (one in progress is waited for). Raises SettingsError where there is none,
        and what the provider answers as an error; nothing has changed then.
        """
        from .compaction import compacted, latest_to_compact

        self._refuse_closed()
        if not isinstance(parent, Run | None):
            raise SettingsError(f"parent must be a run, not {parent!r}. Take one of session.runs.")
        wanted = self._wanted(LATEST if parent is None else parent)
        state = wanted if isinstance(wanted, RunState) else latest_to_compact(self._engine.states())
        before, portal, waiters = self._engine.courses[state.id], self._engine.portal, self._engine.waiters
        waiters.wait(before, lambda: before.done)
        name, connector = f"r{next(self._numbers)}", self._engine.connector
        made = portal.submit(compacted(name, state, connector.endpoint, self.keys))
        made.add_done_callback(lambda _: waiters.wake())
        try:
            portal.work.wait(made, made.done)
        except KeyboardInterrupt:
            made.cancel()
            raise
        run = Run(self._engine, self._keeper.handle, made.result(), ToolRegistry())
        self._engine.add_ended(run._course)
        return run

    @shortened
    def record(self, path: str | Path) -> Recording:
        """Write every frame from now on to a cassette, scrubbed of secrets, until the recording's `stop()`."""
        self._refuse_closed()
        check(path=path or "")
        return start_recording(self, path)

    @property
    def on_approval(self) -> Callable[[PendingCall], object] | None:
        """Called, in a thread of its own, with each call that waits for approval: it decides by `call.approve()` or
        `call.deny("…")`, then or later, and nobody is asked by `input()`. Can be set at any time; None: nobody is."""
        return self._engine.approvals.on_approval

    @on_approval.setter
    def on_approval(self, decider: Callable[[PendingCall], object] | None) -> None:
        self._engine.approvals.on_approval = decider

    @property
    def recording(self) -> Recording | None:
        """The recording that goes on, or None."""
        return recording_of(self)

    # Looking.

    @property
    def waits(self) -> Waits:
        """The longest waits. Others can be set, from now on. Raises SettingsError for what is no `Waits`."""
        return self._engine.connector.waits

    @waits.setter
    def waits(self, waits: Waits | None) -> None:
        self._engine.connector.waits = self._engine.protocol.waits = Waits.of(waits)

    @property
    def compression(self) -> Compression | None:
        """What became of permessage-deflate on its sockets, and what it saved; None where its transport has none.

        Everywhere else, as in `bytes_sent`, bytes are those of the messages themselves.
        """
        return self._engine.connector.compression

    def states(self) -> list[RunState]:
        """The data behind every run, oldest first."""
        return self._engine.states()

    def latency(self, beside: Session | None = None) -> Any:
        """A plotly FigureWidget of every turn's latency, stacked by kind of time; it updates while runs go on.

        `beside`: another session, of another transport or provider, whose turns are marked over the bars. The same
        figure is given each time.
        """
        check(beside=beside)
        return self._figures.latency(self, beside)

    def panel(self) -> Any:
        """A widget with this session's connection, tree of runs, tools and totals; it updates while somebody looks."""
        from ..views.panel import panel_widget

        return panel_widget(lambda send: panels().outlet(send, self))

    def chat(self) -> Any:
        """A widget to ask, steer, stop and branch in, with a live view of each run."""
        from .chat import chat

        return chat(self)

    @shortened
    def timeline(self, run: Run | None = None) -> Any:
        """A widget with the timeline of a run; default: the latest. It follows a run that goes on to its end."""
        check(run=run)
        return self._figures.timeline(self, run)

    def trace(self, path: str | os.PathLike[str]) -> Path:
        """Write a trace of every run, which ui.perfetto.dev and chrome://tracing open; the file's path.

        Raises SettingsError where there is no run yet, or the file cannot be written.
        """
        check(path=path or "")
        return write_trace(self.runs, path)

    def export_spans(self, provider: Any = None, *, content: bool = False) -> None:
        """Hand every run, once it has ended, to OpenTelemetry as spans of its GenAI conventions; see docs/traces.md.

        `provider`: a TracerProvider; default: the process's own. `content`: whether prompts, answers, arguments and
        outputs go along. A provider is given each run once, however often it is named. Needs the extra
        `ws-notebook[otel]`; raises SettingsError where that is not installed, and for what is no TracerProvider.
        """
        self._spans.add(provider, content, self.runs)

    def __repr__(self) -> str:
        where = self.settings.base_url.partition("?")[0] or "embedded server"
        model = self.settings.model
        return (
            f"<Session {self.settings.provider} {where} model={model!r} {self.state}, {len(self._engine.courses)} runs>"
        )

    # Ending.

    def reset(self) -> None:
        """Stop what runs, close the connection and forget every run; tools and settings stay."""
        self._engine.forget()

    def close(self) -> None:
        """Stop what runs and close the connection for good. Runs and tables can still be read."""
        if self._engine.closed:
            return
        if self._engine.portal.forked:
            self._engine.closed = True  # the connection is the other process's
            return
        closing = self._engine.close()
        if not self._engine.portal.here:
            closing.result(5)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._engine.closed or self._engine.portal.forked:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.wrap_future(self._engine.close())

    # Inside.

    def _refuse_closed(self) -> None:
        self._engine.portal.refuse_fork()
        if self._engine.closed:
            raise SettingsError("This session is closed. Make another one with Session().")
        # These can be set at any time.
        check(options=self.options, instructions=self.instructions, store=self.store, tools=self.tools)

    def _start_inside_tool(self, input: Input | Question, settings: StartSettings[Run]) -> Run:
        """Start a run that is waited for at once; one that a tool would wait for in vain is stopped again."""
        if settings.get("parent", LATEST) is LATEST:
            self._engine.waiters.refuse_inside_tool()
        run = self.start(input, **settings)
        try:
            self._engine.waiters.refuse_inside_tool(run._course)
        except SettingsError:
            run.cancel()
            raise
        return run

    def _wanted(self, parent: Any) -> Latest | RunState | str | None:
        if isinstance(parent, Run):
            if parent._engine is not self._engine:
                raise SettingsError(
                    f"{parent.id} is a run of another session. Pass one of this session, or its response_id."
                )
            return parent.state
        if isinstance(parent, Latest | str | None) and parent != "":
            return parent
        hint = " A turn has one: pass turn.response_id." if isinstance(parent, TurnState) else ""
        raise SettingsError(
            "parent must be a run of this session, a response id, or None for a fresh start, not "
            f"{type(parent).__name__} {parent!r:.60}. Take one of session.runs.{hint}"
        )
