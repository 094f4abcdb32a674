"""Going on from a tool call: its code in a cell of its own, or the run once more with another output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import kernel
from ..core.items import Item, tool_output
from ..core.lineage import CANCELLED_OUTPUT, round_of
from ..core.turn import CallState, TurnState
from ..exceptions import SettingsError
from ..tools.values.outputs import to_output
from .arguments import check
from .code import call_source

if TYPE_CHECKING:
    from .run import Run

__all__ = ["branched", "call_code", "put_call"]


def call_code(run: Run, call: CallState) -> str:
    """The Python code of a call, with the names that the notebook has."""
    _check(call)
    names = getattr(kernel.shell(), "user_ns", {})
    tool = run.session.offered(run).get(call.name)
    return call_source(tool, call.name, call.arguments if call.edited is None else call.edited, names)


def put_call(run: Run, call: CallState) -> None:
    """Put that code into a new cell below the running one, or into a terminal's next prompt.

    Raises SettingsError, with the code, where there is neither.
    """
    code = call_code(run, call)
    if not kernel.put_cell(code):
        raise SettingsError(f"There is no notebook to put a cell into. The call is:\n{code}")


def branched(run: Run, call: CallState, output: Any, settings: Mapping[str, Any]) -> Run:
    """A run that goes on from the call's turn with this output; every other call of the turn keeps its own.

    What the run was asked with, tools included, holds for the new one, unless `settings` says otherwise. Raises
    SettingsError for a call of another run and for one whose turn has not ended.
    """
    _check(call)
    last = _end_of_round(run, call)
    tool = run.session.offered(run).get(call.name)
    given = to_output(output) if tool is None else to_output(output, max_output=tool.max_output)
    items: list[Item] = [
        tool_output(each.kind, each.call_id, given if each is call else _kept(each))
        for turn in round_of(last)
        for each in turn.tool_calls
        if each.item is not None
    ]
    return run.session.ask(items, parent=last.response_id, **{**_settings(run), **settings})


def _check(call: Any) -> None:
    """None is no call either."""
    check(call="" if call is None else call)


def _end_of_round(run: Run, call: CallState) -> TurnState:
    """The turn that the call's output was, or would be, an answer to."""
    if not any(call is each for each in run.tool_calls):
        raise SettingsError(f"Call {call.call_id} is not one of run {run.id}. Take it from run.tool_calls.")
    turns = run.turns
    at = turns.index(call.turn)
    while at + 1 < len(turns) and turns[at + 1].unasked:
        at += 1
    last = turns[at]
    if not last.done or call.item is None:
        raise SettingsError(f"Turn {last.id} has not ended. Wait for the run, or stop it, and branch then.")
    if last.response_id is None:
        raise SettingsError(f"The provider gave turn {last.id} no id, so nothing can continue it. Ask again instead.")
    return last


def _kept(call: CallState) -> str | list[Any]:
    return CANCELLED_OUTPUT if call.output is None else call.output


def _settings(run: Run) -> dict[str, Any]:
    """How the run was asked. Hosted tools that came among the options follow the others again."""
    asked, tools = run.state.settings, run.session.offered(run)
    more = asked.tools[len(tools.definitions()) :]
    return {
        "model": asked.model,
        "instructions": asked.instructions,
        "tools": tools,
        "max_turns": asked.max_turns,
        "store": asked.store,
        "text_format": run.wanted,
        "options": {**asked.options, **({"tools": more} if more else {})},
    }
