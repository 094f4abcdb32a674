from __future__ import annotations

from ws_notebook.render.sheet import facts, sheet

__all__: list[str] = []


def test_the_styles_stand_inside_and_name_nothing_outside() -> None:
    html = sheet("<p>x</p>", words=True)
    assert html.startswith('<div class="wsn-static wsn-words"><style>')
    assert html.endswith("</style><p>x</p></div>")
    rules = (
        html.partition("<style>")[2]
        .partition("</style>")[0]
        .replace("@media print{", "")
        .replace("@media (grid){", "")
        .split("}")
    )
    assert [rule for rule in rules if rule and ".wsn-" not in rule.partition("{")[0]] == []
    assert "url(" not in html
    assert "\n" not in html


def test_facts_are_kept_from_typesetters_and_nothing_leaves_nothing() -> None:
    assert facts("$5", " and $6") == '<div class="mathjax_ignore tex2jax_ignore">$5 and $6</div>'
    assert facts("", "") == ""
