"""Mathematics that would stall a page is shown as code, in the HTML and in the Markdown."""

from __future__ import annotations

import pytest

from ws_notebook.render.answer import NO_MATH, answer_html
from ws_notebook.render.nesting import as_code, too_much

__all__: list[str] = []

DEEP = r"\frac{1}{" * 100 + "x" + "}" * 100
LEFT = r"\left(" * 50 + "x" + r"\right)" * 50
BEGIN = r"\begin{array}{c}" * 50 + "x" + r"\end{array}" * 50
LONG = "x+" * 3000 + "x"


def nested(levels: int) -> str:
    return "$" + "{" * levels + "x" + "}" * levels + "$"


def test_the_limits_are_forty_levels_and_five_thousand_characters() -> None:
    assert not too_much(nested(40))
    assert too_much(nested(41))
    assert not too_much("$$" + "x" * 4990 + "$$")
    assert too_much("$$" + "x" * 5000 + "$$")
    assert too_much(r"\(" + "x" * 5000 + r"\)")
    assert not too_much("$5 " + "word " * 2000)
    assert not too_much("{" * 100 + "no mathematics" + "}" * 100)
    assert not too_much("$" + r"\frac{1}{2}+" * 200 + "x$")
    assert not too_much("$" + r"\{" * 100 + "$")
    assert not too_much("$" + "}" * 50 + "{" * 40 + "$")


@pytest.mark.parametrize("formula", [DEEP, LEFT, BEGIN, LONG])
@pytest.mark.parametrize("sign", ["$$", "$", "\n$$\n"])
def test_a_formula_beyond_the_limits_is_code_in_the_html(formula: str, sign: str) -> None:
    html = answer_html(f"Words {sign}{formula}{sign} and $y$.")
    begin = html.partition(formula[:60])[0].rstrip("$\n")
    assert begin.endswith("<code>") or f'<span class="{NO_MATH}">' in begin
    assert answer_html("Words $$x$$ and $y$.") == "<p>Words $$x$$ and $y$.</p>"


@pytest.mark.parametrize(
    "text",
    [
        r"\\(" + DEEP + r"\\)",
        r"\\[" + DEEP + r"\\]",
        r"\begin{equation}" + DEEP + r"\end{equation}",
        "$" + DEEP + "*x*" + DEEP + "$",
        f"a ${LONG}$ b",
        "- $" + DEEP,
        "| $" + DEEP + "|\n|--|\n| x |",
        "# $" + DEEP,
    ],
)
def test_what_only_the_page_would_take_for_a_formula_is_passed_over(text: str) -> None:
    html = answer_html(text)
    assert f'<span class="{NO_MATH}">' in html
    assert html.count("<span") == html.count("</span>") == 1


def test_in_markdown_only_the_paragraph_becomes_code() -> None:
    text = f"Words.\n\n$${DEEP}$$\n\nMore $x$.\n\n```\n{nested(50)}\n```\nEnd."
    assert as_code(text) == f"Words.\n\n```\n$${DEEP}$$\n```\n\nMore $x$.\n\n```\n{nested(50)}\n```\nEnd."


@pytest.mark.parametrize("before", ["- a\n\n  ```\n", "```\n", "<!-- \n\n", "    ```\n", "<pre>\n\n", "> ~~~\n> x\n\n"])
def test_in_markdown_all_becomes_code_where_it_is_not_sure_what_is(before: str) -> None:
    text = f"{before}\n\n$${DEEP}$$"
    shown = as_code(text)
    mark = shown.partition("\n")[0]
    assert set(mark) == {"`"}
    assert mark not in text
    assert shown == f"{mark}\n{text.strip(chr(10))}\n{mark}"


def test_what_is_within_bounds_is_as_the_model_wrote_it() -> None:
    text = f"a\n \n\nb $x$\n{nested(40)}\n\n<b>\n```\nx"
    assert as_code(text) == text
