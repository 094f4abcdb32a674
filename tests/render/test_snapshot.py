from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

from render.play import HEADER, Play, capitals

from ws_notebook import exceptions
from ws_notebook.render.bundle import bundle
from ws_notebook.render.snapshot import snapshot, timeline_html

__all__: list[str] = []

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
ALLOWED = {
    *("div", "p", "span", "strong", "em", "code", "pre", "img", "details", "summary", "ul", "li", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class Page(HTMLParser):
    """The tags and the text of a snapshot; fails for a tag that is left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def html_of(play: Play) -> str:
    return snapshot(bundle(play.run, HEADER, now=play.now))


def test_a_snapshot_has_header_picture_table_and_answer() -> None:
    page = Page(html_of(capitals()))
    for words in ("completed", "3.2\u00a0s · 3 turns · 3 calls", "of HTTP", "tokens", "local demo", "a script, no AI"):
        assert words in page.text
    assert "population" in page.text
    assert "Paris has more inhabitants than Oslo" in page.text
    assert "steered" not in page.text
    image = next(attributes for tag, attributes in page.tags if tag == "img")
    assert (image["src"] or "").startswith("data:image/svg+xml;base64,")
    assert "3 turns and 3 calls" in (image["alt"] or "")
    rows = sum(tag == "tr" for tag, _ in page.tags)
    assert rows == 1 + 3 + 3


def test_nothing_from_a_model_or_a_tool_becomes_markup() -> None:
    play = Play(HOSTILE).send().created("resp_1").text(HOSTILE)
    play.item(type=HOSTILE, note=HOSTILE).call("call_1", HOSTILE, **{HOSTILE: HOSTILE})
    play.event("response.refusal.delta", delta=HOSTILE)
    play.started("call_1").answered("call_1", HOSTILE, status="failed", error=HOSTILE)
    play.steer(HOSTILE).steer_event("failed", error={"code": "x", "message": HOSTILE})
    play.completed("failed", error={"code": HOSTILE, "message": HOSTILE})
    html = html_of(play)
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= ALLOWED
    for _, attributes in page.tags:
        assert attributes.keys() <= {"style", "src", "alt", "scope", "href", "rel"}
    svg = base64.b64decode(re.findall(r"base64,([^\"]+)", html)[0]).decode()
    assert "<script" not in svg
    assert "onerror=alert(1)>" not in svg


def test_pictures_of_the_question_stand_above_and_are_never_fetched() -> None:
    play = capitals()
    copy = "data:image/png;base64,AA=="
    play.run.pictures = ({"url": copy, "caption": f"plot {HOSTILE}"}, {"url": None, "caption": "https://example.org/a"})
    page = Page(html_of(play))
    sources = [attributes["src"] for tag, attributes in page.tags if tag == "img"]
    assert sources[0] == copy
    assert [source for source in sources if not (source or "").startswith("data:")] == []
    assert "https://example.org/a" in page.text
    assert HOSTILE in page.text


def test_pictures_that_tools_sent_stand_below_the_timeline_with_the_tools_name() -> None:
    play = capitals()
    call = play.found("call_1")
    call.pictures = ({"url": "data:image/png;base64,AA==", "caption": f"PNG {HOSTILE}"},)
    html = snapshot(bundle(play.run, HEADER))
    page = Page(html)
    assert ("data:image/png;base64,AA==", f"{call.name}: PNG {HOSTILE}") in [
        (found.get("src"), found.get("alt")) for tag, found in page.tags if tag == "img"
    ]
    assert html.index("AA==") > html.index("<table")
    assert {tag for tag, _ in page.tags} <= ALLOWED


def test_steered_words_stand_between_timeline_and_answer() -> None:
    play = Play().send().created("resp_1").text("Long").steer("be brief").steer_event("accepted")
    text = Page(html_of(play.completed("incomplete").created("resp_2").text("Short").completed())).text
    assert text.index("in figures") < text.index("steered: be brief") < text.index("Short")


def test_a_stopped_and_a_failed_run_say_so() -> None:
    stopped = Play().send().created("resp_1").text("Half an ans").stopped(exceptions.RunCancelled("x"))
    text = Page(html_of(stopped)).text
    assert "Half an ans" in text
    assert "Stopped. The connection was closed" in text
    failed = Play().send().created("resp_1").completed("failed", error={"code": "server_error", "message": "It broke."})
    assert "ProviderError: The provider answered: It broke." in Page(html_of(failed)).text


def test_a_refusal_and_hosted_calls_are_shown() -> None:
    play = Play().send().created("resp_1").item(type="web_search_call", action={"type": "search", "query": "x"})
    play.event("response.refusal.delta", delta="I will not.").completed()
    text = Page(html_of(play)).text
    assert 'web_search_call search "x"' in text
    assert "I will not." in text


def test_a_timeline_alone_has_no_answer() -> None:
    html = timeline_html(bundle(capitals().run, HEADER))
    assert "img" in html
    assert "inhabitants" not in html
