"""Where a test's cassette is. What is done with it is tried with whole projects: test_projects.py."""

from __future__ import annotations

import pytest

from ws_notebook.pytest_plugin.case import _marked, file_name

__all__: list[str] = []

_MARK = pytest.mark.usefixtures
"""Any mark will do: sources that are not installed have none of the plugin's."""


@pytest.mark.parametrize(
    ("nodeid", "name"),
    [
        ("tests/test_it.py::test_sum", "test_sum.jsonl"),
        ("test_it.py::TestMore::test_sum", "TestMore.test_sum.jsonl"),
        ("test_it.py::test_sum[1-two]", "test_sum-1-two.jsonl"),
    ],
)
def test_a_cassette_has_the_name_of_its_test(nodeid: str, name: str) -> None:
    assert file_name(nodeid) == name


def test_names_that_no_system_takes_are_made_short_and_stay_apart() -> None:
    odd = [f"test_it.py::test_sum[{case}]" for case in ("a/b", "a:b", "a b", "ü" * 3, "x" * 400, "x" * 401, "../../up")]
    names = [file_name(each) for each in odd]
    assert len(set(names)) == len(odd)
    assert all(len(name) < 140 and not set(name) & set('/\\:*?"<>| ') for name in names)


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (_MARK("a", "b"), "takes one name"),
        (_MARK(5), "takes the name of a file, not 5"),
        (_MARK(mode="rewrite"), "one of none, once, new_episodes, all, not 'rewrite'"),
        (_MARK(nam="x"), "has no 'nam'"),
    ],
)
def test_a_marker_that_is_wrong_is_explained(mark: pytest.MarkDecorator, words: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=words):
        _marked(mark.mark)


def test_a_marker_says_only_what_is_other_than_usual() -> None:
    usual = {"name": None, "mode": None, "exact": False, "speed": 0, "tools": "live"}
    assert _marked(None) == usual
    assert _marked(_MARK("talk.jsonl", tools="recorded").mark) == {
        **usual, "name": "talk.jsonl", "tools": "recorded"
    }  # fmt: skip
