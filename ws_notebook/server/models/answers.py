"""The demo model's last word: an answer in Markdown, made from what the tools gave back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from ws_notebook.server.models.calls import describe
from ws_notebook.server.models.history import Exchange, Made, read_json
from ws_notebook.server.wire import Item

__all__ = ["answer_from_history", "answer_from_outputs"]

_LISTED = 8
"""More calls than this are summarised."""
_LONGEST = 200
_SMALL_TALK = 500
"""Characters; what is longer is no small talk."""
_COMPARES = re.compile(r"\b(which|who|more|most|larger|largest|bigger|biggest|greater|higher|highest|compare)\b", re.I)
_REVERSED = re.compile(r"\b(fewer|fewest|less|least|smaller|smallest|lower|lowest)\b", re.I)
_ASKED = re.compile(r"\b(?:what|which)\b.*\bi\b.*\b(?:ask|asked|say|said|write|wrote|tell|told)\b", re.I)
_NAME_ASKED = re.compile(r"\b(?:what(?:'s|’s| is| was)|remember|know)\s+my\s+name\b", re.I)
_NAME_GIVEN = re.compile(r"\b(?:my name is|i am called|call me)\s+([^\W\d_][\w'’-]*(?:\s+[A-Z][\w'’-]*)*)", re.I)
_THANKS = re.compile(r"\b(?:thanks|thank you|cheers)\b", re.I)
_HELLO = re.compile(r"\A\W*(?:hello|hi|hey|good (?:morning|afternoon|evening))\b", re.I)


def answer_from_outputs(exchange: Exchange) -> str:
    """What the calls since the prompt gave; a comparison where the prompt asks for one."""
    made = exchange.made
    if not made:
        return "There is nothing left to do."
    if len(made) == 1:
        return _sentence(made[0])
    compared = _compare(exchange)
    if compared:
        return compared
    if len(made) <= _LISTED:
        return "\n".join(f"- {_sentence(one)}" for one in made)
    return _summary(made)


def answer_from_history(exchange: Exchange) -> str | None:
    """An answer to small talk and to questions about earlier prompts; None for anything else."""
    prompt = exchange.prompt
    if len(prompt) > _SMALL_TALK:
        return None
    if _NAME_ASKED.search(prompt):
        names = [match.group(1) for text in exchange.asked for match in _NAME_GIVEN.finditer(text)]
        return f"Your name is **{names[-1]}**." if names else "You have not told me your name in this exchange."
    if _ASKED.search(prompt):
        if not exchange.asked:
            return "This is the first thing you ask me here."
        first = re.search(r"\bfirst\b", prompt, re.I) is not None
        return f"{'First' if first else 'Before this'} you wrote:\n\n{_quote(exchange.asked[0 if first else -1])}"
    given = _NAME_GIVEN.search(prompt)
    if given:
        return f"Hello **{given.group(1)}**, I shall remember that as long as this exchange goes on."
    if _THANKS.search(prompt):
        return "You are welcome."
    if _HELLO.match(prompt):
        return "Hello! I am the demo model, a script and no AI. Ask me what I can do."
    return None


def _sentence(made: Made) -> str:
    call = f"`{describe(made.call)}`"
    if made.output is None:
        return f"{call} was not answered."
    value = read_json(made.output)
    if isinstance(value, dict) and value.get("error"):
        return f"{call} failed: {_cut(' '.join(_message(value['error']).split()))}"
    return f"{call} gave {_show(value)}"


def _show(value: Any) -> str:
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return "an empty text."
        if "\n" in text:
            return f"\n\n```\n{_cut(text)}\n```"
        # Text that could be markup is shown as it is.
        return _code(text) if re.search(r"[*_`\[\]<>$\\]", text) else f"**{_cut(text)}**."
    if isinstance(value, dict | list):
        return _code(json.dumps(value, ensure_ascii=False))
    return f"**{json.dumps(value)}**."


def _code(text: str) -> str:
    return f"`{_cut(text).replace('`', chr(39))}`."


def _summary(made: Sequence[Made]) -> str:
    failed = sum(1 for one in made if _failed(one))
    names = list(dict.fromkeys(str(one.call.get("name")) for one in made))
    shown = [*made[:3], *made[-1:]]
    lines = [f"- {_sentence(one)}" for one in shown]
    lines.insert(3, f"- … {len(made) - len(shown)} more …")
    note = f", {failed} of them failed" if failed else ""
    return f"{len(made)} calls of {', '.join(f'`{name}`' for name in names)}{note}:\n\n" + "\n".join(lines)


def _compare(exchange: Exchange) -> str | None:
    """One sentence on calls of one tool that gave numbers, if the prompt asks which is more, or less."""
    less = _REVERSED.search(exchange.prompt) is not None
    if not (less or _COMPARES.search(exchange.prompt)) or len({one.call.get("name") for one in exchange.made}) != 1:
        return None
    found: list[tuple[float, str]] = []
    for one in exchange.made:
        value, label = read_json(one.output or ""), _label(one.call)
        if label is None or isinstance(value, bool) or not isinstance(value, int | float):
            return None
        found.append((value, label))
    (first, winner), (second, _), *_ = ranked = sorted(found, key=lambda pair: pair[0], reverse=not less)
    if first == second:
        equals = " and ".join(f"**{label}**" for value, label in ranked if value == first)
        return f"{equals} are equal: {_digits(first)}."
    word = "less" if less else "more"
    rest = ", ".join(_digits(value) for value, _ in ranked[1:])
    return f"**{winner}** has {word}: {_digits(first)} against {rest}, {_digits(abs(first - second))} {word}."


def _label(call: Item) -> str | None:
    """The one argument that tells calls of a tool apart."""
    arguments = read_json(call.get("arguments") or "{}")
    given = [value for value in arguments.values() if value is not None] if isinstance(arguments, dict) else []
    return str(given[0]) if len(given) == 1 and isinstance(given[0], str | int | float) else None


def _digits(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.10g}"


def _failed(made: Made) -> bool:
    value = read_json(made.output or "")
    return isinstance(value, dict) and bool(value.get("error"))


def _message(error: Any) -> str:
    return str(error.get("message") or error.get("type") or error) if isinstance(error, dict) else str(error)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in _cut(text).splitlines() or [""])
