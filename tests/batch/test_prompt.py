from __future__ import annotations

import datetime
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from support.pictures import png

from ws_notebook.batch.prompt import interpolate, trimmed
from ws_notebook.pictures import data_url
from ws_notebook.tools.values.pictures import Picture, as_picture

__all__: list[str] = []

BRACES = Path(__file__).with_name("braces.json")

NAMES: dict[str, Any] = {
    "x": 5, "a": 1, "b": 2, "i": 3, "n": 4, "color": "blue", "city": "Paris", "words": ["one", "two"],
    "d": {"k": {"deep": "v"}}, "f": lambda value: value * 2, "empty": "", "quit": object(),
}  # fmt: skip


def sent(prompt: str) -> str:
    return "".join(map(str, interpolate(prompt, NAMES, ignored=["quit"])))


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("{x}", "5"),
        ("{ x }", "5"),
        ("of {city}.", "of Paris."),
        ("{x}{a}", "51"),
        ("{x + 1} and {f(x)}", "6 and 10"),
        ("{', '.join(words)}", "one, two"),
        ("{words[0]!r}", "'one'"),
        ("{d['k']['deep']} {d[\"k\"]['deep']}", "v v"),
        ("{ {x: a}[x] }", "1"),
        ("{f({x: 1}[5])}", "2"),
        ("{ {w for w in words} == set(words) }", "True"),
        ("{[w.upper() for w in words]}", "['ONE', 'TWO']"),
        ("{(lambda q: q + x)(1)}", "6"),
        ('{f"{x:03d}"}', "005"),
        ("{'}' + city}", "}Paris"),
        ("{max(words)}", "two"),
        ("{empty}", ""),
        ("{x if a else b}", "5"),
    ],
)
def test_an_expression_is_replaced_by_its_value(prompt: str, expected: str) -> None:
    assert sent(prompt) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        "{missing}",
        "{x + missing}",
        "{}",
        "{1 + 2}",
        "{'text'}",
        "{len}",
        "{quit}",
        "$x and ${missing}",
        "{x!q}",
        "{x! r}",
        "{x:{missing}}",
        "{color:red}",
        "{x:{",
        '{"a": 1, "x": [1, 2]}',
        '{"x": {"a": {"b": null}}}',
        "{'a': x",
        "def f(q):\n    return {\n        x\n    }",
        "body { margin: 0 }",
        "a { color: red; }",
        "a {color: red}",
        "if (x) { return a; }",
        "for (const w of ws) { console.log(w) }",
        "fn main() { println!(); }",
        "{x: 1}",
        "{await x}",
        "{yield}",
        "{x x}",
        "{it's}",
        r"\frac{a}{b}",
        r"\sqrt[n]{x} and \mathbf{x}",
        r"\left\{ x \right\}",
        r"$\sum_{i}^{n} x_{i}$",
        r"$$a_{i} = b^{n}$$",
        r"\(x_{i}\) and \[x_{n}\]",
        "{{missing}}",
        "{{}}",
        "{% for w in words %}",
        "}{",
        "{",
        "}",
        "{x",
        "{\nx}",
        "{x\n}",
        "{0}",
        "\x00{\x00}",
    ],
)
def test_other_braces_pass_untouched(prompt: str) -> None:
    assert sent(prompt) == prompt


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ('{"city": "{city}", "n": {x}}', '{"city": "Paris", "n": 5}'),
        ('{"a":{"b":{x}}}', '{"a":{"b":5}}'),
        ('print(f"{x} of {missing}")', 'print(f"5 of {missing}")'),
        ("data_{x}.csv and 2^{n}", "data_5.csv and 2^4"),
        ("It costs $5 for {x} and $6", "It costs $5 for 5 and $6"),
        (r"C:\data\{city}.csv", r"C:\data\Paris.csv"),
        ("{missing} {x}", "{missing} 5"),
        ("import { x } from 'y'", "import 5 from 'y'"),
        ("it's {x}, isn't it, {city}'s", "it's 5, isn't it, Paris's"),
    ],
)
def test_expressions_among_other_braces_are_replaced(prompt: str, expected: str) -> None:
    assert sent(prompt) == expected


