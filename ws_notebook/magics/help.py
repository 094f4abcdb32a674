"""What `%responses help` and `%%responses?` say."""

from __future__ import annotations

from typing import Final

from .options import OPTIONS, Option

__all__ = ["SUBCOMMANDS", "magic_help"]

SUBCOMMANDS: Final = {
    "status": "what is connected, and what the session did so far",
    "tools": "the tools that a bare cell offers, with their calls, errors and median time",
    "turns": "a DataFrame row for each turn",
    "frames": "a DataFrame row for each frame",
    "latency": "a chart of every turn's latency",
    "timeline": "the timeline of the latest run, or of another: timeline r3",
    "history": "the tree of runs: which continues which, and what was asked again since",
    "compact": "have the provider make the history short; the next cell goes on from it",
    "warm_up": "connect and have instructions and tools read, before the first question",
    "trace": "write the runs for ui.perfetto.dev: trace session.json",
    "compare": "the same question over WebSocket and HTTP, or of models: compare -m A,B 'prompt'",
    "record": "write every frame to a file, scrubbed of secrets: record talk.jsonl, record stop",
    "replay": "have such a file answer the cells: replay talk.jsonl [--speed 10], replay stop",
    "connect": "ask for an API key by a hidden prompt: connect openai",
    "doctor": "what is installed, what the provider answers, and what to do: doctor openai",
    "cancel": "stop every run in progress",
    "reset": "close the connection and forget every run",
    "help": "this text",
}
"""What can stand behind `%responses`."""

_TEXT = """\
%%responses [options]
The prompt, on the lines below.

{options}

{{expr}} in the prompt is replaced by its value when it is a Python expression whose names all
exist, at least one of them your own. All other braces stay as typed: JSON, code, arguments of
LaTeX commands, names that do not exist; the run tells which. Formats are those of an f-string:
{{x:.1f}}, {{x!r}}, {{x=}}. Where a replacement would happen, double the braces to
keep them, as in an f-string: {{{{expr}}}} sends {{expr}}, {{{{{{expr}}}}}} sends the value in braces.
Code such as {{ x }} needs that too, where you have an x; or use --raw.

Each cell continues the latest run. Running a cell again asks again from where it had asked before.
■ or Ctrl-C stops a run; what has streamed is kept. Defaults: %config ResponsesMagics

%responses SUBCOMMAND [-s NAME | --transport T]

{subcommands}
"""


def magic_help() -> str:
    """The help text, as plain text."""
    return _TEXT.format(
        options=_columns([(_spelling(option), option.help) for option in OPTIONS]),
        subcommands=_columns(list(SUBCOMMANDS.items())),
    )


def _spelling(option: Option) -> str:
    return " ".join(filter(None, [", ".join(option.flags), option.metavar]))


def _columns(rows: list[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"  {name:<{width}}  {text}" for name, text in rows)
