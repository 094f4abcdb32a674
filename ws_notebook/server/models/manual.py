"""What the demo model can do: the one table, for its own answer and for the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from ws_notebook.server.models.calls import parameters
from ws_notebook.server.wire import Tool

__all__ = ["DIRECTIVES", "directive_table", "what_i_can_do"]

DIRECTIVES: tuple[tuple[str, str], ...] = (
    ("`call add(a=2, b=3)`", "calls that tool; arguments are Python literals or JSON, by name or in the tool's order"),
    ('`call population("Paris") and population("Oslo")`', "parallel calls, in one turn"),
    ("`… then …`, a full stop or a new line", "what follows waits for the outputs: a later turn"),
    ("`25 times: call step(i=…)`", "that many turns, one after the other; `…` (or `...`) becomes 1, 2, 3 and so on"),
    ('`say "…"`', "exactly this text, streamed"),
    ("`write 500 words`", "that many words of Markdown"),
    ("`think 2 seconds`", "a reasoning summary that takes this long"),
    ('`refuse "…"`', "this text as a refusal"),
    ('`call note("free text")`', "a custom tool's free-form input"),
)
"""What a prompt may say, and what happens then."""


def directive_table() -> str:
    """The table in Markdown."""
    rows = [f"| {said.replace('|', chr(92) + '|')} | {done} |" for said, done in DIRECTIVES]
    return "\n".join(["| in a prompt | what happens |", "| --- | --- |", *rows])


def what_i_can_do(tools: Sequence[Tool], images: Sequence[str] = ()) -> str:
    """The answer to a prompt that says nothing the script knows."""
    seen = f"{_received(images)}\n\n" if images else ""
    return (
        "I am the demo model of the embedded server: **a script, not an AI**. "
        "I found neither a directive nor a tool's words in your prompt.\n\n"
        f"{seen}{_tool_list(tools)}\n\nThese directives I obey, in any order:\n\n{directive_table()}\n"
    )


def _received(images: Sequence[str]) -> str:
    if len(images) == 1:
        return f"I received an image ({images[0]}), but I cannot look at it."
    lines = "\n".join(f"- {image}" for image in images)
    return f"I received {len(images)} images, but I cannot look at them:\n\n{lines}"


def _tool_list(tools: Sequence[Tool]) -> str:
    named = [tool for tool in tools if isinstance(tool.get("name"), str)]
    if not named:
        return "No tools came with this request."
    lines = [f"- `{tool['name']}({', '.join(parameters(tool))})`{_about(tool)}" for tool in named]
    return "Tools I see; name one, and values for it, and I call it:\n\n" + "\n".join(lines)


def _about(tool: Tool) -> str:
    about = str(tool.get("description") or "").strip()
    return f": {about.splitlines()[0]}" if about else ""
