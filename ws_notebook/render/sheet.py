"""What all static HTML stands in, and the few styles that it can do without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .answer import NO_MATH

__all__ = ["cells", "facts", "figures", "sheet", "table"]

_STYLE = (
    "<style>"
    # Pages of Jupyter set tables flush right, which is for numbers.
    ".wsn-static.wsn-words :is(td,th){text-align:left}.wsn-static th{white-space:nowrap}"
    ".wsn-static>div,.wsn-static pre{margin:0 0 .8em}"
    ".wsn-words details td:last-child{overflow-wrap:anywhere;min-width:9em}"
    # Terminals set cells side by side without a gap.
    "@media (grid){.wsn-static td,.wsn-static th{padding:0 1em 0 0}}"
    # A picture follows its page's theme where the page says which it is, else the reader's own preference.
    ":is([data-jp-theme-light=true],.vscode-light,[data-theme=light]) .wsn-static img{color-scheme:light}"
    ":is([data-jp-theme-light=false],.vscode-dark,[theme=dark],[data-theme=dark]) .wsn-static img{color-scheme:dark}"
    # On paper nobody can open what is closed.
    "@media print{.wsn-static details::details-content{content-visibility:visible;block-size:auto}}"
    "</style>"
)


def sheet(content: str, *, words: bool = False) -> str:
    """`content` with the styles; `words`: its tables hold words rather than numbers."""
    css = "wsn-static wsn-words" if words else "wsn-static"
    # Not before the div: in Markdown what follows a style stands outside of the HTML.
    return f'<div class="{css}">{_STYLE}{content}</div>'


def figures(title: str, head: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table to unfold, of which each row's first cell names it; title and cells are HTML."""
    lines = (f"<th scope=row>{name}</th>{cells(rest)}" for name, *rest in rows)
    return f"<details><summary>{title} in figures</summary>{table(head, lines)}</details>"


def table(head: Iterable[str], rows: Iterable[str]) -> str:
    """A table of `cells`; its head is HTML."""
    names = "".join(f"<th scope=col>{name}</th>" for name in head)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"


def cells(row: Iterable[str]) -> str:
    """The cells of a row of HTML."""
    return "".join(f"<td>{cell}</td>" for cell in row)


def facts(*parts: str) -> str:
    """What is no part of an answer, kept from what typesets formulas."""
    content = "".join(parts)
    return f'<div class="{NO_MATH}">{content}</div>' if content else ""
