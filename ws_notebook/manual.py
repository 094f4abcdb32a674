"""Where the documentation explains a message: the entries of docs/troubleshooting.md, and the words that lead to each.

An entry's name is its anchor there, for good: links to it are shown and written down. Hints in messages are made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["BRIEF", "ENTRIES", "FINDINGS", "ROOT", "address", "closest", "did_you_mean", "entry_of"]

ROOT: Final = "https://ws-notebook.readthedocs.io/en/latest/"

ENTRIES: Final[tuple[tuple[str, str], ...]] = (
    (
        "waiting-too-long",
        "did not answer in time|No event came|Nothing came over|began no response|not returned within",
    ),
    ("no-thread", "No thread can be started"),
    ("threads-and-forks", "a fork of it|session's own thread|cannot wait for a run"),
    ("proxies", "proxy:|by which|HTTP 407|SOCKS|kind …?\\S*://|of a proxy|names a proxy"),
    ("tls", "TLS"),
    ("no-websocket-mode", "no WebSocket mode"),
    ("mcp-servers", "MCP|McpServer|the mcp package|env and cwd|cannot be offered|headers belong"),
    ("through-the-embedded-server", "through=|through must|SSLContext cannot|embedded server did not start"),
    ("the-key", "API key|api_key|give the key|refuses the key|key was entered|type a key|environment variable"),
    (
        "the-provider-and-its-address",
        "provider must|base URL|no region|over https|Unknown pro|profile holds|no provider|another address|host/v1",
    ),
    ("the-front-end", "script, .*is missing"),
    ("the-model", "needs a model|needs the model's name"),
    ("cassettes", "assette|%responses record|%responses replay|replay|speed must|is no frame"),
    ("traces-and-spans", "trace|OpenTelemetry|Spans go"),
    ("checks", "check takes|A check names|then check it|re\\.escape"),
    ("comparisons", "compar|Compar"),
    ("compacting", "compact"),
    (
        "answers-of-a-type",
        "text_format|--format|without a form|so there is no …|does not fit|whole\\. …|so there is no",
    ),
    (
        "pictures",
        "picture|data URL|no PNG|fractions go|not 0 to 255|can be sent\\. Install|as JPEG|"
        "such file, and no such|plotly figure",
    ),
    ("the-tool-cell", "%%tool|seconds above 0, not"),
    (
        "options-of-a-cell",
        "%%responses|begins a second one|has no counterpart|takes a whole number|takes "
        "the name of a variable|Any other word: --set|takes …, not …",
    ),
    ("subcommands", "(?<!%)%responses |(?<!%)%responses:|There is no run"),
    ("sessions-of-the-magics", "does not hold a Session|Name either one|--transport takes"),
    (
        "which-run-goes-on",
        "nothing more comes of it|cannot become|still in progress|Run … was|The partial text|parent must|"
        "another session|no run|never began|--from|continue it|Turn … has|one of run|ended\\. Ask",
    ),
    ("the-prompt", "prompt is empty|input is an empty|Input must be"),
    ("closed-sessions", "session is closed|session was closed"),
    ("a-request-that-is-too-large", "too large for a message"),
    (
        "options-and-headers",
        "header|options|max_turns|request cannot be written|could not be sent|compression|transport|waits|no wait",
    ),
    (
        "nothing-answers",
        "Nothing listens|No connection|could not be opened|if it stays|too many requests|No answer came",
    ),
    (
        "the-connection-was-lost",
        "connection was lost|What had arrived is kept|The request was large|was closed|"
        "could not be understood|could not be read|could not be taken|replay was closed",
    ),
    (
        "approval",
        "pprov|these arguments cannot be|These arguments cannot be|its calls are in|Its calls are in|"
        "decided before|was cut off before|secret",
    ),
    ("free-form-tools", "format is|has a format|takes one text|grammar|The input of|no valid regular"),
    ("trying-tools-out", "try_|mock|A form needs|this field takes|notebook to put a cell"),
    ("hosted-tools", "osted tool|is called here, so it needs"),
    (
        "lists-of-tools",
        "tools is a list|Tools are|Add a module|several tools|tools_from|public function|no tool\\.|"
        "no tool named|Put it into a variable",
    ),
    ("results-of-tools", "The result|The executor|result's parts"),
    ("types-of-parameters", "parameter|cannot be strict|signature|which a schema|no schema|passed by name"),
    ("what-can-be-a-tool", "A tool|tool\\(|Tool |is a class|singledispatch|@classmethod|tool's name"),
)
"""Entry and the words, a regular expression, by which its messages are known; the first that fits is taken."""

BRIEF: Final = frozenset(
    {"options-of-a-cell", "sessions-of-the-magics", "subcommands", "the-tool-cell", "lists-of-tools"}
)
"""What a cell is refused with says all in one line: these show no link."""

FINDINGS: Final[Mapping[str, str]] = {
    "DNS": "nothing-answers",
    "HTTP": "nothing-answers",
    "TCP": "nothing-answers",
    "TLS": "tls",
    "base URL": "the-provider-and-its-address",
    "embedded server": "through-the-embedded-server",
    "front end": "the-front-end",
    "installed": "what-is-installed",
    "key": "the-key",
    "model": "the-model",
    "profile": "the-provider-and-its-address",
    "provider": "codes-of-providererror",
    "upgrade": "no-websocket-mode",
}
"""The entry for what `ws-notebook doctor` finds wrong: by its subject, else by its part."""


def entry_of(message: str, otherwise: str = "") -> str:
    """The name of the entry for a message, `otherwise` where none is known."""
    return next((name for name, words in ENTRIES if re.search(words, message)), otherwise)


def address(entry: str) -> str:
    """The address of an entry."""
    return f"{ROOT}troubleshooting.html#{entry}"


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest, whatever its letters' case; nothing where none is near."""
    import difflib

    by_case = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(word.casefold(), by_case, 1)
    return by_case[near[0]] if near else ""


def did_you_mean(word: str, known: Iterable[str], *, quoted: bool = True) -> str:
    """` Did you mean 'x'?`, to end a message with; nothing where no known word is near."""
    near = closest(word, known)
    return f" Did you mean {repr(near) if quoted else near}?" if near else ""
