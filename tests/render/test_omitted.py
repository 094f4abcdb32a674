"""Pictures that an answer writes out as data."""

from __future__ import annotations

import pytest

from ws_notebook.render.answer import answer_html
from ws_notebook.render.omitted import left_out, without_pictures

__all__: list[str] = []

DATA = "data:image/png;base64," + "iVBORw0KGgo" * 50


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (f"See ![a plot]({DATA}) here.", "See (picture left out: a plot) here."),
        (f"![]({DATA})![b](<{DATA}>)", "(picture left out)(picture left out: b)"),
        (f'![t]( {DATA} "title" )', "(picture left out: t)"),
        (f"cut ![off]({DATA}", "cut (picture left out: off)"),
        (f"`![code]({DATA})`", f"`![code]({DATA})`"),
        (f"```\n![code]({DATA})\n```\n![c]({DATA})", f"```\n![code]({DATA})\n```\n(picture left out: c)"),
        (f"\\![no]({DATA})", f"\\![no]({DATA})"),
        (f"[link]({DATA})", f"[link]({DATA})"),
        ("![web](https://example.org/a.png) data:", "![web](https://example.org/a.png) data:"),
        ("![UPPER](DATA:image/gif;base64,AA)", "(picture left out: UPPER)"),
    ],
)
def test_words_stand_in_their_place_but_not_in_code(written: str, read: str) -> None:
    assert without_pictures(written, markdown=False) == read


def test_what_a_picture_is_called_is_no_markdown() -> None:
    assert without_pictures(f"![a *b* $x$ <i>]({DATA})") == r"*(picture left out: a \*b\* \$x\$ \<i\>)*"
    assert len(left_out("x" * 1000)) < 160


def test_the_html_says_it_too() -> None:
    html = answer_html(f"before ![a <b> plot]({DATA}) after")
    assert html == "<p>before <em>(picture left out: a &lt;b&gt; plot)</em> after</p>"


def test_pictures_without_an_end_cost_no_more_than_they_are_long() -> None:
    for part in ("![", "![a](data:", "![a](data:x ", "`![a](data:"):
        assert without_pictures(part * 20_000)