@pytest.mark.parametrize(
    "prompt", ["{{x}}", "{{ x }}", "{{{x}}}", "{{{{x}}}}", "{{{{{x}}}}}", "a {{x + 1}} b {x}", "{{x}}{x}{{a}}"]
)
def test_doubled_braces_are_those_of_an_f_string(prompt: str) -> None:
    assert sent(prompt) == eval("f" + repr(prompt), dict(NAMES))


@pytest.mark.parametrize(
    "prompt",
    ["{x:>10}|", "{x:.1f}", "{x!r:>4}", "{city!r}", "{city:*^9}", "{x:03d}", "{x:,}", "{x=}", "{x = }", "{x=:.2f}",
     "{x + 1=!s:>4}", "{x:{n}}", "{x:>{n}.{a}f}", "{d['k']['deep']!r}", "{x: .1f}", "{city!a:}",
     "{{x:.1f}} {{{x:.1f}}}",
     "{x if a else b:>3}", "{words[0:1]}", "{'a:b' + city:>12}", "{x != a}", "{x != a:>3}", "{{x!r}}"],
)  # fmt: skip
def test_conversions_and_formats_are_those_of_an_f_string(prompt: str) -> None:
    assert sent(prompt) == eval("f" + '"""' + prompt + '"""', dict(NAMES))


