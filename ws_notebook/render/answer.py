"""A model's Markdown as HTML that can do nothing: no HTML of its own, no picture from elsewhere, plain links only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .format import printable
from .nesting import too_much
from .omitted import without_pictures
from .tasks import boxed
from .tex import KIND, dollars, keep_tex

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["NO_MATH", "answer_html"]

NO_MATH = "mathjax_ignore tex2jax_ignore"
"""The classes of what no page may take for formulas: arguments, outputs and sums of money."""

_SCHEMES = frozenset({"http", "https", "mailto"})

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")


def answer_html(text: str) -> str:
    """The HTML of `text`. Tags and formulas stand as written; pictures become links or words."""
    parser = _parser()
    environment: dict[str, Any] = {}
    tokens = boxed(parser.parse(dollars(without_pictures(printable(text))), environment))
    if _RIGHT_TO_LEFT.search(text):
        _set_directions(tokens)
    html = str(parser.renderer.render(_not_typeset(tokens), parser.options, environment))
    # An empty line would end the HTML where it stands in Markdown, as nbconvert and GitHub put it.
    return html.strip().replace("\n\n", "\n&#10;").replace("\n\n", "\n&#10;")


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.validateLink = _is_plain_link  # type: ignore[method-assign]
    keep_tex(parser)
    parser.add_render_rule(KIND, _formula)
    parser.add_render_rule("image", _picture_as_link)
    parser.add_render_rule("link_open", _link)
    return parser


def _is_plain_link(url: str) -> bool:
    try:
        return urlsplit(url.strip()).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def _set_directions(tokens: list[Token]) -> None:
    """Each block reads as its first letter does; lists and tables as a whole."""
    for token in tokens:
        if token.level == 0 and token.nesting == 1:
            token.attrSet("dir", "auto")


def _not_typeset(tokens: list[Token]) -> list[Token]:
    """The tokens, with words that a page would take for mathematics beyond bounds in an element that it passes over."""
    from markdown_it.token import Token

    for token in tokens:
        children = token.children or []
        if too_much("".join(child.content or "\n" for child in children if child.type != KIND)):
            begin, end = Token("html_inline", "", 0), Token("html_inline", "", 0)
            begin.content, end.content = f'<span class="{NO_MATH}">', "</span>"
            token.children = [begin, *children, end]
    return tokens


def _formula(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    words = escape(tokens[place].content, quote=False)
    if too_much(tokens[place].content):
        return f"<pre><code>{words}</code></pre>\n" if tokens[place].block else f"<code>{words}</code>"
    return f"<p>{words}</p>\n" if tokens[place].block else words


def _picture_as_link(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    token = tokens[place]
    words = token.content or "picture"
    return f'<a href="{escape(str(token.attrGet("src")))}" rel="noopener noreferrer">[{escape(words)}]</a>'


def _link(renderer: Any, tokens: Sequence[Token], place: int, options: Any, environment: Any) -> str:
    tokens[place].attrSet("rel", "noopener noreferrer")
    return str(renderer.renderToken(tokens, place, options, environment))
