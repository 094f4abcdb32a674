"""What the one header line of a run says, in pieces that each view sets in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .format import counted, cut, duration, one_line, saving, seconds, size, whole
from .rows import age, fault_words
from .words import BAD_CALLS, CALL_WORDS, KINDS, RUN_WORDS, STEER_WORDS

__all__ = [
    "all_failed",
    "calls_of",
    "extent",
    "name",
    "noted",
    "pictured",
    "refusals",
    "remarks",
    "sent",
    "silence",
    "source",
    "status",
    "steered",
    "struck",
    "summary_line",
    "thoughts",
    "tokens",
    "trouble",
]


_ADVICE = {
    "max_output_tokens": "Ask “go on” for the rest, or allow more (--set max_output_tokens=…).",
    "content_filter": "The provider's content filter stopped it; ask in other words.",
}
"""What to do about an answer that was cut short, by the provider's reason."""


def status(run: dict[str, Any]) -> str:
    """completed, running, stopped, …; queued while another run comes first. Once it is over: with what failed."""
    if run["status"] == "in_progress" and not run["turns"]:
        return KINDS["queued"]
    held = [turn for turn in run["turns"] if "retry_at_ms" in turn]
    if held and run["status"] == "in_progress":
        last = max(held, key=lambda turn: turn["retry_at_ms"])
        why = "server not available" if last.get("recovered") == "server_unavailable" else "rate limit"
        return f"{why}, asks again in {seconds(max(0.0, last['retry_at_ms'] - run['duration_ms']))}"
    waiting = _held_up(run) if run["status"] == "in_progress" else ""
    if waiting:
        return f"{RUN_WORDS['in_progress']}: {waiting}"
    words = RUN_WORDS.get(run["status"], run["status"])
    return " · ".join(filter(None, [words, "" if run["status"] == "in_progress" else _failures(run)]))


def all_failed(run: dict[str, Any]) -> bool:
    """Whether it has calls, and each of them went wrong."""
    return 0 < _failed(run) == len(calls_of(run))


def _failures(run: dict[str, Any]) -> str:
    """3 calls failed, or 1 of 3 calls failed; empty where none did."""
    failed, calls = _failed(run), len(calls_of(run))
    if not failed:
        return ""
    some = "" if failed == calls else f"{whole(failed)} of "
    return f"{some}{counted(calls, 'call')} failed"


def _failed(run: dict[str, Any]) -> int:
    return sum(call["status"] in BAD_CALLS for call in calls_of(run))


