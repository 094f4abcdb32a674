"""The magics: parse, call the session, choose a view."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, Int, TraitError, Unicode, observe, validate

from .. import kernel
from ..batch.prompt import interpolate, trimmed
from ..core.changes import Change
from ..core.run import LATEST, Latest, RunState
from ..core.waits import Waits
from ..exceptions import RunCancelled, SettingsError, WsNotebookError
from ..session.asking import StartSettings
from ..session.panel import panels
from ..session.question import Question
from ..session.run import Run
from ..session.session import Session
from ..session.showing import finish_later, shown_in, view_of
from ..settings import provider_names
from ..tools.values.pictures import Picture, as_picture
from ..views import View
from .body import refuse_second_line
from .complete import matcher, offered
from .offer import chosen_tools
from .options import EFFORTS, TRANSPORTS, VIEWS, CellOptions, nearest, parse_cell_options
from .panel import MagicsGuide
from .report import brief
from .result import CellResult
from .rows import RowsAsked
from .sessions import Sessions
from .silence import silence
from .stamp import stamp
from .subcommands import magic_help, run_subcommand
from .values import format_type, picture_values

if TYPE_CHECKING:
    from ..batch.batch import Batch

__all__ = ["ResponsesMagics"]

T = TypeVar("T")


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
        self.sessions = Sessions(self, shell)
        self.matcher = matcher("responses", partial(offered, self.sessions))
        """Their part in the shell's completer."""
        self.result = CellResult(shell)
        self._guide = MagicsGuide(self.sessions)
        super().__init__(shell=shell)

    @no_var_expand
    @cell_magic("responses")  # type: ignore[arg-type]  # IPython's own types of these decorators are wrong
    def ask(self, line: str, cell: str) -> Run | Batch:
        try:
            options = parse_cell_options(line)
            if not options.raw:
                refuse_second_line(cell, " In a block of code, or with --raw, such a line is text.")
            session = self.sessions.get(options.session, options.transport)
            panels().guide = self._guide
            if options.map is not None:
                return self._mapped(session, cell, options)
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
            return run_subcommand(self.sessions, line)
        except WsNotebookError as error:
            raise brief(error) from None

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
        self.sessions.wait(change["new"])

    @observe("provider")
    def _provider_changed(self, _: Any) -> None:
        """The next cell begins anew; a key that was typed for one provider is not sent to another."""
        self.sessions.close()

    def _question(self, cell: str, options: CellOptions) -> Question:
        """The words of the cell, with the pictures in them and behind them."""
        notes: list[str] = []
        pieces = [cell] if options.raw else self._interpolated(cell, notes)
        added = [as_picture(value, name) for name, value in picture_values(options.images, self.sessions.names).items()]
        question = trimmed([*pieces, *added])
        if not question:
            raise SettingsError("The prompt is empty. Write it on the lines below the line of %%responses.")
        return Question.of_pieces(question, notes, stamp(cell))

    def _interpolated(self, cell: str, notes: list[str]) -> list[str | Picture]:
        """The pieces of the cell; `notes` gets what was left as typed."""
        hidden = getattr(self.shell, "user_ns_hidden", {})
        # IPython puts a few functions among the notebook's names (exit, open, …): words of code, nobody's values.
        ignored = [name for name, value in hidden.items() if callable(value) and self.sessions.names.get(name) is value]
        try:
            return interpolate(cell, self.sessions.names, ignored, notes.append)
        except Exception as error:  # noqa: BLE001 - whatever the user's expression raises
            raise brief(error, self.shell) from None

    def _start(self, session: Session, question: Question, options: CellOptions) -> tuple[Run, list[View]]:
        views: list[View] = []

        def watch(run: Run) -> Callable[[RunState, Change], None]:
            views.append(view_of(run, options.view or self.view))
            return shown_in(run, views[0])

        settings = self._settings(session, options)
        settings["watch"] = watch
        run = session.start(question, **settings)
        self.sessions.tree(session).begins(run)
        if options.output:
            self.sessions.names[options.output] = run
        return run, views

    def _settings(
        self, session: Session, options: CellOptions, parent: Run | str | Latest | None = None
    ) -> StartSettings[Run]:
        """What the cell says, else the magics' defaults where the session is their own, else the session's."""
        own, names = self.sessions.is_own(session), self.sessions.names

        def settled(said: T | None, default: T) -> T | None:
            return said if said is not None else (own and default) or None

        return StartSettings[Run](
            text_format=None if options.format is None else format_type(options.format, names),
            parent=parent or self._parent(session, options),
            model=settled(options.model, self.model),
            instructions=settled(options.instructions, self.instructions),
            tools=chosen_tools(options.tools, self.sessions.offered(session), names),
            max_turns=settled(options.max_turns, self.max_turns),
            store=settled(options.store, self.store),
            options=_with_effort(options.request, self.effort if own else ""),
        )

    def _mapped(self, session: Session, cell: str, options: CellOptions) -> Batch:
        """Ask the cell over each row. Its answers are in the variables that it names, also while they come."""
        names = self.sessions.names
        rows = RowsAsked(cell, options, names)
        asked = {**self._settings(session, options, LATEST), "images": picture_values(options.images, names) or None}
        asked.pop("parent")
        batch: Batch = session.start_map(
            rows.data, rows.prompt, names=rows.names, view=options.view or self.view, **cast(Any, asked)
        )
        if options.output:
            names[options.output] = batch
        if options.background:
            rows.fill_later(batch, names)
            return batch
        try:
            return batch.result()
        finally:
            rows.fill(batch, names)

    def _finished(self, session: Session, run: Run, views: list[View]) -> Run:
        """Wait for the end and show it. Raises the run's error; a stop, of which a live view tells, without a word."""
        try:
            run.result()
        except (RunCancelled, KeyboardInterrupt) as error:
            if any(view.widgets for view in views) and run.state.stopped:
                silence(self.shell, error)
            raise
        finally:
            self._ended(session, kernel.cell_id(), run, views)
        return self.result.shown(run)

    def _left_running(self, session: Session, run: Run, views: list[View]) -> Run:
        """Let it go on while other cells run; its views get their last picture when it ends."""
        ended = partial(self._ended, session, kernel.cell_id(), run, views)
        finish_later(run, ended, widgets=any(view.widgets for view in views))
        return self.result.shown(run)

    def _ended(self, session: Session, cell: str | None, run: Run, views: list[View]) -> None:
        """Note what the cell made, and have the last picture shown."""
        self.sessions.tree(session).remember(cell, run)
        for view in views:
            view.finish(run.state)

    def _parent(self, session: Session, options: CellOptions) -> Run | str | Latest | None:
        if options.new:
            return None
        wanted = options.parent
        if wanted is None:
            return self.sessions.tree(session).parent(kernel.cell_id(), session)
        held = self.sessions.names.get(wanted)
        if isinstance(held, Run):
            return held
        found = next((run for run in session.runs if run.id == wanted), None)
        if found is not None:
            return self.sessions.tree(session).followed(kernel.cell_id(), found)
        if wanted.startswith("resp"):
            return wanted
        if any(turn.response_id == wanted for run in session.runs for turn in run.turns):
            return wanted
        known = ", ".join(run.id for run in session.runs[-8:]) or "none yet"
        raise SettingsError(f"--from {wanted}: neither a run ({known}), a response id, nor a variable with a Run.")


def _with_effort(fields: dict[str, Any], default: str) -> dict[str, Any]:
    """Fields of the request, with an effort where they name none."""
    reasoning = fields.get("reasoning", {})
    if not default or not isinstance(reasoning, dict):
        return fields
    return {**fields, "reasoning": {"effort": default, **reasoning}}


ResponsesMagics.ask.__doc__ = ResponsesMagics.command.__doc__ = magic_help()  # type: ignore[assignment]
