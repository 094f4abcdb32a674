"""The four forms of a run that a saved notebook holds together."""

from __future__ import annotations

from typing import Any

from ..core.run import RunState
from .bundle import MIME_TYPE, RunHeader, bundle
from .compact import compact, expand
from .markdown import markdown
from .snapshot import snapshot
from .text import closing_lines, plain_text

__all__ = ["mime_bundle", "mime_bundle_of"]

_PLAIN = 1200
"""Characters of plain text that are saved: the answer stands in the three other forms, in full."""


def mime_bundle(run: RunState, header: RunHeader) -> dict[str, Any]:
    """JSON, HTML, Markdown and plain text of the run, by mime type."""
    return mime_bundle_of(bundle(run, header))


def mime_bundle_of(data: dict[str, Any]) -> dict[str, Any]:
    """The same for a bundle, whole or as it was saved."""
    data = expand(data)
    return {
        MIME_TYPE: compact(data),
        "text/html": snapshot(data),
        "text/markdown": markdown(data),
        "text/plain": _beginning(plain_text(data), data),
    }


def _beginning(words: str, data: dict[str, Any]) -> str:
    if len(words) <= _PLAIN:
        return words
    more = f"… {len(words) - _PLAIN:,} more characters: in the notebook's other forms of this output, and in run.text"
    return "\n\n".join(part for part in (words[:_PLAIN] + "…", more, closing_lines(data)) if part)
