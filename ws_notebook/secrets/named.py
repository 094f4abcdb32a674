"""Values that are secrets by the name of the field, argument, header or variable that holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from .keys import Keys, has_both
from .words import Expression, one_of

__all__ = ["Value", "bare_name", "is_named_secret", "is_placeholder", "named"]

_STRONG: Final = tuple(
    b"password passwd passphrase apikey authorization cookie secretkey secretaccesskey accountkey sharedaccesskey "
    b"privatekey signingkey encryptionkey authkey subscriptionkey functionskey clientsecret appsecret accesstoken "
    b"refreshtoken authtoken idtoken bearertoken apitoken securitytoken sessiontoken usertoken secrettoken".split()
)
"""How the names end that stand for nothing but a credential."""
_WEAK: Final = tuple(b"pass pwd token secret auth credential credentials sig signature".split())
"""How those end that stand for other things too: what they hold must look like a credential."""
_STAND_INS: Final = (b"PASSWORD", b"TOKEN", b"SECRET", b"KEY", b"API_KEY")
"""What documentation and errors write where a value goes."""
_ALL: Final = (*_STRONG, *_WEAK, b"key")
_WORDS: Final = (b"pass", b"pwd", b"token", b"secret", b"key", b"auth", b"cookie", b"credential", b"sig")
"""One of these is in each of those names."""
_SUFFIXES: Final = (b"word", b"wd", b"phrase", b"orization", b"s", b"nature")
"""What may follow such a word in them."""
_FOLDED: Final = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ='\t", b'abcdefghijklmnopqrstuvwxyz:" ')


def _backwards(words: Iterable[bytes]) -> bytes:
    return one_of(word[::-1] for word in words)


# In a folded text that is read backwards: a search skips to the signs, and most of them are sorted out by the last
# letters of what stands before. A field that is called "key" is none, but in the query of a URL one is.
_BEHIND_NAME: Final = Expression(
    lambda: (
        rb':(?=[ "\\]*+(?:yek(?=[\w\-.?&])|%s)) {0,4}"?\\*%s?(%s)'
        % (_backwards({word[-3:] for word in _ALL} - {b"key"}), _backwards(_SUFFIXES), _backwards(_WORDS))
    )
)
_SIGN = Expression(rb"(=>|:=|[:=])(?!=)[ \t]{0,4}(\\*[\"'])?")
_OTHER: Final = Expression(rb"page|next|continu|sync|cursor|pad|eos|bos|unk|mask|sep|cls|special|public|cancel|idempot")
"""In the names of tokens that are none."""
_IN_NAME: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
_NAME_TABLE: Final = bytes(byte if byte in _IN_NAME else ord(" ") for byte in range(256))

_QUOTED: Final = {
    b'"': Expression(rb"(?:[^\"\\\n]|\\.){0,8192}", re.DOTALL),
    b"'": Expression(rb"(?:[^'\\\n]|\\.){0,8192}", re.DOTALL),
}
_NESTED = Expression(rb"(?:[^\"'\\]|\\(?![\"'\\])){0,8192}")
"""Between quotes that stand behind backslashes: JSON in a string."""
_BARE = Expression(rb"[^\s\"'`&;,<>(){}\[\]\\|]{1,8192}")
_HEADER = Expression(rb"(?i:bearer|basic|token|digest|apikey|negotiate)[ \t]{1,4}([^\s\"'\\]{1,8192})")
_COOKIES = Expression(rb"[^\s\"'\\;=]{1,256}(?:=[^\s\"'\\;]{0,4096}(?:; ?[^\s\"'\\;]{0,4096}){0,64})?")
_VERSION = Expression(
    rb"[\^~<>=!v* ]{0,4}\d+(?:\.[\dx*]+)+[\w.+\-]{0,24}(?:[ ,|<>=\^~]{1,5}[\d.x*]+[\w.+\-]{0,24}){0,4}"
    rb"|\d+ - \d+|[\^~<>=*][\d.x*]*|(?:npm|workspace|catalog|portal|patch):[\w@/.^~*<>=+\-]{0,80}|latest"
)
"""Versions as manifests and lock files write them: there are packages that are called `password` and `cookie`."""
_PART = Expression(rb"[A-Za-z0-9]+")
_CODE = Expression(rb"[(){}\[\]$<>]|[A-Za-z_]\.[A-Za-z_]")
_VOCABULARY: Final = frozenset(
    b"null none nil true false undefined string str text password passwd token secret apikey cookie required optional "
    b"bearer basic hidden redacted secretstr auto inherit include omit".split()
)
"""What stands in such a field in forms, schemas and translations."""


class Value(NamedTuple):
    """A value behind a name that may be a credential's."""

    start: int
    end: int
    secret: bool


