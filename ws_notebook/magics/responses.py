"""The magics: parse, call the session, choose a view."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, Int, TraitError, Unicode, observe, validate

from .. import kernel
from ..core.changes import Change
from ..core.run import Latest, RunState
from ..core.waits import Waits
from ..exceptions import RunCancelled, SettingsError, WsNotebookError
from ..session.host import Host
from ..session.panel import panels
from ..session.question import Question
from ..session.run import Run
from ..session.session import Session
from ..session.showing import RunControls, finish_later, shown_in
from ..settings import provider_names
from ..tools.values.pictures import Picture, as_picture
from ..transports.replay import ReplayTransport
from ..views import View, choose_view
from .body import refuse_second_line
from .cells import CellTree
from .complete import matcher
from .help import magic_help
from .offer import chosen_tools, offered_tools
from .options import EFFORTS, TRANSPORTS, VIEWS, CellOptions, nearest, parse_cell_options
from .panel import MagicsGuide
from .prompt import interpolate, trimmed
from .report import brief
from .result import CellResult
from .silence import silence
from .stamp import stamp
from .subcommands import run_subcommand
from .values import format_type, picture_values

__all__ = ["ResponsesMagics"]


@magics_class
class ResponsesMagics(Magics):
    """`%%responses` asks; `%responses` shows and steers. Defaults: `%config ResponsesMagics.model = "…"`."""

    provider = Unicode("auto", help="What the magics' own session connects to: a provider's name or a base URL.").tag(
        config=True
    )
    model = Unicode("", help="The model; empty: the provider's usual one.").tag(config=True)
    instructions = Unicode("", help="Instructions for the model.").tag(config=True)
    store = Bool(False, help="Whether the provider keeps the responses.").tag(config=True)
    max_turns = Int(50, min=1, help="The most turns of one run.").tag(config=True)
    effort = Enum(("", *EFFORTS), "", help="Reasoning effort; empty: the provider's usual one.").tag(config=True)
    transport = Enum(("auto", *TRANSPORTS), "auto", help="How the magics' own session connects.").tag(config=True)
    waits = AnyTrait(None, help="The longest waits in seconds: wsn.Waits(silence=600, …), or a dict of them.").tag(
        config=True
    )
    view = Enum(VIEWS, "auto", help="How a run is shown.").tag(config=True)

    def __init__(self, shell: Any) -> None:
        self.matcher = matcher(self)
        """Their part in the shell's completer."""
        self.result = CellResult(shell)
        self._guide = MagicsGuide(self)
        self._sessions: dict[str, Session] = {}
        self._api_key: str | None = None
        self._replay: ReplayTransport | None = None
        self._aside: dict[str, Session] = {}
        """The provider's sessions while a cassette stands in its place."""
        self._trees: weakref.WeakKeyDictionary[Host[Run], CellTree] = weakref.WeakKeyDictionary()
        super().__init__(shell=shell)

    @no_var_expand
    @cell_magic("responses")  # type: ignore[arg-type]  # IPython's own types of these decorators are wrong
    def ask(self, line: str, cell: str) -> Run:
        try:
            options = parse_cell_options(line)
            if not options.raw:
                refuse_second_line(cell, " In a block of code, or with --raw, such a line is text.")
            session = self.session(options.session, options.transport)
            panels().guide = self._guide
            run, views = self._start(session, self._question(cell, options), options)
            if options.background:
                return self._left_running(session, run, views)
            return self._finished(session, run, views)
        except (WsNotebookError, KeyboardInterrupt) as error:
            raise brief(error) from None

    @no_var_expand
    @line_magic("responses")  # type: ignore[arg-type]
    def command(self, line: str) -> Any:
        try:
            return run_subcommand(self, line)
        except WsNotebookError as error:
            raise brief(error) from None

    def close(self) -> None:
        """Close the magics' own sessions and forget the key that was typed."""
        sessions = [*self._sessions.values(), *self._aside.values()]
        self._sessions, self._aside, self._api_key = {}, {}, None
        for session in sessions:
            session.close()

    # For the subcommands and the completer.

    @property
    def names(self) -> dict[str, Any]:
        """The notebook's names."""
        names: dict[str, Any] = self.shell.user_ns if self.shell is not None else {}
        return names

    @property
    def sessions(self) -> dict[str, Session]:
        """The variables that hold a Session."""
        held = [(name, value) for name, value in list(self.names.items()) if name[0] != "_"]
        return {name: value for name, value in held if isinstance(value, Session)}

    def known_sessions(self, name: str | None = None) -> list[Session]:
        """The session in this variable, or those that the magics have made; none is made for it."""
        if name is None:
            return list(self._sessions.values())
        return [self.sessions[name]] if name in self.sessions else []

    def session(self, name: str | None = None, transport: str | None = None) -> Session:
        """The session in this variable, or the magics' own, made when it is first needed; one for each transport.

        Raises SettingsError with what there is.
        """
        if name is None:
            return self._own_session(transport or self.transport)
        if transport is not None:
            raise SettingsError("A session of yours has its own transport. Name either one.")
        found = self.names.get(name)
        if isinstance(found, Session):
            return found
        hint = nearest(name, self.sessions) or f" Make one: {name} = wsn.Session()."
        raise SettingsError(f"{name!r} does not hold a Session.{hint}")

    def address(self, session: Host[Run]) -> str | None:
        """The options with which a cell asks over one of the magics' own sessions; None: it is none of them."""
        for transport, own in self._sessions.items():
            if own is session and transport == self.transport:
                return ""
            if own is session and transport in TRANSPORTS:
                return f"--transport {transport}"
        return None

    def model_of(self, session: Session) -> str:
        """The model that a bare cell asks."""
        return (self.model if self._is_own(session) else "") or session.settings.model

    def connect(self, provider: str, api_key: str) -> None:
        """Begin anew with another provider and key."""
        self.provider = provider
        self.close()
        self._api_key = api_key

    def replay(self, transport: ReplayTransport | None) -> None:
        """Have a cassette in the provider's place; without one, go on with the provider's sessions."""
        if self._replay is None:
            self._aside, self._sessions = self._sessions, {}
        for session in self._sessions.values():
            session.close()
        self._sessions = self._aside if transport is None else {}
        self._aside = {} if transport is None else self._aside
        self._replay = transport

    def tree(self, session: Host[Run]) -> CellTree:
        """Which cells made the session's runs."""
        return self._trees.setdefault(session, CellTree())

    # Inside.

    @validate("provider")
    def _provider_is_known(self, proposal: Any) -> str:
        name = str(proposal["value"])
        known = provider_names()
        if "://" not in name and name not in known:
            hint = nearest(name, known)
            raise TraitError(f"There is no provider {name!r}.{hint} Known are {', '.join(known)}, or a base URL.")
        return name

    @validate("waits")
    def _waits_are_known(self, proposal: Any) -> Waits:
        try:
            return Waits.of(proposal["value"])
        except SettingsError as error:
            raise TraitError(str(error)) from None

    @observe("waits")
    def _waits_changed(self, change: Any) -> None:
        """The magics' own sessions keep them from now on."""
        for session in [*self._sessions.values(), *self._aside.values()]:
            session.waits = change["new"]

    @observe("provider")
    def _provider_changed(self, _: Any) -> None:
        """The next cell begins anew; a key that was typed for one provider is not sent to another."""
        self.close()

    def _own_session(self, transport: str) -> Session:
        if transport not in ("auto", *TRANSPORTS):
            raise SettingsError(f"--transport takes {' or '.join(TRANSPORTS)}, not {transport!r}.")
        if transport not in self._sessions:
            self._sessions[transport] = Session(
                provider=self.provider,
                model=self.model or None,
                api_key=self._api_key,
                transport=transport if self._replay is None else self._replay,
                waits=self.waits,
            )
        return self._sessions[transport]

    def _is_own(self, session: Session) -> bool:
        return session in self._sessions.values()

    def _question(self, cell: str, options: CellOptions) -> Question:
        """The words of the cell, with the pictures in them and behind them."""
        notes: list[str] = []
        pieces = [cell] if options.raw else self._interpolated(cell, notes)
        added = [as_picture(value, name) for name, value in picture_values(options.images, self.names).items()]
        question = trimmed([*pieces, *added])
        if not question:
            raise SettingsError("The prompt is empty. Write it on the lines below the line of %%responses.")
        return Question.of_pieces(question, notes, stamp(cell))

    def _interpolated(self, cell: str, notes: list[str]) -> list[str | Picture]:
        """The pieces of the cell; `notes` gets what was left as typed."""
        hidden = getattr(self.shell, "user_ns_hidden", {})
        # IPython puts a few functions among the notebook's names (exit, open, …): words of code, nobody's values.
        ignored = [name for name, value in hidden.items() if callable(value) and self.names.get(name) is value]
        try:
            return interpolate(cell, self.names, ignored, notes.append)
        except Exception as error:  # noqa: BLE001 - whatever the user's expression raises
            raise brief(error, self.shell) from None

    def _start(self, session: Session, question: Question, options: CellOptions) -> tuple[Run, list[View]]:
        views: list[View] = []

        def watch(run: Run) -> Callable[[RunState, Change], None]:
            views.append(self._view(session, run, options.view or self.view))
            return shown_in(run, views[0])

        run = session.start(
            question,
            text_format=None if options.format is None else format_type(options.format, self.names),
            parent=self._parent(session, options),
            tools=chosen_tools(options.tools, offered_tools(session.tools, self.names), self.names),
            options=self._fields(session, options),
            watch=watch,
            **self._settings(session, options),
        )
        self.tree(session).begins(run)
        if options.output:
            self.names[options.output] = run
        return run, views

    def _settings(self, session: Session, options: CellOptions) -> dict[str, Any]:
        """What the cell says, else the magics' defaults where the session is their own, else the session's."""
        names = ("model", "instructions", "max_turns", "store")
        defaults = {name: getattr(self, name) for name in names} if self._is_own(session) else {}
        given = {name: getattr(options, name) for name in names}
        return {name: defaults.get(name) or None if value is None else value for name, value in given.items()}

    def _fields(self, session: Session, options: CellOptions) -> dict[str, Any]:
        """Other fields of the request, with the magics' default effort where the session is their own."""
        reasoning = options.request.get("reasoning", {})
        if not self.effort or not self._is_own(session) or not isinstance(reasoning, dict):
            return options.request
        return {**options.request, "reasoning": {"effort": self.effort, **reasoning}}

    def _finished(self, session: Session, run: Run, views: list[View]) -> Run:
        """Wait for the end and show it. Raises the run's error; a stop, of which a live view tells, without a word."""
        try:
            run.result()
        except (RunCancelled, KeyboardInterrupt) as error:
            if any(view.widgets for view in views) and run.state.stopped:
                silence(self.shell, error)
            raise
        finally:
            self.tree(session).remember(kernel.cell_id(), run)
            for view in views:
                view.finish(run.state)
        return self.result.shown(run)

    def _left_running(self, session: Session, run: Run, views: list[View]) -> Run:
        """Let it go on while other cells run; its views get their last picture when it ends."""
        cell = kernel.cell_id()

        def last_picture() -> None:
            self.tree(session).remember(cell, run)
            for view in views:
                view.finish(run.state)

        finish_later(run, last_picture, widgets=any(view.widgets for view in views))
        return self.result.shown(run)

    def _parent(self, session: Session, options: CellOptions) -> Run | str | Latest | None:
        if options.new:
            return None
        wanted = options.parent
        if wanted is None:
            return self.tree(session).parent(kernel.cell_id(), session)
        held = self.names.get(wanted)
        if isinstance(held, Run):
            return held
        found = next((run for run in session.runs if run.id == wanted), None)
        if found is not None:
            return self.tree(session).followed(kernel.cell_id(), found)
        if wanted.startswith("resp"):
            return wanted
        if any(turn.response_id == wanted for run in session.runs for turn in run.turns):
            return wanted
        known = ", ".join(run.id for run in session.runs[-8:]) or "none yet"
        raise SettingsError(f"--from {wanted}: neither a run ({known}), a response id, nor a variable with a Run.")

    def _view(self, session: Session, run: Run, wanted: str) -> View:
        return choose_view(
            wanted,
            run.state,
            session.header(run.state),
            RunControls(run),
            live=kernel.cell_id() is not None,
            in_kernel=kernel.in_kernel(),
        )


ResponsesMagics.ask.__doc__ = ResponsesMagics.command.__doc__ = magic_help()  # type: ignore[assignment]
