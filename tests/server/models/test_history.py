from __future__ import annotations

from support.pictures import png

from ws_notebook.pictures import data_url
from ws_notebook.server.models.history import read

PROMPT = {"type": "message", "role": "user", "content": "second"}
CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}


def test_the_last_user_message_is_the_prompt() -> None:
    exchange = read([{"role": "user", "content": "first"}, {"role": "assistant", "content": "x"}, PROMPT])
    assert exchange.prompt == "second"
    assert exchange.asked == ["first"]
    assert exchange.made == []


def test_calls_since_the_prompt_meet_their_outputs() -> None:
    early = {**CALL, "call_id": "call_0"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "5"}
    exchange = read([{"role": "user", "content": "first"}, early, PROMPT, CALL, {**CALL, "call_id": "call_2"}, output])
    assert [made.output for made in exchange.made] == ["5", None]


def test_parts_give_their_text_and_images_are_told_in_words() -> None:
    urls = [data_url(png(30, 20)), "data:,", "https://example.org/a.png"]
    content = [{"type": "input_text", "text": "look"}, *({"type": "input_image", "image_url": url} for url in urls)]
    exchange = read([{"role": "user", "content": content}])
    assert exchange.prompt == "look"
    assert exchange.images == [
        f"PNG, 30 × 20 pixels, {len(png(30, 20))} bytes",
        "one whose data URL cannot be read",
        "one to be fetched: https://example.org/a.png",
    ]


def test_an_output_of_parts_is_text_or_says_what_it_is() -> None:
    def text(output: object) -> str | None:
        item = {"type": "function_call_output", "call_id": "call_1", "output": output}
        return read([PROMPT, CALL, item]).made[0].output

    assert text([{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]) == "a\nb"
    assert text([{"type": "input_image", "image_url": "data:,"}]) == "[image]"


def test_a_lineage_without_a_user_has_an_empty_prompt() -> None:
    assert read([]).prompt == ""
    assert read([{"role": "developer", "content": "Be brief."}]).prompt == ""
