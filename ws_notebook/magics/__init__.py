"""`%%responses` and `%responses`."""

from __future__ import annotations

from typing import Any

__all__ = ["load", "unload"]


def load(ipython: Any) -> None:
    """Register the magics with this shell."""
    from .responses import ResponsesMagics

    magics = ResponsesMagics(shell=ipython)
    ipython.register_magics(magics)


def unload(ipython: Any) -> None:
    """Close the magics' own sessions."""
    magics = ipython.magics_manager.registry.pop("ResponsesMagics", None)
    if magics is not None:
        magics.close()
    for kind in ("line", "cell"):
        ipython.magics_manager.magics[kind].pop("responses", None)
