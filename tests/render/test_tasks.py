"""Lists of tasks in HTML."""

from __future__ import annotations

from ws_notebook.render.answer import answer_html

__all__: list[str] = []


def test_each_task_has_one_box_and_no_dot() -> None:
    html = answer_html("- [x] **done** with it\n- [ ] to do\n- [X]  *also*\n- none\n  - [ ] inside\n")
    assert html.count('<li style="list-style:none">') == 4
    for words in ("☑ <strong>done</strong> with it", "☐ to do", "☑ <em>also</em>", "<li>none", "☐ inside"):
        assert words in html
    assert "[x]" not in html


def test_tasks_stand_apart_and_in_ordered_lists_too() -> None:
    html = answer_html("1. [ ] one\n\n2. [x] two\n")
    assert "<p>☐ one</p>" in html
    assert "<p>☑ two</p>" in html


def test_what_is_no_task_stays() -> None:
    html = answer_html("- [x](https://example.org)\n- [y] no\n- [ ]\n- `[x]` code\n\n[x] paragraph\n")
    assert "☑" not in html
    assert "☐" not in html
