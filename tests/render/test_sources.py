from __future__ import annotations

from typing import Any

from render.play import HEADER, Play

from ws_notebook.render.bundle import bundle
from ws_notebook.render.mime import mime_bundle
from ws_notebook.render.sources import cited, sources_html, sources_markdown, sources_text

__all__: list[str] = []

NOTES = [
    {"type": "url_citation", "url": "https://b.example/a?x=1&y=$2", "title": "A *title* <b>"},
    {"type": "file_citation", "file_id": "file_1", "filename": "report.pdf"},
    {"type": "url_citation", "url": "javascript:alert(1)", "title": "[bad](x)"},
]


def play_citing(notes: list[dict[str, Any]]) -> Play:
    content = [{"type": "output_text", "text": "Sunny.", "annotations": notes}]
    return Play().send().created("r").item(type="message", id="m", content=content).completed()


def test_each_source_is_named_and_only_web_addresses_are_links() -> None:
    run = bundle(play_citing(NOTES).run, HEADER)
    assert cited(run) == [
        ("A *title* <b>", "https://b.example/a?x=1&y=$2"),
        ("report.pdf", ""),
        ("[bad](x)", ""),
    ]
    assert sources_html(run) == (
        '<p>Sources</p><ol><li dir="auto"><a href="https://b.example/a?x=1&amp;y=$2" rel="noopener noreferrer">'
        'A *title* &lt;b&gt;</a></li><li dir="auto">report.pdf</li><li dir="auto">[bad](x)</li></ol>'
    )
    assert sources_markdown(run).splitlines()[2:] == [
        r"1. [A \*title\* \<b\>](<https://b.example/a?x=1&y=%242>)",
        "2. report.pdf",
        r"3. \[bad\](x)",
    ]
    assert sources_text(run) == ["[1] A *title* <b> https://b.example/a?x=1&y=$2", "[2] report.pdf", "[3] [bad](x)"]


def test_every_saved_form_has_them() -> None:
    forms = mime_bundle(play_citing(NOTES).run, HEADER)
    assert all("report.pdf" in forms[name] for name in ("text/html", "text/markdown", "text/plain"))
    bare = bundle(play_citing([]).run, HEADER)
    assert (sources_html(bare), sources_markdown(bare), sources_text(bare)) == ("", "", [])


def test_an_address_that_could_end_its_link_is_none() -> None:
    for url in ("https://a.example/>x", "https://a.example/a b", "HTTPS:/x", "//a.example"):
        run = bundle(play_citing([{"url": url, "title": "T"}]).run, HEADER)
        assert cited(run) == [("T", "")]
