"""Runs for other tools: trace files that viewers open, and spans of runs that end before and after they are asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

from ws_notebook import Session
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []

Open = Callable[..., Session]


class Waiting(SpanExporter):
    """Knows when it has seen so many runs."""

    def __init__(self, runs: int) -> None:
        self.seen: list[str] = []
        self.all_here = threading.Event()
        self._runs = runs

    def export(self, spans: object) -> SpanExportResult:
        assert isinstance(spans, tuple | list)
        self.seen += [str(span.attributes["gen_ai.conversation.id"]) for span in spans if _is_run(span)]
        if len(self.seen) >= self._runs:
            self.all_here.set()
        return SpanExportResult.SUCCESS


def _is_run(span: ReadableSpan) -> bool:
    return "gen_ai.conversation.id" in (span.attributes or {})


def test_a_trace_holds_every_run(local: Open, tmp_path: Path) -> None:
    session = local()
    first = session.ask('say "one"')
    session.ask('say "two"')
    alone = json.loads(first.trace(tmp_path / "run.json").read_text())
    both = json.loads(session.trace(str(tmp_path / "session.json")).read_text())
    runs = [event["name"] for event in both["traceEvents"] if event.get("cat") == "run"]
    assert runs == ["r1", "r2"]
    assert len(alone["traceEvents"]) < len(both["traceEvents"])


def test_no_trace_is_written_where_there_is_none_or_it_has_no_place(local: Open, tmp_path: Path) -> None:
    session, path = local(), tmp_path / "nowhere" / "run.json"
    with pytest.raises(SettingsError, match="no run yet"):
        session.trace(tmp_path / "run.json")
    assert not (tmp_path / "run.json").exists()
    with pytest.raises(SettingsError, match=r"run\.json: .*a folder that is there"):
        session.ask('say "one"').trace(path)


def test_spans_are_made_of_runs_that_had_ended_and_of_those_that_end_later(local: Open) -> None:
    session = local()
    session.ask('say "one"')
    exporter, provider = Waiting(2), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    session.export_spans(provider)
    session.ask('say "two"')
    assert exporter.all_here.wait(20)
    assert sorted(exporter.seen) == ["r1", "r2"]


def test_each_provider_is_given_each_run_once(local: Open) -> None:
    session = local()
    session.ask('say "one"')
    exporters = [Waiting(2), Waiting(2)]
    providers = [TracerProvider() for _ in exporters]
    for exporter, provider in zip(exporters, providers, strict=True):
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    for provider in (*providers, *providers):
        session.export_spans(provider)
    session.ask('say "two"')
    assert all(exporter.all_here.wait(20) for exporter in exporters)
    assert [sorted(exporter.seen) for exporter in exporters] == [["r1", "r2"]] * 2


def test_an_exporter_that_hangs_holds_up_no_run_and_its_backlog_has_an_end(
    local: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun, hold = threading.Event(), threading.Event()

    class Hung(SpanExporter):
        def export(self, spans: object) -> SpanExportResult:
            begun.set()
            hold.wait(60)
            return SpanExportResult.SUCCESS

    monkeypatch.setattr("ws_notebook.session.export._MOST", 2)
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(Hung()))
    session = local()
    session.export_spans(provider)
    try:
        assert session.ask('say "1"').text == "1"
        assert begun.wait(20)
        assert [session.ask(f'say "{number}"').text for number in range(5)] == ["0", "1", "2", "3", "4"]
        assert [record.getMessage() for record in caplog.records] == [
            "The span exporter does not get on: 2 runs wait for it, and further ones are not exported."
        ]
    finally:
        hold.set()
