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


def test_what_has_failed_is_known_by_subject() -> None:
    parts = Parts("provider")
    parts.warning("a", "odd", "Look at it.")
    assert not parts.has_failed()
    parts.failed("b", "broken", "Mend it.")
    assert (parts.has_failed(), parts.has_failed("a"), parts.has_failed("a", "b")) == (True, False, True)


def test_every_text_is_cleaned() -> None:
    parts = Parts("provider")
    parts.failed("a", "the key abc is wrong", "Replace abc.")
    (found,) = parts.cleaned(lambda text: text.replace("abc", "[secret]"))
    assert (found.said, found.advice) == ("the key [secret] is wrong", "Replace [secret].")
