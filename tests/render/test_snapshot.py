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
    *("style", "div", "p", "br", "span", "strong", "em", "code", "pre", "img", "details", "summary", "ul", "li", "a"),
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
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def html_of(play: Play) -> str:
    return snapshot(bundle(play.run, HEADER, now=play.now))


def test_a_snapshot_has_header_picture_table_and_answer() -> None:
    page = Page(html_of(capitals()))
    for words in (
        "completed",
        "3.2\u00a0s · 3 turns · 3 calls",
        "less than HTTP",
        "tokens",
        "local demo",
        "a script, no AI",
    ):
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
        assert attributes.keys() <= {"style", "class", "src", "alt", "scope", "href", "rel", "dir"}
    assert [tag for tag, _ in page.tags].count("style") == 1
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


def test_steered_words_stand_between_the_answer_and_the_timeline() -> None:
    play = Play().send().created("resp_1").text("Long").steer("be brief").steer_event("accepted")
    text = Page(html_of(play.completed("incomplete").created("resp_2").text("Short").completed())).text
    assert text.index("Short") < text.index("steered: be brief") < text.index("in figures")


def test_the_answer_comes_first_as_in_the_run_view() -> None:
    play = capitals()
    play.run.pictures = ({"url": "data:image/png;base64,AA==", "caption": "plot"},)
    html = html_of(play)
    places = [
        html.index(words) for words in ("completed", "AA==", "more inhabitants", "Reasoning", "image/svg", "in figures")
    ]
    assert places == sorted(places)


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


def test_a_turn_s_tokens_and_bytes_and_a_long_error_stand_in_the_table() -> None:
    error = "ValueError: " + "no such town, " * 12
    play = Play().send().created("resp_1").call("call_1", "look").completed()
    play.started("call_1").answered("call_1", "x", status="failed", error=error).send().created("resp_2").completed()
    text = Page(html_of(play)).text
    assert error.strip() in text
    assert re.search(r"\d+ → \d+ tokens, \d+\u00a0B sent", Page(html_of(capitals())).text)


def test_reasoning_is_shown_as_far_as_there_is_room() -> None:
    text = Page(html_of(capitals())).text
    assert "Reasoning" in text
    play = Play()
    for number in range(6):
        play.at(number).send().created(f"resp_{number}").reasoning("<b>I think.</b>\n" + "so " * 1000).completed()
    long = Page(html_of(play)).text
    assert long.count("<b>I think.</b>") == 3
    assert "more characters" in long
    assert len(long) < 6000


def test_colours_stand_only_beside_words_never_under_them() -> None:
    """The ground is the page's: no colour of a text is legible on every one."""
    failed = Play().send().created("resp_1").completed("failed", error={"code": "server_error", "message": "It broke."})
    for play in (capitals(), failed):
        for tag, attributes in Page(html_of(play)).tags:
            if re.search(r"(^|;)color:", attributes.get("style") or ""):
                assert tag == "span"
    assert "border-left" in html_of(failed)


def test_no_empty_line_ends_the_html_where_it_stands_in_markdown() -> None:
    play = Play().send().created("resp_1").text("```python\na = 1\n\n\nb = 2\n```\n\nx\n").completed()
    html = html_of(play)
    assert "\n\n" not in html
    assert "a = 1\n\n\nb = 2" in Page(html).text


def test_a_timeline_alone_has_no_answer() -> None:
    html = timeline_html(bundle(capitals().run, HEADER))
    assert "img" in html
    assert "inhabitants" not in html


def test_pictures_that_hosted_tools_made_are_shown_unless_they_are_large() -> None:
    play = Play().send().created("r")
    for result in ("aGk=", "A" * 300_000):
        play.item(type="image_generation_call", id="ig", output_format="png", result=result, status="completed")
    html = snapshot(bundle(play.completed().run, HEADER))
    assert '<img src="data:image/png;base64,aGk=" alt="image png, ' in html
    assert "A picture of 225\u00a0kB is left out here" in html
    assert len(html) < 20_000


def test_an_answer_stays_in_its_place() -> None:
    html = snapshot(bundle(capitals().run, HEADER))
    assert '<div style="overflow:auto;position:relative;contain:paint"><p><strong>Paris' in html.replace(
        "<p>I will clear the cache.</p>\n", ""
    )


def test_a_run_without_text_says_so() -> None:
    assert "No text." in snapshot(bundle(Play().send().created("r").completed().run, HEADER))
    assert "No text." not in snapshot(bundle(Play().send().created("r").run, HEADER))
    assert "No text." not in snapshot(bundle(capitals().run, HEADER))


def test_paragraphs_of_a_refusal_stay_apart() -> None:
    play = Play().send().created("r")
    play.event("response.refusal.delta", delta="I will not.\n\nAsk else.").completed()
    assert '<p dir="auto">I will not.</p><p dir="auto">Ask else.</p>' in snapshot(bundle(play.run, HEADER))
