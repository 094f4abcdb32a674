"""Words by the number: Markdown that reads pleasantly, means little, and is the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle, islice

__all__ = ["reasoning", "write"]

_SENTENCES = (
    "The harbour wakes before the town does, and the first boats are out when the lamps go off.",
    "A tide table hangs by the door, its corners soft from years of thumbs.",
    "Nobody hurries, because the water keeps its own time and has never once been late.",
    "By nine the market smells of bread, wet rope and oranges.",
    "The old lighthouse keeper counts the waves in sevens, and says that the seventh is always honest.",
    "Gulls argue over the roof of the customs house until the bell sends them off.",
    "In the afternoon the light turns the sheds the colour of honey.",
    "Somebody is always mending a net, and somebody is always explaining how it should be done.",
    "When fog comes in, people speak more softly, as if the air were listening.",
    "The ferry brings letters, two bicycles and a piano that nobody remembers having ordered.",
    "A good map, the pilot likes to say, leaves room for what is not known yet.",
    "On clear nights the stars lie on the water so still that the oars seem to stir them.",
)
_TITLES = ("Morning", "The market", "Tides and tables", "What the pilot said", "Fog", "The ferry", "Evening", "Stars")
_LISTS = (
    "- **Low water** comes a little later every day.\n- **High water** follows about six hours after.\n"
    "- Between the two, *patience* is the only instrument.",
    "1. Read the sky.\n2. Read the table.\n3. Then ask **someone older** than both.",
    "- bread, still warm\n- a coil of rope\n- two oranges, `one` for the way back",
)
_CODES = (
    "```python\ndef tide(hour):\n    return 2 + 1.5 * cos(hour / 6.2 * pi)\n```",
    "```python\nfor boat in harbour:\n    boat.moor(ropes=2)\n```",
)
_EMPHASIS = "**It is not a large place, but it is an exact one:** every stone of the quay has a name."
_THOUGHTS = (
    "Reading the prompt once more and noting every directive in it. ",
    "Putting the steps in order, and checking which of them depend on one another. ",
    "Comparing the plan with the tools at hand. ",
    "No step may be left out, and none may be done twice. ",
    "Choosing the plainest words for the answer. ",
)


def write(words: int) -> str:
    """Markdown of exactly *words* words: what ``len(text.split())`` counts."""
    blocks: list[str] = []
    left = words
    for block in _blocks():
        size = len(block.split())
        # The last words are plain ones, so that no list, bold text or code is cut in two.
        if size + _RESERVE > left:
            break
        blocks.append(block)
        left -= size
    if left:
        blocks.append(_plain(left, start=words))
    return "\n\n".join(blocks)


def reasoning(words: int) -> Iterator[str]:
    """Tokens of a reasoning summary, *words* of them."""
    return islice(cycle([f"{word} " for thought in _THOUGHTS for word in thought.split()]), words)


_RESERVE = 12


def _blocks() -> Iterator[str]:
    """Paragraphs, headings, lists and code, for ever."""
    titles, lists, codes = cycle(_TITLES), cycle(_LISTS), cycle(_CODES)
    for section in count():
        yield f"## {next(titles)}"
        yield _paragraph(section * 5, 4)
        yield next(lists) if section % 2 == 0 else _EMPHASIS
        yield _paragraph(section * 5 + 7, 3)
        if section % 3 == 1:
            yield next(codes)


def _paragraph(start: int, sentences: int) -> str:
    return " ".join(_SENTENCES[(start + place) % len(_SENTENCES)] for place in range(sentences))


def _plain(words: int, *, start: int) -> str:
    """A paragraph of exactly *words* words that ends with a full stop."""
    text = " ".join(islice(cycle(_paragraph(start, len(_SENTENCES)).split()), words))
    return text if text.endswith(".") else f"{text.rstrip(',')}."
