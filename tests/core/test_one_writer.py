"""Turns, runs and calls are written in the core alone; whatever happens to them outside is one of its transitions."""

from __future__ import annotations

import ast
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

import ws_notebook
from ws_notebook.core import changes
from ws_notebook.core.run import RunState
from ws_notebook.core.steer import Steer
from ws_notebook.core.timing import CallTiming, Span, TurnTiming
from ws_notebook.core.turn import ApprovalState, CallState, HostedCall, TextPart, TurnState

__all__: list[str] = []

SOURCE = Path(ws_notebook.__file__).parent
OUTSIDE = sorted(path for path in SOURCE.rglob("*.py") if not path.is_relative_to(SOURCE / "core"))
STATES = (
    RunState, TurnState, CallState, ApprovalState, HostedCall, TextPart, TurnTiming, CallTiming, Span, Steer,
)  # fmt: skip
KINDS = {each.__name__ for each in STATES}
FIELDS = {field for each in STATES for field in each.__struct_fields__}
CHANGING = {"append", "clear", "extend", "insert", "pop", "remove", "setdefault", "sort", "update"}
TRANSITIONS = {"calls": {"Answer"}, "loop": set(), "late": set(), "arrival": set(), "adoption": set(), "output": set()}
"""The modules that write, each with the names that others may have of it."""


def names_kind(annotation: str) -> bool:
    """Whether an annotation is about a state, or several; a mapping is about its values."""
    return not KINDS.isdisjoint(re.findall(r"\w+", re.sub(r"\bdict\[\w+,", "", annotation)))


def field_names() -> set[str]:
    """What a state is called where another, or a change, has it."""
    told = [each.__annotations__ for each in (*STATES, *typing.get_args(changes.Change))]
    return {"state", "states"} | {name for names in told for name, kind in names.items() if names_kind(kind)}


HELD_AS = field_names()


def last_name(node: ast.expr) -> str:
    """What an expression calls its value: `call` of `change.call`, `turns` of `run._turns[-1]`."""
    while isinstance(node, ast.Subscript | ast.Starred):
        node = node.value
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name.lstrip("_")


def holders(tree: ast.Module) -> set[str]:
    """The names by which a module holds a state: by their annotation, or by what is given to them."""
    found = set(HELD_AS)
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name, annotation=ast.expr() as annotation) if names_kind(ast.unparse(annotation)):
                found.add(name.lstrip("_"))
            case ast.AnnAssign(target=target, annotation=annotation) if names_kind(ast.unparse(annotation)):
                found.add(last_name(target))
            case ast.Assign(targets=[target], value=ast.Call(func=made)) if last_name(made) in KINDS:
                found.add(last_name(target))
    found.discard("")
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if last_name(value) in found:
                found.add(name)
            case (
                ast.For(target=ast.Name(id=name), iter=value) | ast.comprehension(target=ast.Name(id=name), iter=value)
            ) if last_name(value) in found:
                found.add(name)
    return found


def targets(node: ast.AST) -> Iterator[ast.expr]:
    """Everything that a statement, or a call of a method that changes its object, writes."""
    match node:
        case ast.Assign(targets=written) | ast.Delete(targets=written):
            pending = list(written)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
            pending = [target]
        case ast.Call(func=ast.Attribute(attr=name, value=changed)) if name in CHANGING:
            pending = [changed]
        case _:
            pending = []
    while pending:
        target = pending.pop()
        if isinstance(target, ast.Tuple | ast.List):
            pending += target.elts
        else:
            while isinstance(target, ast.Subscript | ast.Starred):
                target = target.value
            yield target


def writings(source: str) -> list[str]:
    """Where a module writes a field of a state, moves one to another status, or does the work of a transition."""
    tree = ast.parse(source)
    held, found = holders(tree), []
    for node in ast.walk(tree):
        found += [
            f"{node.lineno}: {ast.unparse(target)}"
            for target in targets(node)
            if isinstance(target, ast.Attribute) and target.attr in FIELDS and last_name(target.value) in held
        ]
        match node:
            case ast.Call(func=ast.Attribute(attr="move", value=moved)) if last_name(moved) in held:
                found.append(f"{node.lineno}: {ast.unparse(node)}")
            case ast.Call(func=func, args=[first, *_]) if last_name(func) in ("setattr", "force_setattr"):
                found += [f"{node.lineno}: {ast.unparse(node)}"] if last_name(first) in held else []
            case ast.ImportFrom(module=module, names=names) if module is not None and "core" in module.split("."):
                found += [f"{node.lineno}: {each.name}" for each in names if is_inner(module.split(".")[-1], each.name)]
    return found


def is_inner(module: str, name: str) -> bool:
    """Whether an import from a module of the core is of a way past the protocol."""
    if module == "core":
        return name in TRANSITIONS
    return (module == "reduce" and name != "is_terminal") or name not in TRANSITIONS.get(module, {name})


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_nothing_outside_of_the_core_writes_a_turn_a_run_or_a_call(path: Path) -> None:
    assert writings(path.read_text()) == []


def test_the_names_of_what_is_held_are_known() -> None:
    assert {"state", "turn", "turns", "call", "tool_calls", "run", "approval", "timing", "steers"} <= HELD_AS


@pytest.mark.parametrize(
    "source",
    [
        "call.exception, call.pictures = None, ()",
        "change.turn.error = clean(change.turn.error)",
        "self._run.state.asked += 1.0",
        "def f(found: CallState | None): found.note = ''",
        "def f(consent: ApprovalState): consent.prompted = True",
        "one = TurnState(id='r1.1'); one.status = 'completed'",
        "asked = held.call.approval\nasked.prompted = True",
        "for each in run.tool_calls: each.output = ''",
        "state.turns.append(turn)",
        "run.turns[-1].timing.sent = 1.0",
        "run.turns[0] = turn",
        "del call.timing.spans[0]",
        "call.move('queued')",
        "setattr(turn, 'error', None)",
        "from ..core import calls",
        "from ..core.calls import decide",
        "from ..core.reduce import reduce",
    ],
)
def test_a_writing_is_found(source: str) -> None:
    assert len(writings(source)) >= 1


@pytest.mark.parametrize(
    "source",
    [
        "self.error = None",
        "error.run = self._run",
        "self._held: dict[CallState, Held] = {}\nheld = self._held[call]\nheld.asked = now",
        "turn = run.turns[-1]",
        "run.context = context",
        "texts = [turn.text for turn in run.turns]; texts.append('')",
        "from ..core.calls import Answer",
        "from ..core.reduce import is_terminal",
    ],
)
def test_what_is_no_writing_is_none(source: str) -> None:
    assert writings(source) == []
