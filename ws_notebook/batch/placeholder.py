"""What stands between the braces of a prompt: an expression, and behind it what an f-string may have there.

`{x}`, `{x!r}`, `{x:.1f}`, `{x:>{width}}` and `{x=}` mean what they mean in an f-string.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from types import CodeType
from typing import Any

from ..manual import did_you_mean
from ..tools.values.grid import is_table
from ..tools.values.pictures import Picture, as_picture, is_picture
from ..tools.values.tables import table_text

__all__ = [
    "Expression",
    "Misfit",
    "Placeholder",
    "compiled",
    "is_known",
    "nearest",
    "placeholder",
    "why_left",
]

_NAME = re.compile(r"[^\W\d]\w*")
_JSON = re.compile(r"\s*\"(?:[^\"\\\n]|\\.)*\"\s*:")
"""How a JSON object goes on behind its brace, which no expression does."""

_MARK = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|!=|[()\[\]{}!:]")
"""What counts on the way to an expression's end: Python strings as a whole, brackets, what begins the rest."""

_REST = re.compile(r"(?:!([rsa]))?(?::(.*))?", re.DOTALL)
_EQUALS = re.compile(r"(?<![=!<>:])=\s*$")
_INNER = re.compile(r"\{([^{}]*)\}")
_SPEC = re.compile(r"(?:.?[<>=^])?[-+ ]?z?#?0?\d*[_,]?(?:\.\d+)?[bcdeEfFgGnosxX%]?", re.DOTALL)
"""Python's own formats. A time has others; what is none of these may as well be text."""

_SIGNED = re.compile(r" ?[-+]?\d*[_,]?\.\d+[eEfFgG%]")
"""A format that begins with a blank, which text between braces does much more often: `{x: 1}`."""

nearest = partial(did_you_mean, quoted=False)
"""` Did you mean x?`, or nothing where no known word is near."""

_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {"": lambda value: value, "r": repr, "s": str, "a": ascii}


class Misfit(Exception):
    """A value cannot be written in what stands behind its colon, and that may be text: it stays as typed."""


@dataclass(frozen=True)
class Expression:
    """One that can be evaluated."""

    tree: ast.Expression
    code: CodeType

    @cached_property
    def free(self) -> set[str]:
        """The names that it takes from outside."""
        names = [node for node in ast.walk(self.tree) if isinstance(node, ast.Name)]
        bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        bound |= {node.arg for node in ast.walk(self.tree) if isinstance(node, ast.arg)}
        return {node.id for node in names if isinstance(node.ctx, ast.Load)} - bound

    def value(self, names: Mapping[str, Any]) -> Any:
        """Its value; what it raises passes through."""
        # The user's own code, in the user's own notebook.
        return eval(self.code, dict(names))  # noqa: S307


@dataclass(frozen=True)
class Placeholder:
    """An expression that can be evaluated, and how its value is written."""

    source: str
    expression: Expression
    label: str = ""
    """What stands before the value: `x=` of `{x=}`."""
    conversion: str = ""
    """r, s, a or nothing."""
    spec: str = ""
    inner: tuple[Expression, ...] = ()
    """The expressions in the spec."""

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All that is evaluated for it."""
        return self.expression, *self.inner

    @cached_property
    def free(self) -> set[str]:
        """The names that it takes from outside."""
        return set().union(*(each.free for each in self.expressions))

    @cached_property
    def is_bare(self) -> bool:
        """Whether it is an expression with nothing behind it."""
        return not (self.label or self.conversion or self.spec)

    @cached_property
    def name(self) -> str:
        """The name that the expression is; empty where it is more than that."""
        body = self.expression.tree.body
        return body.id if isinstance(body, ast.Name) else ""

    def result(self, names: Mapping[str, Any]) -> Any:
        """The expression's value itself. What it raises passes through, with a note."""
        with self._noted():
            return self.expression.value(names)

    def shown(self, value: Any) -> str | Picture:
        """How a value is written that has no format: a table as compact CSV, a picture as such."""
        if is_picture(value):
            return as_picture(value, self.source.strip())
        return table_text(value) if is_table(value) else str(value)

    def value(self, names: Mapping[str, Any]) -> str | Picture:
        """What is sent for it.

        What the expression raises passes through, as does what its format raises, both with a note; Misfit where the
        format is none of Python's own.
        """
        with self._noted():
            value = self.expression.value(names)
            if self.is_bare:
                return self.shown(value)
            conversion = "r" if self.label and not (self.conversion or self.spec) else self.conversion
            spec = self._spec(names)
            value = _CONVERSIONS[conversion](value)
        return self.label + self._formatted(value, spec)

    def _spec(self, names: Mapping[str, Any]) -> str:
        values = iter([str(each.value(names)) for each in self.inner])
        return _INNER.sub(lambda _: next(values), self.spec)

    def _formatted(self, value: Any, spec: str) -> str:
        misfit = f"the format {spec!r} does not fit a value of type {type(value).__name__}"
        with self._noted(f": {misfit}"):
            try:
                return format(value, spec)
            except Exception:
                if _SPEC.fullmatch(spec):
                    raise
        raise Misfit(misfit)

    @contextlib.contextmanager
    def _noted(self, more: str = "") -> Iterator[None]:
        """What is raised inside passes through with a note of where it came from."""
        try:
            yield
        except Exception as error:
            where = f"It came of {{{self.source}}} in the prompt{more}."
            error.add_note(f"{where} Double the braces, or use --raw, to send it as typed.")
            raise


