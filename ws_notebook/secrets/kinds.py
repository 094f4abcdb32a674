"""The kinds of secrets that are known by their looks, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from .keys import at_end
from .words import Expression, one_of

__all__ = ["KINDS", "Kind", "begins", "open_token", "tokens"]

_RUN = 12
"""Characters of the shortest of them."""


class Kind(NamedTuple):
    """A kind of secret that is known by its looks: it begins, behind no letter, as one of `heads`."""

    name: str
    heads: tuple[str, ...]
    expression: Expression
    random: bool = False
    """Whether it must look drawn by lot: words with hyphens between them begin so as well."""
    loose: bool = False
    """Whether its pattern holds to no more than the first three letters of a head."""


def _kind(name: str, heads: str, pattern: str, *, random: bool = False, loose: bool = False) -> Kind:
    return Kind(name, tuple(heads.split()), Expression(pattern.encode()), random, loose)


KINDS: Final = (
    _kind("OpenAI, Anthropic and others", "sk-", r"sk-[\w\-]{9,}", random=True),
    _kind("the same with a plus", "sk-", r"sk-[\w\-/]{1,256}\+[\w\-/+=]{6,}", random=True),
    _kind("xAI, Cerebras, Perplexity, NVIDIA", "xai- csk- pplx- nvapi-", (
        r"[a-z]{3,5}-[\w\-]{9,}"
    ), random=True, loose=True),
    _kind(
        "Groq, Vercel, Replicate, Fireworks, Together, LangSmith",
        "gsk_ vck_ vck- r8_ fw_ tgp_v1_ lsv2_",
        r"(?:gsk_|vck[_\-]|r8_|fw_|tgp_v1_|lsv2_)[\w\-]{12,}",
        random=True,
    ),
    _kind("GitHub", "ghp_ gho_ ghs_ ghu_ ghr_ github_pat_", r"(?:gh[pousr]|github_pat)_\w{20,}"),
    _kind(
        "GitLab",
        "glpat- glptt- gldt- glrt- glrtr- glcbt- glft- glimt- glagent- glsoat- glffct- gloas- glwt-",
        r"gl(?:pat|ptt|dt|rt|rtr|cbt|ft|imt|agent|soat|ffct|oas|wt)-[\w\-.]{16,}",
    ),
    _kind(
        "AWS, with the secret beside the id",
        "AKIA ASIA",
        r"A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9_])(?:[\s,;:|\"'\\]{1,6}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+]))?",
    ),
    _kind("Google", "AIza ya29. GOCSPX-", r"(?:AIza[\w\-]{30,}|ya29\.[\w\-.]{16,}|GOCSPX-[\w\-]{20,})"),
    _kind("Slack", "xox xapp-", r"(?:xox[a-z]|xapp)-[\w\-.]{10,}|xox[a-z]\.xox[a-z]-[\w\-.]{10,}"),
    _kind("Slack's and Discord's hooks", "hooks.slack.com discord.com", (
        r"(?:hooks\.slack\.com/(?:services|workflows|triggers)|discord\.com/api/webhooks)/[\w\-/]{16,}"
    )),
    _kind("Hugging Face", "hf_ api_org_", r"(?:hf|api_org)_[A-Za-z0-9]{20,}"),
    _kind("npm", "npm_", r"npm_[A-Za-z0-9]{30,}"),
    _kind("PyPI", "pypi-", r"pypi-(?:AgE[\w\-]{16,}|[\w\-]{60,})"),
    _kind("Stripe", "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ whsec_", (
        r"(?:[sr]k_(?:live|test|prod)|whsec)_[A-Za-z0-9+/=]{10,}"
    )),
    _kind("SendGrid", "SG.", r"SG\.[\w\-]{16,}\.[\w\-]{16,}", random=True),
    _kind("JSON Web Token", "eyJ", r"eyJ[\w\-]{8,}\.(?:eyJ[\w\-]{4,}\.[\w\-]*|[\w\-]*\.[\w\-]{16,}[\w\-.]*)"),
    _kind("DigitalOcean, Docker", "dop_v1_ dckr_pat_", r"(?:dop_v1|dckr_pat)_[\w\-]{20,}"),
    _kind("Shopify, Square, Postman, Vault, Linear, Notion", (
        "shpat_ shpca_ shppa_ shpss_ sq0csp- sq0atp- PMAK- hvs. lin_api_ ntn_ secret_"
    ), r"(?:shp(?:at|ca|pa|ss)_|sq0(?:csp|atp)-|PMAK-|hvs\.|lin_api_|ntn_|secret_)[\w\-.]{20,}", random=True),
    _kind("Databricks, Twilio, Mailgun, ElevenLabs, Pulumi", (
        "dapi key- sk_ pul- SK0 SK1 SK2 SK3 SK4 SK5 SK6 SK7 SK8 SK9 SKa SKb SKc SKd SKe SKf"
    ), r"(?:dapi|SK|key-|sk_|pul-)[0-9a-f]{32,64}(?:-\d)?(?![\w\-])", random=True),
    _kind("Gemini, Google's refresh tokens", "AQ. 1//0", r"(?:AQ\.|1//0)[\w\-]{30,}", random=True),
    _kind("Tavily, Figma, Grafana, Sentry, Atlassian, New Relic, Doppler, Supabase, Cloudflare, age", (
        "tvly- figd_ glsa_ glc_ sntrys_ sntryu_ ATATT3 ATCTT3 NRAK- dp.pt. dp.st. sbp_ v1.0- AGE-SECRET-KEY-1"
    ), (
        r"(?:tvly-|figd_|glsa_|glc_|sntry[su]_|AT[AC]TT3|NRAK-|dp\.[ps]t\.|sbp_|v1\.0-|AGE-SECRET-KEY-1)"
        r"[\w\-+/=]{20,}"
    ), random=True),
)  # fmt: skip
"""Every kind that is known by its looks. Keys in PEM, passwords and headers are known by what stands around them."""


def _by_head() -> dict[bytes, dict[Kind, None]]:
    """The kinds by the first three letters of their heads, each once and in their order."""
    found: dict[bytes, dict[Kind, None]] = {}
    for kind in KINDS:
        for head in kind.heads:
            found.setdefault(head[:3].encode(), {})[kind] = None
    return found


_HEADS: Final[Mapping[bytes, Iterable[Kind]]] = _by_head()
_ALL_HEADS: Final = tuple(head.encode() for kind in KINDS for head in kind.heads)
_LONGEST_HEAD: Final = max(map(len, _ALL_HEADS))
_BEGUN: Final = frozenset(head[:length] for head in _ALL_HEADS for length in range(1, len(head)))

_LEADS: Final = b"-_.+"
"""What may stand before a secret in a run, besides a slash."""
_SIGNS: Final = (b"_", b"-", b".", b"I", b"K", b"T", b"/", b"dapi")
"""Each kind has one of these. To look for a single byte costs next to nothing."""


_FIRST: Final = frozenset(head[0] for head in _HEADS)


def _mark(byte: int) -> int:
    """What a byte is, of a run or not.

    A run is what stands between blanks, quotes, brackets and the like: a secret begins where a run begins, or behind a
    slash in one. Bytes of other scripts end it.
    """
    if byte in _LEADS:
        return ord("l")
    if byte in _FIRST:
        return ord("f")
    return ord("a" if byte == ord("/") or (byte < 128 and chr(byte).isalnum()) else " ")


_MARKS: Final = bytes(map(_mark, range(256)))
_AT_BEGIN: Final = (Expression(b" f(?=[^ ]{%d})" % (_RUN - 1)), Expression(b"l(?<= l)l*f"))
"""In marks, the first byte of what may be a head at the beginning of a run."""


def _head() -> bytes:
    """An expression for the heads, which lets most places go at the first two bytes."""
    pairs = b"".join(b"[%s]" % re.escape(bytes({head[at] for head in _HEADS})) for at in (0, 1))
    heads = {head[: 3 if kind.loose else None].encode() for kind in KINDS for head in kind.heads}
    return b"(?=%s)%s" % (pairs, one_of(heads))


_HEAD: Final = Expression(_head)
_BEHIND_SLASH: Final = Expression(lambda: b"/(?=%s)" % _head(), re.DOTALL)
_BEHIND: Final = (
    (b"/", _BEHIND_SLASH),
    (b"\\", Expression(lambda: rb"\\(?=(?:u.{4}|.)%s)" % _head(), re.DOTALL)),
    (b"%", Expression(lambda: b"%%(?=..%s)" % _head(), re.DOTALL)),
)
"""Before a head behind a slash in a run, or behind an escape at its beginning.

