"""Spans of runs, read back from OpenTelemetry's own memory exporter."""

from __future__ import annotations

import sys
from typing import Any

import msgspec
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from render.play import HEADER, Play, capitals

from ws_notebook.exceptions import SettingsError
from ws_notebook.render.bundle import RunHeader, bundle
from ws_notebook.telemetry import Exporter

__all__: list[str] = []


def spans_of(play: Play, header: RunHeader = HEADER, **options: Any) -> list[Any]:
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    Exporter(provider, **options).export(bundle(play.run, header))
    return list(memory.get_finished_spans())


def test_a_run_is_a_tree_of_spans_with_its_own_times() -> None:
    found = {span.name: span for span in spans_of(capitals())}
    assert set(found) == {
        "invoke_agent ws_notebook",
        "chat demo",
        "execute_tool population",
        "execute_tool delete_cache",
    }
    top, call = found["invoke_agent ws_notebook"], found["execute_tool delete_cache"]
    assert top.parent is None
    assert call.parent.span_id == top.context.span_id
    assert (top.end_time - top.start_time, top.start_time) == (3_200_000_000, 1_700_000_000_000_000_000)
    assert call.attributes["gen_ai.tool.call.id"] == "call_3"
    assert top.attributes["gen_ai.usage.input_tokens"] == 1200
    assert found["chat demo"].attributes["gen_ai.response.id"] == "resp_3"
    assert len(spans_of(capitals())) == 1 + 3 + 3


@pytest.mark.parametrize(
    ("ours", "theirs"), [("azure", "azure.ai.openai"), ("xai", "x_ai"), ("openai", "openai"), ("host:1", "host:1")]
)
def test_a_provider_is_called_as_the_conventions_call_it(ours: str, theirs: str) -> None:
    header = msgspec.structs.replace(HEADER, provider=ours)
    assert {span.attributes.get("gen_ai.provider.name") for span in spans_of(capitals(), header)} == {theirs, None}


def test_what_was_said_goes_along_only_when_it_is_asked_for() -> None:
    assert "Oslo" not in str([dict(span.attributes) for span in spans_of(capitals())])
    told = str([dict(span.attributes) for span in spans_of(capitals(), content=True)])
    assert all(words in told for words in ("Oslo", "2103000", "more inhabitants"))


def test_a_failure_is_one_there_too() -> None:
    play = Play().at(0.1).send().at(0.2)
    play.event("error", status=500, error={"code": "server_error", "message": "It broke."})
    top = next(span for span in spans_of(play) if span.name.startswith("invoke"))
    assert top.status.status_code is StatusCode.ERROR
    assert top.attributes["error.type"] == "server_error"


def test_what_is_no_provider_is_refused_with_the_way_to_make_one() -> None:
    with pytest.raises(SettingsError, match=r"'object'\. Make one, .*TracerProvider\(\)"):
        Exporter(object())


def test_without_opentelemetry_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(SettingsError, match=r"ws-notebook\[otel\]"):
        Exporter()
