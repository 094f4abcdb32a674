"""Answers that did not come as they should: lost pieces, no room, no text, a tool that there is not."""

from __future__ import annotations

from typing import Any

from browser.lab import Lab, Server
from playwright.sync_api import expect
from support.events import answer, call, completed, created, delta, item_done, message
from support.peer import Talk, running_peer

__all__: list[str] = []

SETUP = """\
%load_ext ws_notebook
import ws_notebook as wsn
@wsn.tool
def tide(day: str) -> str:
    "High water on a day."
    return "noon"
mine = wsn.Session(provider={url!r}, profile="openai", api_key="a-key-for-tests", model="m", tools=[tide])
"""
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAE0lEQVR4nGP8z4APMOGVHbHSAEEsAQ8bL2v1AAAAAElF"
    "TkSuQmCC"
)
PLOT = {
    "type": "code_interpreter_call",
    "id": "ci_1",
    "status": "completed",
    "code": "plot()",
    "outputs": [{"type": "image", "url": PICTURE}, {"type": "image", "url": PICTURE}],
}


async def script(talk: Talk, request: dict[str, Any]) -> None:
    number = len(talk.peer.requests)
    if number == 1:
        whole = message("High water is at noon, low water at six.", "msg_1")
        await talk.send(created("resp_1"), item_done(0, PLOT), delta("High water", 1), item_done(1, whole))
        await talk.send(completed("resp_1", PLOT, whole))
    elif number == 2:
        reason = {"reason": "max_output_tokens"}
        await talk.send(created("resp_2"), delta("High water is"))
        await talk.send(completed("resp_2", message("High water is"), status="incomplete", incomplete_details=reason))
    elif number == 3:
        await talk.send(created("resp_3"), completed("resp_3"))
    elif number == 4:
        leaks = call("c1", "tide", day="sk-proj-abcdefgh12345678")
        await talk.send(answer("resp_4", leaks, call("c2", "no_such_tool")))
    else:
        await talk.send(answer("resp_5", message("At noon.")))


def test_a_view_says_what_is_missing_and_what_to_do(lab: Lab, server: Server) -> None:
    with running_peer(script) as peer:
        prompts = [f"%%responses -s mine --new\nQuestion {number}" for number in range(1, 5)]
        server.write("shortfalls.ipynb", [SETUP.format(url=peer.url), *prompts])
        lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        lab.open("shortfalls.ipynb")
        for index in range(5):
            lab.run_cell(index)
    whole, short, silent, called = (lab.output(index).locator(".wsn-run") for index in (1, 2, 3, 4))
    expect(whole.locator(".wsn-text")).to_have_text("High water is at noon, low water at six.")
    assert whole.locator(".wsn-item img").evaluate_all("all => all.map(each => each.naturalWidth)") == [8, 8]
    expect(short.locator(".wsn-short")).to_contain_text("Cut short: the limit of output tokens was reached.")
    expect(short.locator(".wsn-short")).to_contain_text("--set max_output_tokens=")
    expect(whole.locator(".wsn-short")).to_be_hidden()
    expect(silent).to_contain_text("No text.")
    called.get_by_role("button", name="Copy as Python").click()
    expect(called.get_by_role("button", name="Copied")).to_be_visible()
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert f'wsn.Session(provider="{peer.url}", profile="openai", model="m", tools=[tide])' in copied
    called.get_by_role("button", name="Frames").click()
    called.get_by_role("button", name="response.completed", exact=True).first.click()
    expect(called.locator(".wsn-frames")).to_contain_text("[secret]")
    expect(called.locator(".wsn-frames")).not_to_contain_text("sk-proj")
    assert lab.violations(".wsn-run") == []
