"""Findings, as they are collected."""

from __future__ import annotations

from ws_notebook.doctor.finding import Parts

__all__: list[str] = []


def test_findings_keep_their_order_part_and_advice() -> None:
    parts = Parts("provider")
    parts.ok("a", "fine", cost="costs nothing")
    parts.failed("b", "broken", "Mend it.")
    first, second = parts.found
    assert (first.part, first.state, first.advice, first.cost) == ("provider", "ok", "", "costs nothing")
    assert (second.subject, second.state, second.advice) == ("b", "failed", "Mend it.")


def test_every_text_is_cleaned() -> None:
    parts = Parts("provider")
    parts.failed("a", "the key abc is wrong", "Replace abc.")
    (found,) = parts.cleaned(lambda text: text.replace("abc", "[secret]"))
    assert (found.said, found.advice) == ("the key [secret] is wrong", "Replace [secret].")
