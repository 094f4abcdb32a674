from __future__ import annotations

import pytest

from ws_notebook.server.models.script.nodes import SceneError, compose

__all__: list[str] = []


def wrong(text: str) -> str:
    with pytest.raises(SceneError) as caught:
        compose(text, "s.yaml")
    return str(caught.value)


def test_values_are_those_of_json_and_everything_else_is_text() -> None:
    node = compose("a: [1, -2.5, true, null, no, on, 12:30, 'x', 1e3, 0x10, ~, '5']", "s.yaml")
    assert node.plain == {"a": [1, -2.5, True, None, "no", "on", "12:30", "x", 1000.0, "0x10", None, "5"]}


def test_each_value_has_its_line_and_column() -> None:
    node = compose("a: 1\nb:\n  - x\n  - y\n", "s.yaml")
    (_, _), (key, value) = node.entries
    assert (key.line, key.column) == (2, 1)
    assert [(each.line, each.column) for each in value.items] == [(3, 5), (4, 5)]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\n b: 2\n", 2, "indented deeper than line 1"),
        ("a:\n  - x: 1\n - y: 2\n", 3, "Indent it by 2 spaces"),
        ("a:\n- x: 1\n\t- y: 2\n", 3, "Indent with spaces"),
        ("a: Note: this\n", 1, "Quote the text"),
        ('a: "open\nb: 1\n', 1, "never closed"),
        ("a: {name} goes on\n", 1, "Quote the whole text"),
        ("a: @x\n", 1, "Quote the text that begins with it"),
        ("a: 1\n---\nb: 1\n", 2, "one scene in a file"),
        ("a: *nowhere\n", 1, "Name it with '&'"),
        ("a: 1\na: 2\n", 2, "stands twice; first in line 1"),
        ("? [x]\n: 1\n", 1, "not a list or a mapping"),
        ("", 1, "empty"),
        ("a: \x00\n", 1, "may not stand in YAML"),
        ("a: &a\n  - *a\n", 1, "holds itself"),
        ("[" * 60 + "]" * 60, 1, "nested deeper"),
    ],
)
def test_what_is_no_yaml_is_named_by_its_line_with_what_to_write(text: str, line: int, words: str) -> None:
    said = wrong(text)
    assert said.startswith(f"s.yaml:{line}:")
    assert words in said


def test_aliases_of_aliases_do_not_grow_without_a_bound() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "more than 20,000 values" in wrong("\n".join(rows))
