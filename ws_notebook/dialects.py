"""What servers of the Responses API and of Chat Completions lack, each in a row: how it is told, how it is made up for.

Nothing else asks a server's name. `docs/upstream.md` prints the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

__all__ = ["APIS", "DIALECTS", "OTHER", "Api", "Dialect", "dialect_of"]

Api = Literal["websocket", "responses", "chat", "completion"]
APIS: Final[tuple[Api, ...]] = ("websocket", "responses", "chat", "completion")
"""What an upstream can be asked by, the one that loses least first."""


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How a server speaks; the default is one that lacks nothing."""

    name: str
    title: str
    apis: tuple[Api, ...] = APIS
    """What it is asked by, where it has it, in this order."""
    owners: tuple[str, ...] = ()
    """What its list of models calls their owner (`owned_by`)."""
    header: tuple[str, str] = ("", "")
    """A header of its answers and what that begins with; the name may end in an asterisk."""
    lanes: bool = False
    """Whether `stream_id` is a lane there."""
    schema_at_top: bool = False
    """Whether the Responses API there ignores `text.format`, and obeys `json_schema` or `response_format` beside it."""
    hides_cuts: bool = False
    """Whether an answer that reached `max_output_tokens` is said to be completed."""
    plain_items: bool = False
    """Whether it takes messages, function calls and their outputs alone, each with a type and its parts typed."""
    reads_ahead: bool = False
    """Whether a request for one token leaves its prompt in a cache that the next one finds."""
    counts: bool = False
    """Whether `/responses/input_tokens` is there."""
    least_output: int = 1
    """The smallest `max_output_tokens`."""
    limit_field: str = "max_tokens"
    """What Chat Completions there call the limit of the answer."""
    custom_tools: bool = False
    """Whether its Chat Completions have free-form tools."""
    told_by_props: bool = False
    """Whether `/props` says if the model's template knows tools."""
    lacks: tuple[tuple[str, str], ...] = ()
    """What it lacks and how that is made up for, in Markdown."""
    stop: str = "when the connection closes"
    """How soon it stops after a Stop."""

    @property
    def differs(self) -> bool:
        """Whether a request of the Responses API, or its end, is to be said otherwise."""
        return self.schema_at_top or self.hides_cuts or self.plain_items or self.least_output > 1


_MADE_UP = (
    ("WebSocket mode, lanes, memory", "this server's own: each turn is sent to it in full"),
    ("`generate: false`", "not passed on"),
)
DIALECTS: Final[Mapping[str, Dialect]] = {
    dialect.name: dialect
    for dialect in (
        Dialect(
            name="llamacpp",
            title="llama.cpp",
            apis=("chat", "responses", "completion"),
            owners=("llamacpp",),
            header=("server", "llama.cpp"),
            schema_at_top=True,
            hides_cuts=True,
            plain_items=True,
            reads_ahead=True,
            counts=True,
            told_by_props=True,
            lacks=(
                _MADE_UP[0],
                ("`generate: false` (it generates)", "its prompt is read ahead, with one token that nobody sees"),
                ("`text.format`", "`json_schema` beside it, which it obeys"),
                ("numbers, indices, `function_call_arguments.done`, most of `response.created`", "added"),
                ("`incomplete` for a cut answer", "found by the count of tokens"),
                ("custom tools, hosted tools' items, reasoning of others", "custom tools as functions; items left out"),
                ("errors by `code`", "read by `type` and words"),
                ("compaction", "a summary by the model itself"),
            ),
            stop="within 0.5 s while it generates, within a batch while it reads",
        ),
        Dialect(
            name="ollama",
            title="Ollama",
            apis=("chat", "responses"),
            owners=("library",),
            plain_items=True,
            reads_ahead=True,
            lacks=(
                *_MADE_UP,
                (
                    "an error for too long a prompt (it cuts the beginning off)",
                    "nothing can be told from here: raise `num_ctx`",
                ),
                ("indices of parallel calls", "added: each call comes whole"),
                ("compaction", "a summary by the model itself"),
            ),
        ),
        Dialect(
            name="vllm",
            title="vLLM",
            apis=("websocket", "chat", "responses"),
            owners=("vllm",),
            reads_ahead=True,
            lacks=(*_MADE_UP, ("compaction", "a summary by the model itself")),
            stop="at its next step",
        ),
        Dialect(
            name="lmstudio",
            title="LM Studio",
            apis=("chat", "responses"),
            owners=("organization_owner", "organization-owner"),
            plain_items=True,
            reads_ahead=True,
            lacks=(
                *_MADE_UP,
                ("404 for an unknown path (it answers 200 with an error)", "read as what it is"),
                ("compaction", "a summary by the model itself"),
            ),
        ),
        Dialect(
            name="litellm",
            title="LiteLLM's proxy",
            apis=("websocket", "responses", "chat"),
            header=("x-litellm-*", ""),
            hides_cuts=True,
            least_output=16,
            lacks=(
                (
                    "an error for an unknown `previous_response_id` (200, and the history is lost)",
                    "only responses of this very connection are continued by id; everything else is sent in full",
                ),
                ("WebSocket mode of some of its models (closed with 1011)", "asked over HTTP"),
                ("compaction", "a summary by the model itself"),
            ),
            stop="within 0.1 s; over its bridged WebSocket mode its own upstream may go on for some seconds",
        ),
        Dialect(
            name="ours",
            title="another ws-notebook serve",
            owners=("ws-notebook",),
            lanes=True,
            counts=True,
            lacks=(("nothing", "passed on as it is; only compaction is this server's: a summary by the model"),),
        ),
        Dialect(
            name="openai",
            title="OpenAI",
            header=("openai-version", ""),
            lanes=True,
            counts=True,
            limit_field="max_completion_tokens",
            custom_tools=True,
            lacks=(("nothing", "passed on as it is; only compaction is this server's: a summary by the model"),),
        ),
    )
}
OTHER: Final = Dialect(
    name="other",
    title="any other server",
    lacks=(("what its API has not", "as Chat Completions are turned into events of the Responses API"),),
)
"""A server that says nothing of itself."""


def dialect_of(headers: Mapping[str, str], models: Sequence[Mapping[str, Any]]) -> Dialect:
    """Whose answer to `GET /models` it is: by its headers, else by what it calls the owner of its models."""
    found = {name.lower(): value for name, value in headers.items()}
    for dialect in DIALECTS.values():
        name, start = dialect.header
        fits = name.removesuffix("*")
        named = [value for key, value in found.items() if key == name or (fits != name and key.startswith(fits))]
        if name and any(value.startswith(start) for value in named):
            return dialect
    owners = {str(model.get("owned_by")) for model in models}
    return next((each for each in DIALECTS.values() if owners & set(each.owners)), OTHER)