def placeholder(source: str, names: Collection[str], own: Collection[str]) -> Placeholder | None:
    """What `{source}` stands for; None: it is text.

    It must use a name of `own`, and none that is neither among `names` nor a builtin.
    """
    if _JSON.match(source) or not _mentions(source, own):
        return None
    for made in (_whole, _with_rest):
        found = made(source)
        if found is not None and _fits(found.free, names, own):
            return found
    return None


def why_left(source: str, names: Collection[str]) -> str:
    """Why an expression stayed as typed, in words; empty for what is none, or does not ask for a value."""
    for made in (_whole, _with_rest):
        found = made(source)
        if found is None:
            continue
        body = found.expression.tree.body
        if source[:1].isspace() or isinstance(body, ast.Tuple | ast.Set | ast.Starred | ast.Constant):
            return ""
        unknown = [name for each in found.expressions for name in sorted(each.free) if not is_known(name, names)]
        if unknown:
            hint = nearest(unknown[0], [name for name in names if not name.startswith("_")])
            return f"there is no {unknown[0]} in the notebook.{hint}".removesuffix(".")
        return "it uses no name of the notebook's own" if isinstance(body, ast.Call) else ""
    return ""


def _whole(source: str) -> Placeholder | None:
    """All of it as an expression."""
    found = compiled(source)
    return None if found is None else Placeholder(source, found)


def _with_rest(source: str) -> Placeholder | None:
    """An expression with what an f-string may have behind it."""
    head, rest = _cut(source)
    found = _REST.fullmatch(rest)
    label = head if _EQUALS.search(head) else ""
    if found is None or not (rest or label) or not head.strip() or _is_text(found[2] or ""):
        return None
    spec = found[2] or ""
    expression, *inner = [compiled(part) for part in (_EQUALS.sub("", head), *_INNER.findall(spec))]
    if expression is None or None in inner or {"{", "}"} & set(_INNER.sub("", spec)):
        return None
    return Placeholder(source, expression, label, found[1] or "", spec, tuple(filter(None, inner)))


def _is_text(spec: str) -> bool:
    return spec[:1].isspace() and not _SIGNED.fullmatch(spec)


def _cut(source: str) -> tuple[str, str]:
    """The expression, and the rest from its conversion or colon on."""
    depth = 0
    for found in _MARK.finditer(source):
        mark = found[0]
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif mark in "!:" and not depth:
            return source[: found.start()], source[found.start() :]
    return source, ""


def _mentions(source: str, own: Collection[str]) -> bool:
    return any(name in own for name in _NAME.findall(source))


def compiled(source: str) -> Expression | None:
    """The expression that this is; None: it is none."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(source.strip(), mode="eval")
            return Expression(tree, compile(tree, "<prompt>", "eval"))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _fits(free: Collection[str], names: Collection[str], own: Collection[str]) -> bool:
    return all(is_known(name, names) for name in free) and any(name in own for name in free)


def is_known(name: str, names: Collection[str]) -> bool:
    """Whether the notebook or Python itself has it."""
    return name in names or hasattr(builtins, name)