@pytest.mark.parametrize(
    ("prompt", "kind"), [("{city:.1f}", ValueError), ("{words:>5}", TypeError), ("{x:s}", ValueError)]
)
def test_a_format_that_does_not_fit_the_value_is_told_of(prompt: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        sent(prompt)
    (note,) = caught.value.__notes__
    assert note.startswith(f"It came of {prompt} in the prompt: the format ")
    assert "does not fit a value of type" in note


def test_a_time_is_written_in_its_own_format() -> None:
    assert interpolate("{day:%d.%m.%Y}", {"day": datetime.date(2030, 1, 2)}) == ["02.01.2030"]


def notes(prompt: str) -> list[str]:
    told: list[str] = []
    assert "".join(map(str, interpolate(prompt, {**NAMES, "frame": 1}, noted=told.append))) == prompt
    return told


@pytest.mark.parametrize(
    ("prompt", "reason"),
    [
        ("{frme.mean()}", "there is no frme in the notebook. Did you mean frame?"),
        ("It is {missing}.", "there is no missing in the notebook."),
        ("{x + missing:.1f}", "there is no missing in the notebook."),
        ("{missing!r}", "there is no missing in the notebook."),
        ("{max(1, 2)}", "it uses no name of the notebook's own."),
        ("{color:red}", "the format 'red' does not fit a value of type str."),
    ],
)
def test_what_reads_like_an_expression_and_was_left_is_told_with_the_reason(prompt: str, reason: str) -> None:
    (note,) = notes(prompt)
    assert note.endswith(f"}} was sent as typed: {reason}")
    assert note.startswith("{")


@pytest.mark.parametrize(
    "prompt",
    [
        '{"missing": [1, {"y": missing}]}',
        r"\frac{y}{z} and $\sum_{j}^{k} y_{j}$ and 2^{k}",
        "```js\nimport {useState} from 'react'\n```",
        "import { useState } from 'react'",
        "echo ${HOME}",
        "the set {p, q, r}",
        "body { margin: 0 }",
        "{}",
        "{1 + 2}",
        "{{missing}}",
        "for (;;) { return; }",
    ],
)
def test_of_other_braces_nothing_is_told(prompt: str) -> None:
    assert notes(prompt) == []


def test_notes_are_few_and_each_comes_once() -> None:
    assert len(notes("{missing} and {missing}")) == 1
    assert len(notes(" ".join(f"{{missing{n}}}" for n in range(50)))) == 8


def test_doubled_braces_that_do_not_close_alike_are_text() -> None:
    assert sent("{{x} and {x}}") == "{5 and 5}"
    assert sent("{{x}: 1}") == "{5: 1}"


def test_what_an_expression_raises_says_where_it_stands() -> None:
    with pytest.raises(KeyError) as caught:
        sent("Tell me of {d['nothing']}.")
    assert caught.value.__notes__ == [
        "It came of {d['nothing']} in the prompt. Double the braces, or use --raw, to send it as typed."
    ]


def test_an_expression_cannot_bind_a_name_of_the_notebook() -> None:
    assert sent("{(x := 7)}{x}") == "{(x := 7)}5"
    assert sent("{(y := x)}") == "5"
    assert "y" not in NAMES


def test_reading_braces_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sent(r"{1 is x}{'\d' + city}") == "False\\dParis"


def test_tables_go_in_as_compact_text() -> None:
    frame = pd.DataFrame({"city": ["Paris", "Oslo"], "n": [2103000, 717710]})
    (shown,) = interpolate("Sum up:\n{frame}\nand {frame.n}", {"frame": frame})
    assert shown == "Sum up:\ncity,n\nParis,2103000\nOslo,717710\nand n\n2103000\n717710"
    (long,) = interpolate("{frame}", {"frame": pd.DataFrame({"n": range(100_000)})})
    assert isinstance(long, str)
    assert "of 100,000 rows" in long


def test_figures_and_pictures_are_sent_at_their_places() -> None:
    names = {"fig": Figure(figsize=(1, 1)), "data": png(3, 2), "n": 2}
    before, figure, middle, picture, after = interpolate("Plot {n}: {fig} and {{{data}}}, {{fig}}.", names)
    assert (before, middle, after) == ("Plot 2: ", " and {", "}, {fig}.")
    assert isinstance(figure, Picture)
    assert figure.caption.startswith("fig, PNG ")
    assert isinstance(picture, Picture)
    assert picture.part["image_url"] == data_url(png(3, 2))


def test_what_stands_around_all_pieces_is_trimmed() -> None:
    picture = as_picture(png(3, 2))
    assert trimmed(["\n a ", picture, "\n", "b\n"]) == [" a ", picture, "\n", "b"]
    assert trimmed(["\n", picture]) == ["", picture]
    assert trimmed([" \n "]) == []


def test_long_prompts_are_read_within_the_test_s_time_limit() -> None:
    # Quadratic work on any of these takes minutes.
    entry = {"id": 1, "x": {"a": [1, 2, {"b": "it's {x}"}]}, "city": "Paris"}
    text = json.dumps([entry] * 5000)
    assert sent(text) == text.replace("{x}", "5")
    assert sent("{" * 50_000 + "x" + "}" * 50_000).strip("{}") in ("x", "5")
    assert sent("{x " * 20_000) == "{x " * 20_000
    assert sent(r"\(" * 20_000 + "_{x}").endswith("_5")
    assert notes("```\n" + "{missing.name}\n" * 20_000) == []
    assert notes("$a^{b}$ {p, q}\n" * 10_000) == []


class _Anything:
    """A value with which every expression goes through."""

    def __getattr__(self, name: str) -> _Anything:
        if name.startswith(("__", "_repr")):
            raise AttributeError(name)
        return self

    def _same(self, *_: object, **__: object) -> _Anything:
        return self

    __call__ = __getitem__ = __neg__ = __mul__ = _same

    def __iter__(self) -> Iterator[_Anything]:
        return iter([self] * len(self))

    def __len__(self) -> int:
        return 3

    def __repr__(self) -> str:
        return "¤"

    def __format__(self, spec: str) -> str:
        return "¤"


@pytest.mark.parametrize("case", json.loads(BRACES.read_text()), ids=lambda case: case["typed"])
def test_the_browser_marks_as_values_what_is_replaced(case: dict[str, Any]) -> None:
    """labextension/test/cells/values.test.ts reads the same cases."""
    names = dict.fromkeys(["a", "b", "d", "df", "f", "n", "red", "width", "x", "y", "z"], _Anything())
    assert "".join(map(str, interpolate(case["typed"], {**names, "width": 8}))) == case["sent"]
