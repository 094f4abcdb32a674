"""A run as the JSON that is saved in a notebook and drawn by every rich view.

Mime type `application/vnd.ws-notebook.run.v1+json`; its form is in bundle.schema.json. Times are
milliseconds from the run's start; a span that still lasts ends in null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from ..core.items import at, prompt_text
from ..core.run import RunState
from ..core.steer import Steer
from ..core.timing import Span
from ..core.turn import ApprovalState, CallState, Struck, TurnState
from ..secrets import Keys, hidden, hidden_value, so_far
from .format import cut, number, one_line, valid
from .grown import Grown
from .header import RunHeader
from .history import frame_rows, growth
from .hosted import timed_items
from .items import citations, other_items, output_text
from .structured import asks_for_json

__all__ = [
    "LIMIT",
    "MIME_TYPE",
    "VERSION",
    "Clock",
    "RunHeader",
    "bundle",
    "call_object",
    "head",
    "parent_name",
    "steer_object",
    "turn_object",
]

MIME_TYPE = "application/vnd.ws-notebook.run.v1+json"
VERSION = 1
LIMIT = 20_000
"""Characters of a prompt, of arguments and of a tool's output that are kept."""
_FIGURES = 300_000
"""Characters of the data of all figures."""
_STEER_LIMIT, _REASON_LIMIT, _ERROR_LIMIT, _NOTE_LIMIT = 2000, 200, 2000, 400
"""Characters of a steer's words, of why they were refused or a run was cut short, of an error's message, of a note."""


class Clock:
    """Moments of the monotonic clock as milliseconds from the run's start, rounded to 0.1."""

    def __init__(self, run: RunState, now: float | None) -> None:
        self._zero = run.asked
        self.end = run.ended if run.ended is not None else _latest(run) if now is None else now

    def __call__(self, moment: float) -> float:
        return max(0.0, round((moment - self._zero) * 1000, 1))

    def optional(self, moment: float | None) -> float | None:
        return None if moment is None else self(moment)


def bundle(run: RunState, header: RunHeader, *, now: float | None = None) -> dict[str, Any]:
    """The run as it stands. `now` (seconds of the monotonic clock) is the end of a run that still lasts."""
    return assemble(run, header, now, lambda turn, kind: Grown(turn, kind, header.keys).whole())


def assemble(
    run: RunState, header: RunHeader, now: float | None, text_of: Callable[[TurnState, str], str]
) -> dict[str, Any]:
    """Like `bundle`; `text_of(turn, "text" or "reasoning")` gives the texts."""
    clock, keys = Clock(run, now), header.keys
    turns = [
        {
            **turn_object(turn, clock, keys=keys),
            "text": text_of(turn, "text"),
            "reasoning": text_of(turn, "reasoning"),
            **_present(growth=_present(**{kind: growth(turn, kind, clock, keys) for kind in ("text", "reasoning")})),
        }
        for turn in list(run.turns)
    ]
    return shown(
        {
            "version": VERSION,
            "id": run.id,
            "prompt": cut_shown(prompt_text(run.input), LIMIT, keys),
            **_present(
                images=list(map(dict, run.pictures)),
                notes=[one_line(note, _NOTE_LIMIT) for note in run.notes],
                source=run.source,
                format="json" if asks_for_json(run) else "",
            ),
            "session": _session(header),
            "started": _utc(run.asked_at),
            "text": "\n\n".join(turn["text"] for turn in turns if turn["text"]),
            **head(run, clock),
            "turns": _with_bounded_figures(turns),
            "frames": frame_rows(run, clock),
        },
        keys,
    )


def _session(header: RunHeader) -> dict[str, str]:
    facts = msgspec.structs.asdict(header)
    del facts["keys"]
    return {name: value for name, value in facts.items() if value or name not in ("address", "profile")}


def _present(**fields: Any) -> dict[str, Any]:
    """Those that say something: the others are left out."""
    return {name: value for name, value in fields.items() if value}


def head(run: RunState, clock: Clock) -> dict[str, Any]:
    """What of a run changes besides its turns. `steers` is there once words were added to the run."""
    turns, parent = list(run.turns), parent_name(run)
    return {
        "status": run.status,
        **({} if parent is None else {"parent": parent}),
        "duration_ms": clock(clock.end),
        "usage": _usage(run.usage),
        "bytes": {
            "sent": sum(turn.bytes_sent for turn in turns),
            "received": sum(turn.bytes_received for turn in turns),
            "full_context": sum(turn.bytes_full_context for turn in turns),
        },
        "error": _run_error(run.error),
        "stopped": run.stopped,
        **_present(reason=_cut_short(run, turns), steers=list(map(_steer, run.steers))),
    }


def parent_name(run: RunState) -> str | None:
    """The run that it continues, or the id of a response that no run of its session made; None: it starts afresh."""
    if run.parent is not None:
        return run.parent.id
    return next((turn.foreign_parent for turn in list(run.turns)), None)


