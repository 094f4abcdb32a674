"""Which calls wait for the user's approval, what he is asked, and what the model is told of his decision."""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from ws_notebook.core.handle import RunHandle
from ws_notebook.core.turn import CallState
from ws_notebook.exceptions import ToolError
from ws_notebook.render.format import visible
from ws_notebook.secrets import hidden_value
from ws_notebook.tools.values import Output, text_part
from ws_notebook.tools.values.outputs import error_output

if TYPE_CHECKING:
    from ws_notebook.tools.unsaid import Unsaid

__all__ = ["Approval", "Decision", "PendingCall", "denial", "edited_output", "prompted", "question"]

When = Literal[True, "first time"] | Callable[["PendingCall"], Any]
Default = Literal["deny", "approve"]


class Approval(msgspec.Struct, frozen=True):
    """When the calls of a tool wait for approval: `@tool(approve=Approval(timeout=60))`.

    when     True: each call. "first time": each until one was approved in the session. A function of the call: it
             returns True to ask, False to run the call unasked, or a string to deny it for that reason.
    timeout  seconds that a call waits, or None for as long as it takes
    default  what happens when they are over, and where nobody can be asked: "deny" or "approve"

    `approve=True` is short for `approve=Approval(True)`, and so on. The function runs in a thread of the pool; a call
    whose function raises, or returns anything else, fails and is not made.
    """

    when: When = True
    timeout: float | None = None
    default: Default = "deny"

    def needs(self, call: PendingCall) -> bool | str:
        """Ask (True), run it unasked (False), or deny it (the reason). Raises what the user's function raises.

        "first time" asks here: what was approved before is known to the session.
        """
        if not callable(self.when):
            return True
        found = self.when(call)
        if isinstance(found, str):
            return found
        # numpy's bool is none of Python's.
        if type(found).__name__ in ("bool", "bool_"):
            return bool(found)
        raise ToolError(
            f"approve of tool {call.name!r} returned {found!r:.60}. Return True to ask, False to run the call unasked, "
            "or a string to deny it for that reason."
        )


