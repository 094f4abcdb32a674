from __future__ import annotations

from ws_notebook.secrets.keys import Keys, begun, has_both

__all__: list[str] = []


def test_a_long_key_with_letters_and_digits_is_a_secret_by_its_value() -> None:
    keys = Keys(["abcdefgh12345678", "abcdefghijklmnopqrst", "a1b2", "1234567890123456"])
    data = b"abcdefgh12345678 abcdefghijklmnopqrst a1b2 1234567890123456"
    assert list(keys.places(data)) == [(0, 16)]
    assert keys.knows(b"a1b2")
    assert repr(keys) == "<Keys: 4 known>"


def test_of_a_header_what_stands_behind_its_first_word_is_known_too() -> None:
    keys = Keys()
    keys.add(["Bearer abcdefgh12345678", " "])
    assert list(keys.places(b"x abcdefgh12345678")) == [(2, 18)]


def test_a_key_is_found_as_a_url_and_html_write_it() -> None:
    keys = Keys(["abc/def+gh&12345678"])
    for written in (b"abc/def%2Bgh%2612345678", b"abc%2Fdef%2Bgh%2612345678", b"abc/def+gh&amp;12345678"):
        assert list(keys.places(b"see " + written)) == [(4, 4 + len(written))]


def test_the_beginning_of_a_key_is_seen_at_the_end() -> None:
    keys = Keys(["abcdefgh12345678"])
    assert keys.begun(b"see abcd") == 4
    assert keys.begun(b"see abcx") == 8
    assert keys.begun(b"") == 0
    assert begun(b"aab", b"aaa") == 1
    assert has_both(b"a1")
    assert not has_both(b"12")