def named(data: bytes, keys: Keys) -> Iterator[Value]:
    """Every value that stands behind such a name and a sign, in text, JSON, code, headers and URLs."""
    backwards = data.translate(_FOLDED)[::-1]
    reached: dict[bytes, int] = {}
    for match in reversed([*_BEHIND_NAME.finditer(backwards)]):
        # A value may hold further ones, but not of the same word.
        if len(data) - match.end() < reached.get(match[1], 0):
            continue
        found = _value_behind(data, len(data) - match.start() - 1, keys)
        if found is not None:
            reached[match[1]] = found.end
            yield found


def _value_behind(data: bytes, at: int, keys: Keys) -> Value | None:
    sign = _SIGN.match(data, at)
    if sign is None:
        return None
    first = max(0, at - 72)
    before = data[first:at].rstrip(b" \t")
    stem = before.rstrip(b"\"'").rstrip(b"\\")
    begin = stem.translate(_NAME_TABLE).rfind(b" ") + 1
    in_query = stem[begin - 1 : begin] in (b"?", b"&") and begin > 0
    name, quote, place = bare_name(stem[begin:]), sign[2], sign.end()
    if not name.endswith(_ALL) or not (in_query or name != b"key"):
        return None
    cookies = not quote and name.endswith(b"cookie") and not in_query
    if quote:
        value = (_NESTED if len(quote) > 1 else _QUOTED[quote]).match(data, place)
    elif name.endswith(b"authorization"):
        value = _HEADER.match(data, place) or _BARE.match(data, place)
    else:
        value = (_COOKIES if cookies else _BARE).match(data, place)
    if value is None or not value[0]:
        return None
    if not quote and (data[value.end() : value.end() + 1] in (b"(", b"[") or (sign[1] == b"=" and cookies)):
        return None  # code
    whole = in_query or (quote is not None and (len(stem) < len(before) or sign[1] == b"="))
    return Value(value.start(), value.end(), is_named_secret(name, value[0], keys, whole=whole, in_query=in_query))


def bare_name(name: bytes) -> bytes:
    return name.lower().translate(None, b"-_. ")


def is_named_secret(name: bytes, value: bytes, keys: Keys, *, whole: bool, in_query: bool = False) -> bool:
    """Whether a value is a secret by its name. `whole`: it is certainly a field, an argument or in a URL's query."""
    if not name.endswith(_ALL):
        return False
    if keys.knows(value):
        return _is_place_of_known(name, value, in_query)
    if is_placeholder(value):
        return False
    scheme = _HEADER.fullmatch(value) if name.endswith(b"authorization") else None
    if scheme is not None:
        return not is_placeholder(scheme[1]) and bare_name(scheme[1]) not in _VOCABULARY
    if name.endswith(b"cookie"):
        return b"=" in value and _VERSION.fullmatch(value) is None
    if name.endswith(_STRONG):
        return _is_no_word(name, value) if whole else _looks_chosen(value, 6)
    if name.endswith(b"key"):
        return in_query and name == b"key" and _looks_chosen(value, 8)
    return _OTHER.search(name) is None and _looks_chosen(value, 8 if whole else 12)


def _is_place_of_known(name: bytes, value: bytes, in_query: bool) -> bool:
    """Whether a key that the session uses, which may be a word or a number, stands there as a key."""
    if name.endswith(_STRONG):
        return True
    if name.endswith(b"key"):  # of an object or a table
        return in_query and name == b"key"
    return _OTHER.search(name) is None and (in_query or not value.isdigit())


def _is_no_word(name: bytes, value: bytes) -> bool:
    bare = bare_name(value)
    return bare not in _VOCABULARY and bare != name and _VERSION.fullmatch(value) is None


def _looks_chosen(value: bytes, least: int) -> bool:
    """Letters with digits among them, and no version, name or piece of code."""
    if len(value) < least or b" " in value or not has_both(value):
        return False
    if _VERSION.fullmatch(value) or _CODE.search(value):
        return False
    return least < 8 or len(value) >= 40 or any(len(part) >= 6 and has_both(part) for part in _PART.findall(value))


def is_placeholder(value: bytes) -> bool:
    """A place for a value, such as `<your key>`, `${KEY}`, `PASSWORD` or `***`; also what is hidden already."""
    if value in _STAND_INS or value[:1] in (b"<", b"$", b"{", b"%", b"[", b"*"):
        return True
    return value.startswith(b"...") or not value.strip(b":*.xX")
