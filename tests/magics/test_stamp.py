"""A stamp is the same in the kernel and in the browser (labextension/test/cells/edited.test.ts has these too)."""

from __future__ import annotations

from ws_notebook.magics.stamp import stamp

__all__: list[str] = []


def test_a_stamp_is_of_the_words_without_the_line_breaks_around_them() -> None:
    assert stamp("") == "00000000-0"
    assert stamp("\nhello\n\n") == stamp("hello") == "3610a686-5"
    assert stamp("hello\r\nyou\n") == stamp("hello\nyou")
    assert stamp(" hello") != stamp("hello")


def test_a_stamp_is_of_any_text() -> None:
    assert stamp("grüße 🌍") == stamp("grüße \ud83c\udf0d")
    assert stamp("\ud800") == stamp("\ufffd")
