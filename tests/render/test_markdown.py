from __future__ import annotations

from markdown_it import MarkdownIt
from render.play import HEADER, Play, capitals

from ws_notebook.render.bundle import bundle
from ws_notebook.render.markdown import markdown

__all__: list[str] = []


def of(play: Play) -> str:
    return markdown(bundle(play.run, HEADER, now=play.now))


def test_the_answer_is_the_model_s_own_markdown() -> None:
    found = of(capitals())
    assert found.startswith("I will clear the cache.\n\n**Paris** has more inhabitants than **Oslo**: ")
    assert "*r7 completed · 3.2 s" in found
    assert '| population(city="Paris") | 250 ms → 2103000 | tool 250 ms |' in found


def test_a_fence_left_open_does_not_swallow_the_figures() -> None:
    play = Play().send().created("resp_1").text("````python\n```\nx = 1\n").completed()
    html = MarkdownIt("commonmark").render(of(play))
    assert "<em>r7 completed" in html
    closed = Play().send().created("resp_1").text("```\nx\n```\nafter").completed()
    assert of(closed).count("```") == 2


def test_names_arguments_and_errors_are_words_and_nothing_else() -> None:
    play = Play().send().created("resp_1").call("call_1", "a|b*<i>`x`", q="|<b>$x$")
    play.answered("call_1", "x", status="failed", error="<script>|\n# no")
    play.completed("failed", error={"message": "<img src=x> *no*"})
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(of(play))
    assert html.count("<tr>") == 3
    for markup in ("<script", "<img", "<b>", "<i>", "<h1"):
        assert markup not in html


def test_steered_words_are_quiet_and_nothing_but_words() -> None:
    play = Play().send().created("resp_1").text("Long").steer("*be* <b>brief</b>").steer_event("accepted")
    found = of(play.completed("incomplete").created("resp_2").text("Short").completed())
    assert "\n\n> *steered: \\*be\\* \\<b\\>brief\\</b\\>*\n\n> *r7 completed" in found


def test_a_failed_run_says_why() -> None:
    play = Play().send().created("resp_1").text("Half").completed("failed", error={"message": "It broke."})
    assert "> **ProviderError: The provider answered: It broke." in of(play)


def test_reasoning_is_there_to_unfold_and_nothing_but_words() -> None:
    play = Play().send().created("r").reasoning("**First** <b>\n\nthen $x$.").text("Hi", index=1).completed()
    shown = markdown(bundle(play.run, HEADER))
    assert "<summary>Reasoning</summary>\n\n\\*\\*First\\*\\* \\<b\\>\n\nthen \\$x\\$.\n\n</details>" in shown
    long = Play().send().created("r").reasoning("thought " * 1000).text("Hi", index=1).completed()
    assert len(markdown(bundle(long.run, HEADER))) < 2000
    assert "Reasoning" not in markdown(bundle(Play().send().created("r").text("Hi").completed().run, HEADER))


def test_paragraphs_of_a_refusal_stay_apart_and_an_empty_answer_says_so() -> None:
    play = Play().send().created("r").event("response.refusal.delta", delta="No.\n\nAsk *else*.").completed()
    assert markdown(bundle(play.run, HEADER)).startswith("No.\n\nAsk \\*else\\*.\n\n> *r7 completed")
    assert markdown(bundle(Play().send().created("r").completed().run, HEADER)).startswith(
        "No text.\n\n> *r7 completed"
    )
