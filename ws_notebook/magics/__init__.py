"""`%%responses` and `%responses`."""

from __future__ import annotations

from typing import Any

__all__ = ["load", "unload"]


def load(ipython: Any) -> None:
    """Register the magics, and with them how Tab completes, lone first lines run and runs are shown."""
    from ..session.run import Run
    from .body import with_body
    from .responses import ResponsesMagics

    magics = ResponsesMagics(shell=ipython)
    ipython.register_magics(magics)
    ipython.Completer.custom_matchers.append(magics.matcher)
    ipython.input_transformers_cleanup.append(with_body)
    ipython.display_formatter.ipython_display_formatter.for_type(Run, magics.result.display)


def unload(ipython: Any) -> None:
    """Take all that back, and close the magics' own sessions."""
    from ..session.run import Run
    from .body import with_body

    magics = ipython.magics_manager.registry.pop("ResponsesMagics", None)
    for kind in ("line", "cell"):
        ipython.magics_manager.magics[kind].pop("responses", None)
    if magics is None:
        return
    magics.close()
    _discard(ipython.configurables, magics)
    _discard(ipython.Completer.custom_matchers, magics.matcher)
    _discard(ipython.input_transformers_cleanup, with_body)
    ipython.display_formatter.ipython_display_formatter.pop(Run, None)


def _discard(held: list[Any], what: object) -> None:
    """Remove one thing, by identity, if it is there."""
    held[:] = [each for each in held if each is not what]
