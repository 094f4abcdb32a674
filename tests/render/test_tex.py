from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from ws_notebook.render.answer import answer_html
from ws_notebook.render.tex import KIND, dollars, keep_tex

__all__: list[str] = []


def formulas(text: str) -> list[str]:
    parser = MarkdownIt("commonmark")
    keep_tex(parser)
    tokens = parser.parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    return [token.content for token in every if token.type == KIND]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"so \(x_1 + y\) is", "so $x_1 + y$ is"),
        (r"\( x \)", "$x$"),
        ("\\[\na \\\\ b\n+ c\n\\]", "$$\na \\\\ b\n+ c\n$$"),
        (r"  \[x\].", "  $$x$$."),
        # Escaped brackets, and the escape of the escape.
        (r"see \[1\] and \[2\]", r"see \[1\] and \[2\]"),
        (r"\\(no\\)", r"\\(no\\)"),
        (r"\(a", r"\(a"),
        (r"\(\)", r"\(\)"),
        ("\\(a\n\nb\\)", "\\(a\n\nb\\)"),
        # Code stays code.
        (r"`\(a\)` \(b\)", r"`\(a\)` $b$"),
        (r"``a ` \(b\) `` \(c\)", r"``a ` \(b\) `` $c$"),
        ("```\n\\(a\\)\n```\n\\(b\\)", "```\n\\(a\\)\n```\n$b$"),
        ("~~~~\n\\(a\\)\n~~~\n\\(b\\)\n~~~~\n", "~~~~\n\\(a\\)\n~~~\n\\(b\\)\n~~~~\n"),
        (r"a ` alone \(b\)", r"a ` alone $b$"),
    ],
)
def test_brackets_of_tex_become_dollars_outside_code(written: str, read: str) -> None:
    assert dollars(written) == read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$a_1 * b * c_1$", ["$a_1 * b * c_1$"]),
        ("x $$a_1$$ y", ["$$a_1$$"]),
        ("$$\na\n+ b\n= c\n$$", ["$$\na\n+ b\n= c\n$$"]),
        ("text\n$$x$$\nmore", ["$$x$$"]),
        ("> $$\n> a\n> $$", ["$$\na\n$$"]),
        ("it costs $5 and then $6.", []),
        ("$ x $", []),
        (r"a \$x$ b", []),
        (r"$x\$", []),
        ("`$x$`", []),
        ("$$\nx\n\n$$", []),
        ("$" * 7, []),
        ("    $$x$$", []),
    ],
)
def test_formulas_are_kept_whole_and_money_is_none(text: str, found: list[str]) -> None:
    assert formulas(text) == found


def test_a_formula_stands_in_html_as_written_and_does_nothing() -> None:
    assert answer_html(r"$a_1*b*c$ and \(\frac{1}{2}\)") == r"<p>$a_1*b*c$ and $\frac{1}{2}$</p>"
    assert answer_html("$$\n<script>\\_\n$$") == "<p>$$\n&lt;script&gt;\\_\n$$</p>"


@pytest.mark.parametrize("part", ["$", "`", "$5 ", "$$\n", "$$a\n", "\\(", "` \\)", "\\(`\\)"])
def test_signs_without_an_end_cost_no_more_than_they_are_long(part: str) -> None:
    text = part * 30_000
    assert dollars(text).count("a") == text.count("a")
    assert answer_html(text)
