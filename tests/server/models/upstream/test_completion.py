from __future__ import annotations

from support.server import running_server, text_of
from support.upstream import Reply, chat, chunk, scripted

from ws_notebook.dialects import DIALECTS, OTHER
from ws_notebook.server.models.base import ModelRequest
from ws_notebook.server.models.upstream.completion import body_of, transcript

ITEMS = [
    {"type": "message", "role": "user", "content": "Hi."},
    {"type": "message", "role": "assistant", "content": "Hello."},
    {"type": "message", "role": "user", "content": "And?"},
]


def test_without_a_template_a_lineage_is_a_dialogue() -> None:
    request = ModelRequest(items=ITEMS, tools=(), fields={"instructions": "Be brief.", "max_output_tokens": 7})
    written = "System: Be brief.\nUser: Hi.\nAssistant: Hello.\nUser: And?\nAssistant:"
    assert transcript(request, OTHER) == written
    body = body_of("m", request, OTHER, None)
    assert (body["prompt"], body["stop"], body["max_tokens"]) == (written, ["\nUser:"], 7)


def test_a_schema_and_a_template_s_prompt() -> None:
    wanted = {"type": "json_schema", "schema": {"type": "object"}}
    body = body_of("m", ModelRequest(ITEMS, (), text_format=wanted), DIALECTS["llamacpp"], "<user>Hi.")
    assert (body["prompt"], body["json_schema"], "stop" in body) == ("<user>Hi.", {"type": "object"}, False)


def test_a_server_of_completions_alone_is_asked_by_them() -> None:
    def script(path: str, body: dict[str, object]) -> Reply:
        if path != "/v1/completions" or not body:
            return chat(path, {}) if path != "/v1/completions" else Reply.json({"error": "no prompt"}, 400)
        texts = [{"choices": [{"index": 0, "text": word, "finish_reason": None}]} for word in ("So ", "it is.")]
        return Reply.stream([*texts, chunk({}, "stop"), "[DONE]"])

    with (
        scripted(script) as upstream,
        running_server("--upstream", upstream.base_url, "--upstream-api", "completion") as server,
    ):
        assert "asked by its completion API" in server.line
        with server.wire() as wire:
            assert text_of(wire.turn(model="scripted", input="Is it?")) == "So it is."
            error = wire.error(
                model="scripted", input="x", tools=[{"type": "function", "name": "f"}], tool_choice="required"
            )
    assert error["error"]["param"] == "tools"
    assert upstream.asked[0]["prompt"] == "User: Is it?\nAssistant:"
