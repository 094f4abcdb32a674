"""Runs as OpenTelemetry spans, by its conventions for generative AI (gen_ai.*, development status, version 1.41).

A run is an `invoke_agent` span, its turns are `chat` spans and its calls `execute_tool` spans below
it. Prompts, answers, arguments and outputs are left out unless they are asked for. Needs the extra
`ws-notebook[otel]`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from .exceptions import SettingsError
from .profiles import PROFILES

__all__ = ["Exporter"]


class Exporter:
    """Makes spans of bundles of runs that have ended, with their own times.

    `provider`: an OpenTelemetry TracerProvider; default: the process's own. `content`: whether prompts, answers,
    arguments and outputs go into the spans. Raises SettingsError where OpenTelemetry is not installed, and for what
    is no TracerProvider.
    """

    def __init__(self, provider: Any = None, *, content: bool = False) -> None:
        try:
            from opentelemetry import trace
        except ModuleNotFoundError:
            raise SettingsError(
                'OpenTelemetry is not installed. Install it with: pip install "ws-notebook[otel]"'
            ) from None
        if provider is not None and not callable(getattr(provider, "get_tracer", None)):
            raise SettingsError(
                f"Spans go to a TracerProvider, and this is {type(provider).__name__!r}. Make one, as docs/traces.md "
                "shows: opentelemetry.sdk.trace.TracerProvider(); or leave it out for the process's own."
            )
        self.provider = trace.get_tracer_provider() if provider is None else provider
        self._trace = trace
        self._tracer = trace.get_tracer("ws_notebook", tracer_provider=provider)
        self._content = content

    def export(self, run: Mapping[str, Any]) -> None:
        """Make the spans of one run, whose bundle this is."""
        begun = datetime.fromisoformat(run["started"]).timestamp() * 1e9

        def nanoseconds(moment: float | None) -> int:
            return int(begun + (run["duration_ms"] if moment is None else moment) * 1e6)

        session = run["session"]
        common = {
            "gen_ai.provider.name": _provider_name(session["provider"]),
            "gen_ai.request.model": session["model"],
        }
        fields = {"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": run["id"], **common}
        fields |= _usage(run["usage"]) | self._said("gen_ai.input.messages", _message("user", run["prompt"]))
        fields |= self._said("gen_ai.output.messages", _message("assistant", run["text"]))
        start, end = nanoseconds(0.0), nanoseconds(None)
        with self._span("invoke_agent ws_notebook", "INTERNAL", start, end, fields, run):
            for turn in run["turns"]:
                self._turn(turn, common, nanoseconds)

    def _turn(self, turn: Mapping[str, Any], common: Mapping[str, Any], nanoseconds: Any) -> None:
        fields = {"gen_ai.operation.name": "chat", **common, **_usage(turn["usage"] or {})}
        fields |= {"gen_ai.response.id": turn["response_id"], "gen_ai.response.finish_reasons": [turn["status"]]}
        fields |= {"ws_notebook.bytes_sent": turn["bytes_sent"], "ws_notebook.recovered": turn["recovered"]}
        name = f"chat {common['gen_ai.request.model']}".strip()
        with self._span(name, "CLIENT", nanoseconds(turn["start_ms"]), nanoseconds(turn["end_ms"]), fields, turn):
            pass
        for call in turn["calls"]:
            fields = {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": call["name"],
                "gen_ai.tool.call.id": call["call_id"],
                "gen_ai.tool.type": "function",
                **self._said("gen_ai.tool.call.arguments", call["arguments"]),
                **self._said("gen_ai.tool.call.result", call["output"]),
            }
            start, end = nanoseconds(call["start_ms"]), nanoseconds(call["end_ms"])
            with self._span(f"execute_tool {call['name']}", "INTERNAL", start, end, fields, call):
                pass

    @contextmanager
    def _span(
        self, name: str, kind: str, start: int, end: int, fields: Mapping[str, Any], told: Mapping[str, Any]
    ) -> Iterator[None]:
        """A span that is the parent of those made inside, and ends when it is said to."""
        attributes = {key: value for key, value in fields.items() if value not in (None, "")}
        span_kind = self._trace.SpanKind[kind]
        span = self._tracer.start_span(name, kind=span_kind, start_time=start, attributes=attributes)
        error = told["error"]
        if told["status"] in ("failed", "timed_out", "denied"):
            words = error["message"] if isinstance(error, Mapping) else error or told["status"]
            code = (error.get("code") or error.get("type")) if isinstance(error, Mapping) else told["status"]
            span.set_attribute("error.type", code or told["status"])
            span.set_status(self._trace.Status(self._trace.StatusCode.ERROR, words if self._content else None))
        with self._trace.use_span(span, end_on_exit=False):
            yield
        span.end(end_time=end)

    def _said(self, name: str, value: str | None) -> dict[str, Any]:
        return {name: value} if self._content and value else {}


def _provider_name(ours: str) -> str:
    """What the conventions call a provider."""
    known = PROFILES.get(ours)
    return known.telemetry_name or ours if known is not None else ours


def _message(role: str, text: str) -> str:
    """One message as the conventions have messages in an attribute: JSON."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}]) if text else ""


def _usage(usage: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        "input_tokens": "gen_ai.usage.input_tokens",
        "cached_tokens": "gen_ai.usage.cache_read.input_tokens",
        "output_tokens": "gen_ai.usage.output_tokens",
        "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
    }
    return {to: usage[name] for name, to in names.items() if usage.get(name)}