Each begins with a single byte, to which the search skips.
"""
_SLASH: Final = Expression(b"/")
_DIGEST: Final = Expression(rb"sha\d{1,3}[=:]\Z")
"""Before a digest: in base64 some of them begin as a secret does."""

_OPEN_AWS = Expression(rb"A[KS]IA[A-Z0-9]{16}[\s,;:|\"'\\]{0,6}[A-Za-z0-9/+]{0,40}\Z")
_WORD = Expression(rb"[A-Za-z0-9]+")


def _by_lot(token: bytes) -> bool:
    """Whether part of it is no word: long, or letters with several digits among them."""
    for match in _WORD.finditer(token):
        part = match[0]
        if len(part) >= 20 and part.strip(b"xX"):
            return True
        digits = sum(part.count(b"%d" % digit) for digit in range(10)) if len(part) >= 9 else 0
        if digits >= 3 and digits < len(part):
            return True
    return False


def tokens(data: bytes) -> Iterator[tuple[int, int]]:
    """Where those stand that are known by their looks."""
    if len(data) < _RUN or not any(map(data.__contains__, _SIGNS)):
        return
    marks = b" " + data.translate(_MARKS) + b" "
    end = 0
    for hint in _hints(data, marks):
        if hint >= end:
            start, end = marks.rfind(b" ", end, hint + 1), marks.find(b" ", hint + 1) - 1
            if end - start >= _RUN:
                yield from _in_run(data, start, end)


def _hints(data: bytes, marks: bytes) -> list[int]:
    """Places in those runs that are worth to be looked through, in order."""
    heads = (match.end() - 2 for begin in _AT_BEGIN for match in begin.finditer(marks))
    found = [at for at in heads if data[at : at + 3] in _HEADS and _HEAD.match(data, at)]
    for byte, expression in _BEHIND:
        if byte in data:
            found += [match.end() for match in expression.finditer(data)]
    return sorted(found)


def _in_run(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    if data[start - 1 : start] in (b"=", b":") and _DIGEST.search(data[max(0, start - 8) : start]):
        return
    reached = start
    for begin in _begins(data, start, end, _BEHIND_SLASH):
        if begin < reached:
            continue
        for kind in _HEADS.get(data[begin : begin + 3], ()):
            match = kind.expression.match(data, begin)
            if match is not None and (not kind.random or _by_lot(match[0])):
                # A sentence may end behind it.
                reached = begin + len(match[0].rstrip(b"."))
                yield begin, reached
                break


def _begins(data: bytes, start: int, end: int, slash: Expression) -> Iterator[int]:
    """The places in a run at which a secret may begin."""
    yield start
    before = data[start - 1 : start]
    if before == b"\\":  # an escape of JSON that stands as text
        yield start + (5 if data[start : start + 1] == b"u" else 1)
    elif before == b"%":
        yield start + 2
    first = start
    while first < end and data[first] in _LEADS:
        first += 1
    # Behind two hyphens stands the name of a variable in CSS.
    if first != start and data[start:first] != b"--":
        yield first
    yield from (match.end() for match in slash.finditer(data, start, end))


def open_token(tail: bytes, least: int = 1) -> Iterator[int]:
    """Where in the last run of a text that goes on such a secret may have begun, by at least so many letters of it."""
    start = tail.translate(_MARKS).rfind(b" ") + 1
    for begin in _begins(tail, start, len(tail), _SLASH):
        if len(tail) - begin >= least and begins(tail[begin : begin + _LONGEST_HEAD]):
            yield begin
    yield from at_end(_OPEN_AWS, tail, 80)


def begins(data: bytes) -> bool:
    """Whether it is the beginning of such a secret, or begins with one."""
    return data in _BEGUN or data.startswith(_ALL_HEADS)
