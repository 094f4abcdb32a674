"""`%%responses`, `%responses` and `%%tool`."""

from __future__ import annotations

from typing import Any

__all__ = ["load", "unload"]


def load(ipython: Any) -> None:
    """Register the magics, and with them how Tab completes, lone first lines run and runs are shown."""
    from ..session.run import Run
    from .body import with_body
    from .responses import ResponsesMagics
    from .tool import ToolMagics

    magics, tool_magics = ResponsesMagics(shell=ipython), ToolMagics(shell=ipython)
    ipython.register_magics(magics, tool_magics)
    ipython.Completer.custom_matchers.extend([magics.matcher, tool_magics.matcher])
    ipython.input_transformers_cleanup.append(with_body)
    ipython.display_formatter.ipython_display_formatter.for_type(Run, magics.result.display)


def unload(ipython: Any) -> None:
    """Take all that back, and close the magics' own sessions."""
    from ..session.run import Run
    from .body import with_body

    registry = ipython.magics_manager.registry
    magics, tool_magics = registry.pop("ResponsesMagics", None), registry.pop("ToolMagics", None)
    for kind, name in (("line", "responses"), ("cell", "responses"), ("cell", "tool")):
        ipython.magics_manager.magics[kind].pop(name, None)
    if magics is None:
        return
    magics.close()
    for each in (magics, tool_magics):
        _discard(ipython.configurables, each)
        _discard(ipython.Completer.custom_matchers, each.matcher)
    _discard(ipython.input_transformers_cleanup, with_body)
    ipython.display_formatter.ipython_display_formatter.pop(Run, None)


def _discard(held: list[Any], what: object) -> None:
    """Remove one thing, by identity, if it is there."""
    held[:] = [each for each in held if each is not what]
