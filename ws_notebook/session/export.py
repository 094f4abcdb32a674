"""Runs for other tools: traces for Perfetto and the browsers' viewers, spans for OpenTelemetry."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from ..core.changes import Change, RunEnded
from ..core.run import RunState
from ..render.bundle import bundle
from ..render.trace import chrome_trace
from ..telemetry import Exporter
from .run import Run

__all__ = ["SpanExport", "write_trace"]


def write_trace(runs: Iterable[Run], path: str | os.PathLike[str]) -> Path:
    """Write a trace of the runs as JSON; ui.perfetto.dev and chrome://tracing open it. Returns the file's path."""
    bundles = [bundle(run.state, run.session.header(run.state)) for run in runs]
    written = Path(path)
    written.write_text(json.dumps(chrome_trace(bundles), ensure_ascii=False), encoding="utf-8")
    return written


class SpanExport:
    """Hands every run that has ended to OpenTelemetry, in a thread of its own, since an exporter may be slow."""

    def __init__(self, exporter: Exporter, threads: Executor) -> None:
        self._exporter = exporter
        self._threads = threads

    def export(self, run: Run) -> None:
        self._threads.submit(self._exporter.export, bundle(run.state, run.session.header(run.state)))

    def follow(self, run: Run) -> None:
        """Export the run once it has ended; now, if it has."""

        def tell(_: RunState, change: Change) -> None:
            if isinstance(change, RunEnded):
                self.export(run)

        if not run.observe(tell):
            self.export(run)


def spans(provider: Any, content: bool, threads: Executor) -> SpanExport:
    """What hands runs to this TracerProvider. Raises SettingsError where OpenTelemetry is not installed."""
    return SpanExport(Exporter(provider, content=content), threads)
