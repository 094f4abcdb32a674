"""What an answer cites, in the words of each static form: each place once, in order. Only web addresses are links."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from .format import as_html, escaped, one_line, printable

__all__ = ["cited", "sources_html", "sources_markdown", "sources_text"]

_WEB = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_MOST = 100
"""Places that are listed; the bundle has all."""


def cited(run: dict[str, Any]) -> list[tuple[str, str]]:
    """Title and address of each; the address is empty where it is none of the web."""
    found: dict[str, tuple[str, str]] = {}
    for turn in run["turns"]:
        for each in turn.get("citations", ()):
            url = each["url"] if _WEB.fullmatch(each["url"]) else ""
            found.setdefault(each["url"] or each["title"], (one_line(each["title"] or each["url"], 160), url))
    return list(found.values())[:_MOST]


def sources_html(run: dict[str, Any]) -> str:
    """A list with numbers, or nothing."""
    lines = [f'<li dir="auto">{_link(as_html(title), url)}</li>' for title, url in cited(run)]
    return f"<p>Sources</p><ol>{''.join(lines)}</ol>" if lines else ""


def sources_markdown(run: dict[str, Any]) -> str:
    """The same in Markdown."""
    lines = [
        f"{number}. {f'[{_words(title)}](<{_address(url)}>)' if url else _words(title)}"
        for number, (title, url) in enumerate(cited(run), 1)
    ]
    return "\n".join(["Sources:", "", *lines]) if lines else ""


def sources_text(run: dict[str, Any]) -> list[str]:
    """A line for each."""
    return [f"[{number}] {title}{f' {url}' if url else ''}" for number, (title, url) in enumerate(cited(run), 1)]


def _link(words: str, url: str) -> str:
    return f'<a href="{escape(url)}" rel="noopener noreferrer">{words}</a>' if url else words


def _words(text: str) -> str:
    return escaped(printable(text)).replace("&", r"\&")


def _address(url: str) -> str:
    return url.replace("\\", "%5C").replace("$", "%24")
