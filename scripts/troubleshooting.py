"""Fill docs/troubleshooting.md with the messages that the code has: below each entry those that lead to it.

What stands between `<!-- messages -->` and `<!-- end -->` is replaced; all else is written by hand. A message that no
entry's words fit stands below its class.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ws_notebook.manual import entry_of

__all__ = ["CLASSES", "PAGE", "Message", "filled", "main", "messages", "slug"]

PAGE = Path(__file__).resolve().parent.parent / "docs" / "troubleshooting.md"
SOURCE = Path(__file__).resolve().parent.parent / "ws_notebook"
CLASSES = (
    "SettingsError ConnectionFailed ConnectionLost ProtocolViolation ToolError FormatError MaxTurnsExceeded "
    "RunCancelled ProviderError AuthenticationFailed RateLimited"
).split()
_OTHERS = ("ArgumentTypeError", "TraitError", "UsageError")
"""What argparse and traitlets raise for a value: only the magics' are met by users of a notebook."""
_LEAST = 12
"""Letters of its own that a message needs: others only put two texts together."""
_SECTION = re.compile(r"^(###? (.+)\n(?:(?!###? ).*\n)*?<!-- messages -->\n)(?:.*\n)*?(<!-- end -->)$", re.MULTILINE)


def slug(heading: str) -> str:
    """The anchor that GitHub and Sphinx give a heading."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def filled(page: str) -> str:
    """The page with the messages of now."""
    found = defaultdict(list)
    for message in messages():
        known = message.error if message.error in CLASSES else "SettingsError"
        line = f"* {message.error}: `{message.text.replace('`', chr(39))}`"
        found[entry_of(message.text, slug(known))].append(line)

    def section(match: re.Match[str]) -> str:
        lines = found[slug(match[2])]
        return match[1] + "".join(f"{line}\n" for line in dict.fromkeys(lines)) + match[3]

    return _SECTION.sub(section, page)


class Message(NamedTuple):
    """A message, the error's class, and the module that has it."""

    error: str
    module: str
    text: str


def messages() -> list[Message]:
    """All of them, each once, in the order of the modules."""
    found: dict[Message, None] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        module = path.relative_to(SOURCE).with_suffix("").as_posix()
        if not module.startswith("server/"):
            found |= dict.fromkeys(_of_module(ast.parse(path.read_text(encoding="utf-8")), module))
    return list(found)


def _of_module(tree: ast.Module, module: str) -> Iterator[Message]:
    wanted = (*CLASSES, *(_OTHERS if module.startswith("magics/") else ()))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call) and node.args):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in wanted:
                for text in _texts(call.args[0], function):
                    if sum(map(str.isalpha, text)) >= _LEAST:
                        yield Message(name, module, text)


def _texts(node: ast.expr, function: ast.AST) -> list[str]:
    """What the expression can be, as far as it is written there; a name is what the function puts into it."""
    if isinstance(node, ast.Name):
        given = [each for each in ast.walk(function) if isinstance(each, ast.Assign) and _is(each.targets[0], node.id)]
        return [text for each in given if not isinstance(each.value, ast.Name) for text in _texts(each.value, function)]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body, function), *_texts(node.orelse, function)]
    return [" ".join(_text(node).split())]


def _is(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return "…"


def main() -> int:
    """Renew the page."""
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