def calls_of(run: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls of all its turns, in order."""
    return [call for turn in run["turns"] for call in turn["calls"]]


def name(run: dict[str, Any]) -> str:
    """What `--from` takes, and what the run continues: r3 (from r2)."""
    parent = run.get("parent")
    return f"{run['id']} (from {one_line(parent, 40)})" if parent else str(run["id"])


def _held_up(run: dict[str, Any]) -> str:
    """What has waited longest for somebody, or for a function of the user's: delete_cache awaiting approval, 12 s."""
    calls = [call for call in calls_of(run) if call["end_ms"] is None and call["spans"]]
    calls = [call for call in calls if call["status"] in ("awaiting_approval", "queued", "running")]
    oldest = min(calls, key=lambda call: call["spans"][-1][1], default=None)
    lasted = "" if oldest is None else age(oldest["spans"], run["duration_ms"])
    if oldest is None or not lasted:
        return ""
    return f"{one_line(oldest['name'], 60)} {CALL_WORDS[oldest['status']].replace('…', '')}, {lasted}"


def extent(run: dict[str, Any]) -> list[str]:
    """How long and how much: 3.2 s, 3 turns, 3 calls."""
    calls = len(calls_of(run))
    parts = [duration(run["duration_ms"])]
    if run["turns"] or run["status"] != "in_progress":
        parts.append(counted(len(run["turns"]), "turn"))
    return [*parts, counted(calls, "call")] if calls else parts


def sent(run: dict[str, Any]) -> tuple[str, str]:
    """1.9 kB sent, and 91 % less than HTTP (empty when nothing was saved, and where it went by HTTP)."""
    http = run["session"]["transport"] == "http"
    saved = "" if http else saving(run["bytes"]["sent"], run["bytes"]["full_context"])
    return f"{size(run['bytes']['sent'])} sent", f"{saved} less than HTTP" if saved else ""


def tokens(run: dict[str, Any]) -> str:
    """812 → 187 tokens; empty when the provider said nothing."""
    usage = run["usage"]
    if not usage["input_tokens"] and not usage["output_tokens"]:
        return ""
    return f"{whole(usage['input_tokens'])} → {whole(usage['output_tokens'])} tokens"


def source(run: dict[str, Any]) -> str:
    """Who answered: local demo (embedded server: a script, no AI)."""
    session = run["session"]
    name = " ".join(part for part in (session["provider"], session["model"]) if part)
    return f"{name} ({session['note']})" if session["note"] else name


def trouble(run: dict[str, Any]) -> str:
    """What went wrong, or how it was stopped, in one sentence or two; empty when all is well."""
    error = run["error"]
    if run["stopped"]:
        return f"Stopped. {run['stopped']}"
    if error is not None:
        return f"{error['type']}: {error['message']}"
    if run["status"] == "incomplete":
        return _cut_short(run.get("reason", ""))
    if run["status"] == "unanswered":
        return "The model waits for an answer that no Python tool can give."
    return ""


def _cut_short(reason: str) -> str:
    """Why the answer is not whole, and what to do."""
    advice = _ADVICE.get(reason, "Ask “go on” for the rest.")
    return f"The answer was cut short{f': {reason}' if reason else ' by the provider'}. {advice}"


def silence(run: dict[str, Any]) -> str:
    """Says that a finished run has nothing to read; empty where it has."""
    read = run["text"] or any(turn["items"] for turn in run["turns"])
    return "" if read or run["status"] != "completed" or run["stopped"] else "No text."


def refusals(run: dict[str, Any]) -> list[str]:
    """The paragraphs in which the model refused."""
    said = [item["summary"] for turn in run["turns"] for item in turn["items"] if item["type"] == "refusal"]
    return [part for words in said for part in words.replace("\r\n", "\n").split("\n\n") if part.strip()]


def thoughts(run: dict[str, Any], most: int, each: int) -> Iterator[tuple[int, str]]:
    """What the model thought, by the turn's number: at most so many characters of all turns, and of each."""
    for number, turn in enumerate(run["turns"], 1):
        words = cut(turn["reasoning"].strip(), min(most, each)) if turn["reasoning"] and most > 0 else ""
        most -= len(words)
        if words:
            yield number, words


def pictured(run: dict[str, Any]) -> list[str]:
    """The pictures that went with the question, one line each."""
    return [f"sent with {one_line(picture['caption'], 200)}" for picture in run.get("images", [])]


def remarks(run: dict[str, Any]) -> list[str]:
    """What is said beside the answer, one line each: of its question, and of what happened meanwhile."""
    return [*pictured(run), *noted(run), *steered(run), *struck(run)]


def noted(run: dict[str, Any]) -> list[str]:
    """What a reader must know of how the question was made, one line each."""
    return [one_line(note, 400) for note in run.get("notes", [])]


def steered(run: dict[str, Any]) -> list[str]:
    """The words that were added while the run went on, one line each: steered: be brief (accepted)."""
    return [_steered(each, run["status"] == "in_progress") for each in run.get("steers", [])]


def struck(run: dict[str, Any]) -> list[str]:
    """The faults that somebody had set and that happened, one line for each turn: turn 2, 0.8 s: fault: drop at …"""
    return [
        f"turn {index}, {seconds(turn['faults'][0]['at_ms'])}: {fault_words([each['rule'] for each in turn['faults']])}"
        for index, turn in enumerate(run["turns"], 1)
        if turn.get("faults")
    ]


def _steered(steer: dict[str, Any], running: bool) -> str:
    words = f"steered: {one_line(steer['text'], 200)}"
    status = steer["status"]
    if status == "applied":
        return words
    if status == "failed" and steer["error"]:
        return f"{words} ({STEER_WORDS[status]}: {steer['error']})"
    # Only while the run goes on can they still be used.
    known = running or status == "failed"
    return f"{words} ({STEER_WORDS.get(status, status) if known else 'not applied: the run ended first'})"


def summary_line(run: dict[str, Any]) -> str:
    """All of it on one line of plain text."""
    parts = [f"{name(run)} {status(run)}", *extent(run), ", ".join(filter(None, sent(run)))]
    return " · ".join(part for part in (*parts, tokens(run), source(run)) if part)