class PendingCall:
    """A call before it is made, with its arguments as Python values: what `approve=` and `session.on_approval` get."""

    def __init__(
        self, run: RunHandle, call: CallState, arguments: Mapping[str, Any], defaults: Mapping[str, Any]
    ) -> None:
        self.run = run
        """The `Run` that it belongs to."""
        self.call = call
        self.name: str = call.name
        self.call_id: str = call.call_id
        self.arguments = dict(arguments)
        """The values by name; those left to their defaults are absent."""
        self.defaults = dict(defaults)
        """What the function gets besides, as JSON values: `days`, or `options.depth` inside of an argument."""

    def approve(self, arguments: Mapping[str, Any] | str | None = None) -> None:
        """Let it run; `arguments`, values by name or JSON, take the place of the model's, which is told so."""
        self.call.approve(arguments)

    def deny(self, reason: str = "") -> None:
        """Do not let it run; the model is told so, with the reason."""
        self.call.deny(reason)

    def __repr__(self) -> str:
        return f"<PendingCall {self.text}>"

    @property
    def text(self) -> str:
        """`name(argument=value, …)` without secrets, with characters that cannot be seen written out."""
        handle = self.call.handle
        keys = None if handle is None else handle.keys
        values = ((name, hidden_value({name: value}, keys)[name]) for name, value in self.arguments.items())
        return visible(f"{self.name}({', '.join(f'{name}={value!r}' for name, value in values)})")

    @property
    def written(self) -> str:
        """The arguments as the model wrote them: JSON, with nothing left out."""
        return self.call.arguments


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a call that needed approval.

    `kind`: "approved", "edited" (approved with other arguments), "denied", "timeout" (nobody decided in time, so the
    default was taken), "unattended" (nobody could be asked) or "allowed" (it needed nobody's approval this time).
    """

    kind: str
    runs: bool
    """Whether the function is called."""
    reason: str = ""
    arguments: str | None = None
    """The JSON arguments in place of the model's."""


_GO_ON = "Go on without it, or ask the user what to do instead."


def denial(decision: Decision) -> tuple[Output, str | None]:
    """What the model is told of a call that was not made, and the line for the user."""
    reason = decision.reason.strip()
    if decision.kind == "unattended":
        text = "This call needs the user's approval, and nobody could be asked, so it was not made. Go on without it."
    elif decision.kind == "timeout":
        text = f"This call needs the user's approval. {reason} It was not made. Go on without it."
    elif reason:
        text = f"The user denied this call, so it was not made. Reason: {reason}"
    else:
        text = f"The user denied this call, so it was not made. {_GO_ON}"
    return error_output("denied", text), reason or None


def edited_output(output: Output, arguments: str) -> Output:
    """A call's output with a first line that tells the model which arguments the user has put in place of its own."""
    note = f"[The user changed the arguments before this call ran. It ran with: {arguments}]"
    if isinstance(output, str):
        return f"{note}\n{output}"
    return [text_part(note), *output]


_QUESTION = "Run it? y = yes, n or n REASON = no, or other arguments as JSON: "
_LIMIT = 20_000
"""Characters of the arguments that are shown before somebody asks for all."""
_SHORT = 200
"""Characters that are read at a glance: more are counted, and named by their digest."""
_ALL = "all"
_UNSEEN = f"Not all of its arguments were shown. Answer {_ALL} to see them, then decide.\n"


def prompted(call: PendingCall, check: Callable[[str], object], unsaid: Unsaid | None = None) -> Decision:
    """Ask by `input()` until the answer can be understood. `check(arguments)` raises ToolError for bad arguments.

    Nothing is approved before all of the arguments were shown. What `input()` raises passes through.
    """
    notice, shown, limit = "", question(call, unsaid, _LIMIT), _LIMIT
    while True:
        # Looked up now: a kernel puts its own in the built-in's place while a cell runs.
        answer = builtins.input(f"{notice}{shown}\n{_QUESTION}").strip()
        word, _, rest = answer.partition(" ")
        whole = len(_readable(call.written)) <= limit
        if word.lower().rstrip(",:;.") in ("y", "yes") and not rest:
            if whole:
                return Decision(kind="approved", runs=True)
            notice = _UNSEEN
        elif word.lower().rstrip(",:;.") in ("n", "no"):
            return Decision(kind="denied", runs=False, reason=rest.strip())
        elif answer.lower() == _ALL and not whole:
            limit = len(_readable(call.written))
            notice, shown = "", question(call, unsaid, limit)
        elif not answer.startswith("{"):
            notice = "Not understood.\n"
        elif (problem := _problem(answer, check)) is not None:
            notice = f"{problem}\n"
        else:
            return Decision(kind="edited", runs=True, arguments=json.dumps(json.loads(answer), ensure_ascii=False))


def _problem(arguments: str, check: Callable[[str], object]) -> str | None:
    try:
        check(arguments)
    except ToolError as error:
        return str(error)
    return None


_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')


def _readable(text: str) -> str:
    """JSON with its letters as themselves, which may be written as escapes; what is written twice stays so."""
    try:
        json.loads(text)
        return _STRINGS.sub(lambda found: json.dumps(json.loads(found[0]), ensure_ascii=False), text)
    except (ValueError, RecursionError):
        return text


def question(call: PendingCall, unsaid: Unsaid | None, limit: int) -> str:
    """What is asked about: the arguments as written, at most `limit` characters of them, and what they do not tell."""
    written = _readable(call.written)
    lines = [f"{call.name}({written[:limit]}" + (")" if len(written) <= limit else "")]
    if len(written) > limit:
        lines.append(f"… {len(written) - limit} more characters: answer {_ALL} to see them.")
    if unsaid is not None:
        lines += [f"The key {key!r} is written more than once: the last one counts." for key in unsaid.repeated]
    if call.defaults:
        lines.append(f"By default also: {json.dumps(call.defaults, ensure_ascii=False, default=repr)}")
    if unsaid is not None and unsaid.length > _SHORT:
        lines.append(f"({unsaid.length} characters, SHA-256 {unsaid.digest}…)")
    return visible("\n".join(lines))
