"""Words of a prompt: their stems, and the values among them."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

__all__ = ["OPENERS", "Values", "find_values", "mentions", "number", "stem", "stems"]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NAME = re.compile(r"[^\W\d_][\w’'-]*")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NUMBER = re.compile(r"(?<![\w.])(?:(?<!\d )-)?(?:\d{1,3}(?:,\d{3})+|\d[\d_]*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d_])")
_QUOTED = re.compile(r"""["“]([^"“”]*)["”]|(?<!\w)['‘]([^'‘’]*)['’](?!\w)|`([^`]+)`""")
_LITERAL = re.compile(
    r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)]|[\w.+-]+@[\w-]+\.[\w.-]*\w|\b\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?"
)
_LISTED_WITH = re.compile(r"(?:,|\s+or\b|\s+and\b|\s+vs\b)\.?\s+(\w)", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:\A|[.!?:\n])[\s\"“'(*#-]*\Z")
_STOP_WORDS = (
    "a about all also an and any are as at be been by call can could did do does for from get give given gives had "
    "has have how i if in into is it its list make many me more much my need new of on one or other our out please "
    "return returned returns run set should show so some tell than that the their them then there these they this to "
    "tool up us use used using value values want was way we were what when where which who why will with would you "
    "your "
)
_STOP = frozenset(_STOP_WORDS.split())
_OPENER_WORDS = (
    "and ask but calculate check compare compute convert count describe divide draw explain fetch find hello hey hi "
    "look multiply plot please rank search send so sort subtract thanks translate"
)
OPENERS = _STOP | frozenset(_OPENER_WORDS.split())
"""No names, though they are capitalised where a sentence begins."""
_NOT_NAMES = frozenset({"I", "I'm", "I’m", "OK", "Ok"})


@dataclass(frozen=True, slots=True)
class Values:
    """What in a prompt could be an argument, each in the order it stands."""

    numbers: list[int | float]
    quoted: list[str]
    literals: list[str]
    """Addresses and ISO dates."""
    names: list[str]
    """Capitalised words, neighbours joined."""
    starters: list[str]
    """Capitalised words that only begin a sentence, and so may be no names."""


def stems(text: str) -> set[str]:
    """The stems of the words of *text* that mean something; ``get_cityWeather`` has ``city`` and ``weather``."""
    words = (word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text).replace("_", " ")))
    return {stem(word) for word in words if word not in _STOP and len(word) > 1}


def stem(word: str) -> str:
    """A crude stem: endings off, as long as enough stays."""
    for ending, instead in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def mentions(text: str, value: str) -> bool:
    """Whether *value* stands in *text* as a word of its own, in any case."""
    if value.lower() not in text.lower():  # most are not, and a pattern of its own for each takes long
        return False
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None


def find_values(prompt: str) -> Values:
    """The values of *prompt*; what is quoted, or part of an address or a date, is nothing else as well."""
    quoted = [found[found.lastindex or 0] for found in _QUOTED.finditer(prompt)]
    rest = _QUOTED.sub(lambda found: " " * len(found.group()), prompt)
    literals = _LITERAL.findall(rest)
    rest = _LITERAL.sub(lambda found: " " * len(found.group()), rest)
    names: list[str] = []
    starters: list[str] = []
    for start, end in _capitalised(rest):
        words = [word.removesuffix("'s").removesuffix("’s") for word in rest[start:end].split(" ")]
        words = [word for word in words if word not in _NOT_NAMES]
        if words and _SENTENCE_START.search(rest[max(0, start - 10) : start]):
            words = _after_opener(words, listed=_is_listed(rest, end), starters=starters)
        if words:
            names.append(" ".join(words))
    numbers = [number(found) for found in _NUMBER.findall(rest)]
    return Values(numbers, quoted, literals, list(dict.fromkeys(names)), list(dict.fromkeys(starters)))


def _capitalised(text: str) -> list[tuple[int, int]]:
    """Where capitalised words stand, from and to; neighbours are one."""
    runs: list[tuple[int, int]] = []
    for match in _NAME.finditer(text):
        if match.group()[0].isupper():
            joins = bool(runs) and text[runs[-1][1] : match.start()] == " "
            runs.append((runs.pop()[0] if joins else match.start(), match.end()))
    return runs


def _is_listed(text: str, end: int) -> bool:
    """Whether the word that ends at *end* is followed by another capitalised one: "Paris or Oslo"."""
    follows = _LISTED_WITH.match(text, end)
    return follows is not None and follows.group(1).isupper()


def _after_opener(words: list[str], *, listed: bool, starters: list[str]) -> list[str]:
    """The words that are a name for certain, of those that begin a sentence; the doubtful go to *starters*."""
    if words[0].lower() in OPENERS:
        return words[1:]
    if listed:
        return words
    starters.append(" ".join(words))
    return words[1:]


def number(text: str) -> int | float:
    """The number that is written there, digits in groups or not. JSON has no infinity: one too large stays finite."""
    plain = text.replace(",", "").replace("_", "")
    try:
        return int(plain)
    except ValueError:
        return max(-sys.float_info.max, min(float(plain), sys.float_info.max))
