from __future__ import annotations

from html.parser import HTMLParser

import pytest

from ws_notebook.render.answer import answer_html

__all__: list[str] = []


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_markdown_becomes_html() -> None:
    html = answer_html("**Paris** has `2` ~~3~~\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n```python\nx < y\n```\n")
    for piece in ("<strong>Paris</strong>", "<code>2</code>", "<s>3</s>", "<td>1</td>", "x &lt; y"):
        assert piece in html


HOSTILE = [
    "<script>alert(1)</script>",
    "text <img src=x onerror=alert(1)> more",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,AAAA)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "<https://ok.example> <javascript:alert(1)>",
    "![pic](https://tracker.example/a.png)",
    '![a"><script>](https://tracker.example/"onerror="x)',
    "![pic](javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "<!-- --><iframe src=https://example.org></iframe><style>*{}</style>",
    '[a](https://e.example "t\\" onclick=\\"x")',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_an_answer_acts_or_loads(text: str) -> None:
    for tag, attributes in Tags(answer_html(text)).found:
        assert tag in {"p", "a", "em", "strong", "code", "pre"}
        assert attributes.keys() <= {"href", "rel", "title"}
        assert (attributes.get("href") or "https:").startswith(("https:", "http:", "mailto:"))


def test_links_open_and_pictures_become_links() -> None:
    links = Tags(answer_html("[a](https://e.example/?a=1&b=2) ![b](http://e.example/b.png) <me@e.example>")).found
    assert [(tag, attributes["href"]) for tag, attributes in links if tag == "a"] == [
        ("a", "https://e.example/?a=1&b=2"),
        ("a", "http://e.example/b.png"),
        ("a", "mailto:me@e.example"),
    ]
    assert all("noopener" in (attributes["rel"] or "") for tag, attributes in links if tag == "a")


def test_blocks_read_from_the_side_of_their_letters() -> None:
    html = answer_html("مرحبا\n\n- واحد\n- two\n\nLeft.\n\n| أ |\n|--|\n| b |")
    for tag in ('<p dir="auto">مرحبا', '<ul dir="auto">\n<li>واحد', '<p dir="auto">Left.', '<table dir="auto">'):
        assert tag in html
    assert "dir=" not in answer_html("Left.\n\n- one")
