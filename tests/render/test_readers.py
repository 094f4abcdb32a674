from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from ws_notebook.render.readers import caption, settable

__all__: list[str] = []

TABLE = "| a | b |\n|---|---|\n| 1 | 2 |"


def html_of(text: str) -> str:
    return MarkdownIt("commonmark").enable("table").render(settable(text))


@pytest.mark.parametrize("rule", ["---", "***", "___", "- - -", " * * * *", "----------"])
def test_a_rule_is_three_asterisks_wherever_it_stands(rule: str) -> None:
    for text in (f"a\n\n{rule}\n\nb", f"> a\n>\n> {rule}\n\nb", f"1. a\n\n   {rule}\n\nb"):
        found = html_of(text)
        assert "<hr" not in found
        assert "<p>* * *</p>" in found
        assert "<p>b</p>" in found


def test_a_heading_s_underline_and_code_are_no_rules() -> None:
    for text in ("a\n---\n\nb", "```\n---\n| a |\n|---|\n```", "    ---", "`---`", "no rule", "a -- b --- c"):
        assert settable(text) == text


def test_a_table_gets_a_caption_below_it_and_what_follows_stays_apart() -> None:
    assert settable(f"{TABLE}\n\nend") == f"{TABLE}\n\nTable: 2 columns, 1 row\n\n\nend"
    assert settable(TABLE) == f"{TABLE}\n\nTable: 2 columns, 1 row\n"
    quoted = settable("\n".join(f"> {line}" for line in TABLE.splitlines()))
    assert quoted.endswith("> | 1 | 2 |\n>\n> Table: 2 columns, 1 row\n>")
    assert html_of(f"- x\n\n  {TABLE.replace(chr(10), chr(10) + '  ')}").count("<ul>") == 1
    assert settable(f"{TABLE}\n\n---\n\n{TABLE}").count("Table: 2 columns, 1 row") == 2


def test_each_kind_of_table_is_one() -> None:
    for text in ("a|b\n-|-\n1|2", "| a |\n| :-: |", "a | b\n--: | :--\n1 | 2\n3 | 4"):
        assert "Table: " in settable(text)


def test_a_picture_is_a_link_and_loads_nothing() -> None:
    found = html_of("![a plot](https://x.example/p.png) and ![](q.png) but `![no](r.png)` and \\![no](s.png)")
    assert "<img" not in found
    assert '<a href="https://x.example/p.png">a plot</a> and <a href="q.png">picture</a>' in found
    assert "<code>![no](r.png)</code>" in found


def test_a_caption_is_one_line() -> None:
    assert caption("2 turns") == "Table: 2 turns"
