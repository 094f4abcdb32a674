"""`%%responses`, `%responses` and `%%tool`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .responses import ResponsesMagics

__all__ = ["load", "unload"]


def load(ipython: Any) -> None:
    """Register the magics, and with them how Tab completes, lone first lines run and runs are shown."""
    from ..session.run import Run
    from .body import AssignedLine, ResponsesLine, with_body
    from .tool import ToolMagics

    magics, tool_magics = _responses_magics(ipython), ToolMagics(shell=ipython)
    ipython.register_magics(magics, tool_magics)
    ipython.Completer.custom_matchers.extend([magics.matcher, tool_magics.matcher])
    ipython.input_transformers_cleanup.append(with_body)
    ipython.input_transformer_manager.token_transformers.extend([ResponsesLine, AssignedLine])
    ipython.display_formatter.ipython_display_formatter.for_type(Run, magics.result.display)


def _responses_magics(ipython: Any) -> ResponsesMagics:
    """The magics. A default that `%config` refused stays in the shell's configuration: it is passed over."""
    from traitlets import TraitError

    from .responses import ResponsesMagics

    try:
        return ResponsesMagics(shell=ipython)
    except TraitError as error:
        warnings.warn(f"{error} None of the defaults set with %config is used.", RuntimeWarning, stacklevel=2)
        ipython.config.pop("ResponsesMagics", None)
        # The half-made one has told the shell of itself.
        ipython.configurables[:] = [each for each in ipython.configurables if not isinstance(each, ResponsesMagics)]
        return ResponsesMagics(shell=ipython)


def unload(ipython: Any) -> None:
    """Take all that back, and close the magics' own sessions."""
    from ..session.run import Run
    from .body import AssignedLine, ResponsesLine, with_body

    registry = ipython.magics_manager.registry
    magics, tool_magics = registry.pop("ResponsesMagics", None), registry.pop("ToolMagics", None)
    for kind, name in (("line", "responses"), ("cell", "responses"), ("cell", "tool")):
        ipython.magics_manager.magics[kind].pop(name, None)
    if magics is None:
        return
    magics.sessions.close()
    for each in (magics, tool_magics):
        _discard(ipython.configurables, each)
        _discard(ipython.Completer.custom_matchers, each.matcher)
    _discard(ipython.input_transformers_cleanup, with_body)
    for line in (ResponsesLine, AssignedLine):
        _discard(ipython.input_transformer_manager.token_transformers, line)
    ipython.display_formatter.ipython_display_formatter.pop(Run, None)


def _discard(held: list[Any], what: object) -> None:
    """Remove one thing, by identity, if it is there."""
    held[:] = [each for each in held if each is not what]