def _cut_short(run: RunState, turns: list[TurnState]) -> str:
    """Why the answer is not whole, in the provider's word."""
    reason = turns[-1].reason if turns and run.status == "incomplete" else None
    return one_line(reason, _REASON_LIMIT) if reason else ""


def turn_object(turn: TurnState, clock: Clock, limit: int = LIMIT, *, keys: Keys | None = None) -> dict[str, Any]:
    """One turn without its text and reasoning."""
    timing, error, usage = turn.timing, turn.error, turn.usage
    return {
        "id": turn.id,
        "response_id": turn.response_id,
        "status": turn.status,
        "start_ms": clock(timing.started),
        "end_ms": clock.optional(timing.ended),
        "spans": _spans(timing.spans, clock),
        "recovered": turn.recovered,
        **({} if turn.not_before is None or turn.done else {"retry_at_ms": clock(turn.not_before)}),
        "lane": turn.lane if turn.beside else None,
        "usage": None if usage is None else _usage(usage),
        "bytes_sent": turn.bytes_sent,
        "bytes_full_context": turn.bytes_full_context,
        "tokens_per_second": _speed(turn, usage),
        "error": None if error is None else {"code": error.code, "message": cut(error.message, _ERROR_LIMIT)},
        "calls": [call_object(call, clock, limit, keys=keys) for call in list(turn.tool_calls)],
        "items": timed_items(other_items(turn, pictures=limit >= LIMIT, keys=keys), turn, clock),
        **_present(citations=citations(turn), faults=[_fault(each, clock) for each in turn.struck]),
    }


def _fault(fault: Struck, clock: Clock) -> dict[str, Any]:
    return {"at_ms": clock(fault.at), "rule": one_line(fault.rule, _REASON_LIMIT), "event": fault.event}


def call_object(call: CallState, clock: Clock, limit: int = LIMIT, *, keys: Keys | None = None) -> dict[str, Any]:
    """One tool call. Its clock begins where its arguments were whole. Who is asked about it sees more of them."""
    timing = call.timing
    if call.status == "awaiting_approval":
        limit = max(limit, LIMIT)
    return {
        "call_id": call.shown_id,
        "name": call.name,
        "arguments": cut_shown(call.arguments, limit, keys, grows=call.item is None),
        "status": call.status,
        "start_ms": clock(timing.added if timing.ready is None else timing.ready),
        "end_ms": clock.optional(_call_end(call)),
        "spans": _call_spans(call, clock),
        "output": None if call.output is None else cut_shown(output_text(call.output), limit, keys),
        "error": call.error,
        **_present(note=call.note, images=list(map(dict, call.pictures))),
        **_present(exhibits=[_exhibit(each, limit) for each in call.exhibits]),
        **_approval(call, clock, limit, keys),
        **_progress(call, limit, keys),
    }


