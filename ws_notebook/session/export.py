"""Runs for other tools: traces for Perfetto and the browsers' viewers, spans for OpenTelemetry."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.portal import Portal
from ..engine.threads import Threads
from ..exceptions import SettingsError
from .host import Asked

if TYPE_CHECKING:
    from ..telemetry import Exporter

__all__ = ["SpanExports", "write_trace"]

_MOST = 1000
"""Runs that wait for an exporter that does not get on; further ones are left out."""


def write_trace(runs: Iterable[Asked], path: str | os.PathLike[str]) -> Path:
    """Write a trace of the runs as JSON; ui.perfetto.dev and chrome://tracing open it. Returns the file's path.

    Raises SettingsError where there is no run, and where the file cannot be written.
    """
    from ..render.trace import chrome_trace

    bundles = [_bundle(run) for run in runs]
    if not bundles:
        raise SettingsError("There is no run yet, so the trace would be empty. Ask something first.")
    written = Path(path)
    try:
        written.write_text(json.dumps(chrome_trace(bundles), ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"The trace cannot be written to {written}: {error.strerror or error}. "
            "Name a file in a folder that is there and that you may write to."
        ) from None
    return written


class SpanExports:
    """Hands every run that has ended to OpenTelemetry, once to each provider it was asked to."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._exports: list[_SpanExport] = []

    def add(self, provider: Any, content: bool, runs: Iterable[Asked]) -> None:
        """Export these runs, and all that are followed later, to one more TracerProvider.

        To one that is there already only what it was not given yet goes, with or without content as is said last.
        Raises SettingsError for what is no TracerProvider, and where OpenTelemetry is not installed.
        """
        from ..telemetry import Exporter

        exporter = Exporter(provider, content=content)
        known = next((each for each in self._exports if each.exporter.provider is exporter.provider), None)
        if known is not None:
            known.exporter = exporter
            return
        made = _SpanExport(exporter, self._portal.threads("ws-notebook-export", 1, most=1))
        self._exports.append(made)
        for run in runs:
            made.follow(run)

    def follow(self, run: Asked) -> None:
        """Export the run once it has ended."""
        for export in self._exports:
            export.follow(run)


class _SpanExport:
    """One provider. Runs are exported in a thread of its own, since an exporter may be slow, or hang."""

    def __init__(self, exporter: Exporter, threads: Threads) -> None:
        self.exporter = exporter
        self._threads = threads
        self._full = False

    def export(self, run: Asked) -> None:
        full, self._full = self._full, self._threads.waiting >= _MOST
        if self._full:
            if not full:
                text = "The span exporter does not get on: %s runs wait for it, and further ones are not exported."
                logging.getLogger("ws_notebook").warning(text, _MOST)
            return
        self._threads.submit(self.exporter.export, _bundle(run))

    def follow(self, run: Asked) -> None:
        """Export the run once it has ended; now, if it has."""
        if not run._engine.portal.call(run._course.at_end, lambda: self.export(run)):
            self.export(run)


def _bundle(run: Asked) -> dict[str, Any]:
    from ..render.bundle import bundle

    state = run._course.state
    return bundle(state, run._engine.header(state))
