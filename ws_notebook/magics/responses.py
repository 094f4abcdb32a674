"""The magics: parse, call the session, choose a view."""

from __future__ import annotations

import argparse
import weakref
from typing import Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from traitlets import Bool, Enum, Int, Unicode

from .. import kernel
from ..exceptions import SettingsError, WsNotebookError
from ..session.run import Run
from ..session.session import Session
from ..tools import AnyTool, Tool
from ..views import View, choose_view
from .cells import CellTree
from .options import magic_help, parse_cell_options, parse_subcommand
from .prompt import interpolate
from .subcommands import Subcommands

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
    max_turns = Int(50, help="The most turns of one run.").tag(config=True)
    view = Enum(("auto", "live", "text", "none"), "auto", help="How a run is shown.").tag(config=True)

    def __init__(self, shell: Any) -> None:
        super().__init__(shell=shell)
        self._sessions: dict[str, Session] = {}
        self._api_key: str | None = None
        self._trees: weakref.WeakKeyDictionary[Session, CellTree] = weakref.WeakKeyDictionary()

    @no_var_expand
    @cell_magic("responses")  # type: ignore[arg-type]  # IPython's own types of these decorators are wrong
    def ask(self, line: str, cell: str) -> Run:
        try:
            options = parse_cell_options(line)
            session = self._session(options)
            prompt = cell if options.raw else interpolate(cell, self._names)
            return self._ask(session, prompt.strip("\n"), options)
        except WsNotebookError as error:
            raise _brief(error) from None

    @no_var_expand
    @line_magic("responses")  # type: ignore[arg-type]
    def command(self, line: str) -> Any:
        try:
            name, words = parse_subcommand(line)
            return getattr(Subcommands(self), name)(words)
        except WsNotebookError as error:
            raise _brief(error) from None

    def close(self) -> None:
        """Close the magics' own sessions."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    # For the subcommands.

    def default_session(self, transport: str | None = None) -> Session:
        """The magics' own session, made when it is first needed; one for each transport that was asked for."""
        key = transport or "auto"
        if key not in self._sessions:
            self._sessions[key] = Session(
                provider=self.provider,
                model=self.model or None,
                api_key=self._api_key,
                transport=key,
                store=self.store,
                instructions=self.instructions or None,
                max_turns=self.max_turns,
            )
        return self._sessions[key]

    def connect(self, provider: str, api_key: str) -> None:
        """Begin anew with another provider and key."""
        self.close()
        self.provider, self._api_key = provider, api_key

    def reset(self, session: Session) -> None:
        session.reset()
        self._trees.pop(session, None)

    def named_session(self, name: str | None) -> Session:
        """The session in this variable, or the magics' own. Raises SettingsError with what there is."""
        if name is None:
            return self.default_session()
        found = self._names.get(name)
        if isinstance(found, Session):
            return found
        known = [key for key, value in self._names.items() if isinstance(value, Session) and key[0] != "_"]
        hint = f"Variables that do: {', '.join(known)}." if known else f"Make one: {name} = wsn.Session()."
        raise SettingsError(f"{name!r} does not hold a Session. {hint}")

    def offered_tools(self, session: Session) -> dict[str, AnyTool]:
        """Every tool that a bare cell offers, by its name: the session's and those of the notebook."""
        found = {tool.name: tool for tool in session.tools}
        for variable, value in list(self._names.items()):
            if isinstance(value, Tool) and not variable.startswith("_"):
                found[value.name] = value
        return found

    # Inside.

    @property
    def _names(self) -> dict[str, Any]:
        """The notebook's own names."""
        names: dict[str, Any] = self.shell.user_ns if self.shell is not None else {}
        return names

    def _session(self, options: argparse.Namespace) -> Session:
        if options.session is not None and options.transport is not None:
            raise SettingsError(
                "--transport belongs to the magics' own session. Give yours its transport in Session(…)."
            )
        if options.session is not None:
            return self.named_session(options.session)
        return self.default_session(options.transport)

    def _ask(self, session: Session, prompt: str, options: argparse.Namespace) -> Run:
        cell = kernel.cell_id()
        tree = self._trees.setdefault(session, CellTree())
        views: list[View] = []

        def watch(run: Run) -> Any:
            views.append(self._view(session, run, options.view or self.view))
            views[0].show()
            return views[0].observe

        run = session.start(
            prompt,
            parent=self._parent(session, tree, cell, options),
            model=options.model,
            instructions=options.instructions,
            tools=self._tools(session, options),
            max_turns=options.max_turns,
            store=options.store,
            options=options.request,
            watch=watch,
        )
        if options.output:
            self._names[options.output] = run
        try:
            run.result()
        except (WsNotebookError, KeyboardInterrupt) as error:
            raise _brief(error) from None
        finally:
            tree.remember(cell, run)
            for view in views:
                view.finish(run.state)
        return run.shown()

    def _parent(self, session: Session, tree: CellTree, cell: str | None, options: argparse.Namespace) -> Any:
        if options.new:
            return None
        if options.parent is None:
            return tree.parent(cell)
        held = self._names.get(options.parent)
        if isinstance(held, Run):
            return held
        named = next((run for run in session.runs if run.id == options.parent), None)
        if named is not None or options.parent.startswith("resp"):
            return named or options.parent
        known = ", ".join(run.id for run in session.runs[-8:]) or "none yet"
        raise SettingsError(
            f"--from {options.parent}: neither a run ({known}), a response id, nor a variable with a Run."
        )

    def _tools(self, session: Session, options: argparse.Namespace) -> list[AnyTool]:
        if options.no_tools:
            return []
        offered = self.offered_tools(session)
        if options.tools is None:
            return list(offered.values())
        chosen = []
        for name in filter(None, (word.strip() for word in options.tools.split(","))):
            held = self._names.get(name)
            tool = offered.get(name) or (held if isinstance(held, Tool) else None)
            if tool is None:
                raise SettingsError(_unknown_tool(name, held, sorted(offered)))
            chosen.append(tool)
        return chosen

    def _view(self, session: Session, run: Run, wanted: str) -> View:
        return choose_view(
            wanted,
            run.state,
            session.header(run.state),
            live=kernel.cell_id() is not None,
            in_kernel=kernel.in_kernel(),
            on_stop=run.cancel,
            call_later=session.call_later,
        )


ResponsesMagics.ask.__doc__ = ResponsesMagics.command.__doc__ = magic_help()  # type: ignore[assignment]


def _unknown_tool(name: str, held: Any, known: list[str]) -> str:
    if callable(held):
        return f"{name} is a function but no tool. Put @wsn.tool above its definition and run that cell again."
    return (
        f"There is no tool named {name!r}. The notebook has: {', '.join(known) or 'none; define one with @wsn.tool'}."
    )


def _brief(error: BaseException) -> BaseException:
    """The error shown in the cell as one paragraph instead of the path through this package."""
    name = type(error).__name__
    text = str(error) or "The run was stopped. What has streamed is kept; the next cell goes on from it."
    error._render_traceback_ = lambda: [f"\x1b[31m{name}\x1b[0m: {text}"]  # type: ignore[attr-defined]
    return error