def _exhibit(exhibit: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """A table, or a figure; in a message that is one of many, without the figure's data."""
    return dict(exhibit) if limit >= LIMIT or "figure" not in exhibit else {**exhibit, "figure": None}


def _with_bounded_figures(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turns, whose figures' data is left out where it would be too much for one run."""
    left = _FIGURES
    for exhibit in (each for turn in turns for call in turn["calls"] for each in call.get("exhibits", ())):
        size = len(exhibit.get("figure") or "")
        if size > left:
            exhibit["figure"] = None
        else:
            left -= size
    return turns


def _approval(call: CallState, clock: Clock, limit: int, keys: Keys | None) -> dict[str, Any]:
    """Only where a call needs approval, or a rule has decided about it."""
    approval = call.approval
    if approval is None:
        return {}
    return {
        "approval": {
            "decision": call.decision,
            "reason": one_line(hidden(approval.reason, keys), _REASON_LIMIT),
            "arguments": None if approval.arguments is None else cut_shown(approval.arguments, limit, keys),
            "deadline_ms": clock.optional(approval.deadline),
            "default": approval.default,
            "prompted": approval.prompted,
            **_asked(call, approval),
        }
    }


def _asked(call: CallState, approval: ApprovalState) -> dict[str, Any]:
    """What whoever decides has to know, while the call waits."""
    if call.status != "awaiting_approval" or not approval.digest:
        return {}
    asked = {"length": approval.length, "digest": approval.digest}
    return {"asked": {**asked, "defaults": cut(approval.defaults, LIMIT), "repeated": list(approval.repeated)}}


def _progress(call: CallState, limit: int, keys: Keys | None) -> dict[str, Any]:
    """How far a call is, or came before it was given up; a result says it all."""
    progress = call.progress
    if progress is None or call.status == "completed":
        return {}
    partial = None if progress.partial is None else cut_shown(output_text(progress.partial), limit, keys)
    told = {"fraction": progress.fraction, "text": one_line(hidden(progress.text, keys), _REASON_LIMIT)}
    return {"progress": {**told, "partial": partial, "count": progress.count}}


def cut_shown(text: str, limit: int, keys: Keys | None, *, grows: bool = False) -> str:
    """At most `limit` characters that hold no beginning of a secret at their end, either. `grows`: more comes."""
    if len(text) <= limit:
        return so_far(text, keys) if grows else text
    kept = so_far(text[:limit], keys)
    return cut(kept + text[limit:], len(kept))


def shown(value: dict[str, Any], keys: Keys | None) -> dict[str, Any]:
    """`value` without secrets, and with every string valid Unicode, so that it can be sent and saved."""
    found: dict[str, Any] = hidden_value(value, keys)
    try:
        msgspec.json.encode(found)
    except UnicodeEncodeError:
        found = _repair(found)
    return found


def _repair(value: Any) -> Any:
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, list):
        return [_repair(each) for each in value]
    if isinstance(value, dict):
        return {_repair(key): _repair(each) for key, each in value.items()}
    return value


def _latest(run: RunState) -> float:
    """The last moment that a run in progress knows of."""
    moments = [run.asked]
    for turn in list(run.turns):
        moments += [turn.timing.started, turn.timing.ended or run.asked]
        moments += [span.end or span.start for span in list(turn.timing.spans)]
        for call in list(turn.tool_calls):
            timing = call.timing
            moments += [each for each in (timing.added, timing.ready, timing.started, timing.ended) if each is not None]
    return max(moments)


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _spans(spans: list[Span], clock: Clock) -> list[list[Any]]:
    return [[span.kind, clock(span.start), clock.optional(span.end)] for span in list(spans)]


def _call_end(call: CallState) -> float | None:
    if call.timing.ended is not None or not call.done:
        return call.timing.ended
    # Given up before its function ran.
    last = call.timing.spans[-1].end if call.timing.spans else None
    return last or call.timing.ready or call.timing.added


def _call_spans(call: CallState, clock: Clock) -> list[list[Any]]:
    """What was noted of the wait (approval, kernel_busy), the rest of the wait as queued, then the tool."""
    timing = call.timing
    if timing.ready is None:
        return []
    spans: list[Span] = []
    reached = timing.ready
    limit = timing.started if timing.started is not None else _call_end(call)
    for span in (span for span in list(timing.spans) if span.kind != "tool"):
        if span.start > reached:
            spans.append(Span("queued", reached, span.start))
        end = span.end if span.end is not None else limit
        spans.append(Span(span.kind, span.start, end))
        reached = span.start if end is None else end
    open_ended = bool(spans) and spans[-1].end is None
    if not open_ended and (limit is None or limit > reached):
        spans.append(Span("queued", reached, limit))
    if timing.started is not None:
        spans.append(Span("tool", timing.started, timing.ended))
    return _spans(spans, clock)


_COUNTS = {
    "input_tokens": ("input_tokens",),
    "cached_tokens": ("input_tokens_details", "cached_tokens"),
    "output_tokens": ("output_tokens",),
    "reasoning_tokens": ("output_tokens_details", "reasoning_tokens"),
}
"""Where in a usage each count stands."""


def _usage(usage: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(number(at(usage, *path))) for name, path in _COUNTS.items()}


_SHORTEST = 0.05
"""Seconds of writing below which a speed says nothing."""


def _speed(turn: TurnState, usage: Mapping[str, Any] | None) -> float | None:
    """Output tokens a second from the first one to the end, of a finished turn that wrote text for a while."""
    first, end = turn.timing.first_token, turn.timing.ended
    tokens = 0 if usage is None else number(usage.get("output_tokens"))
    if first is None or end is None or end - first < _SHORTEST or not tokens:
        return None
    writes = any(part.kind == "text" and part.chunks for part in turn.parts)
    return round(tokens / (end - first), 1) if writes else None


def _run_error(error: Exception | None) -> dict[str, Any] | None:
    if error is None:
        return None
    code = getattr(error, "code", None)
    return {
        "type": type(error).__name__,
        "code": None if code is None else str(code),
        "message": cut(str(error), _ERROR_LIMIT),
    }


def _steer(steer: Steer) -> dict[str, Any]:
    # One that came too late for its response has an error too, but is sent again.
    error = steer.error if steer.status == "failed" else None
    return steer_object(prompt_text(steer.input) or "…", steer.status, None if error is None else error.message)


def steer_object(text: str, status: str, error: str | None = None) -> dict[str, Any]:
    """Words that were added to a run, what became of them, and why they were refused."""
    return {
        "text": cut(text, _STEER_LIMIT),
        "status": status,
        "error": None if error is None else one_line(error, _REASON_LIMIT),
    }
