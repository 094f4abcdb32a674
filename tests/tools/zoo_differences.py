"""The schemas of the zoo beside those of openai-agents, property by property: every difference has a kind.

What is left when the differences of these kinds are taken away has to be the same on both sides.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.zoo_rival import RESULT, functions

from ws_notebook.tools import tool

__all__ = ["KINDS", "differences", "rival", "table"]

Schema = dict[str, Any]

KINDS = {
    "refused there": (
        "a tool here, an exception there",
        "`functools.partial`; `typing.TypedDict` before Python 3.12; a parameter named like a member of pydantic's "
        "models (`schema`, `json`, `model_config`); `Collection`. Here the parameters are a TypedDict, not a model.",
    ),
    "open, strict there": (
        "not strict here, `strict: true` there",
        "`Any`, `object`, a bare `list` or a free type variable have no type, which strict mode does not take: a "
        "provider refuses the request. Here the tool is not strict, and says why.",
    ),
    "null": (
        "a union with null here, only the type there",
        "Strict mode makes every parameter required. Here null stands for *use the default*, so the model can leave "
        "one out; there it has to make up a value.",
    ),
    "default": (
        "`null: the default, 10` in the description here, the keyword `default` there",
        "`default` is not among the keywords of strict mode, and of no use to a model that must send a value.",
    ),
    "keywords": (
        "bounds and formats in the description here, as keywords there",
        "`minimum`, `pattern`, `format`, `minItems`, `maxLength`, `discriminator` and the like are in no subset that "
        "every provider takes. Pydantic holds the arguments to them either way.",
    ),
    "const": (
        "`enum` with one value, or typed parts, here; `const`, or an `enum` of several types, there",
        "Neither `const` nor an untyped `enum` is in the portable subset.",
    ),
    "prefixItems": (
        "`items` that take each of the types here, `prefixItems` there",
        "The order and number are said in the description, and checked when the call arrives.",
    ),
    "named tuple": (
        "an object with the fields' names here, an array there",
        "The model sees what it fills. Both forms are taken when the call arrives.",
    ),
    "description": (
        "more words, or the same on one line, here",
        'Texts of `Annotated[…, "text"]`, `Doc`, names of numbered enum members, notes on bounds and formats; a line '
        "break inside a docstring's entry is a blank.",
    ),
    "text": (
        "the tool's description",
        "A docstring that is only a section gives no description here, and its own words there.",
    ),
    "required": (
        "an optional parameter is not required here, and is there",
        "In a tool that is strict there and not here (see above), it can be left out.",
    ),
    "inferred": (
        "a type here, none there",
        "A parameter without annotation has the type of its default, if that is a string, a number or a truth value.",
    ),
    "fewer": (
        "other parameters",
        "A `functools.wraps` wrapper that names its own parameters is called by those here, by the wrapped function's "
        "there, which ends in a TypeError; `validate_call` and others pass on the whole signature to both.",
    ),
    "title": (
        "no `title` here, one for every property there",
        "It repeats the name, and its bytes and tokens are sent with every request.",
    ),
    "docs": (
        "`$ref` here, the class written out again there",
        "Where a reference has a neighbour (a default, a description), the definition is copied in its place there.",
    ),
}
"""By kind: what differs, and why."""

_DROPPED = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern", "minLength", "maxLength",
    "minItems", "maxItems", "uniqueItems", "format", "discriminator", "examples", "deprecated", "contentMediaType",
    "contentSchema",
)  # fmt: skip


def rival() -> dict[str, Any]:
    """The committed file: versions and tools."""
    found: dict[str, Any] = json.loads(RESULT.read_text())
    return found


def differences() -> dict[str, list[str]]:
    """By kind, where it is found: "function" or "function.parameter"; `unexplained` holds what no kind covers."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS} | {"unexplained": []}
    theirs = rival()["tools"]
    for name, function in functions().items():
        for kind, place in _of_tool(name, tool(function), theirs[name]):
            found[kind].append(place)
    return {kind: sorted(set(places)) for kind, places in found.items()}


def table(found: dict[str, list[str]]) -> str:
    """The differences as the table of the documentation."""
    lines = ["| what differs | properties | why |", "| --- | ---: | --- |"]
    ordered = sorted(KINDS, key=lambda kind: -len(found[kind]))
    lines += [f"| {KINDS[kind][0]} | {len(found[kind])} | {KINDS[kind][1]} |" for kind in ordered if found[kind]]
    return "\n".join(lines)


def _of_tool(name: str, ours: Any, theirs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "refused" in theirs:
        yield "refused there", name
        return
    if ours.strict is not theirs["strict"]:
        yield ("open, strict there" if theirs["strict"] else "unexplained"), name
    if ours.description != theirs["description"].strip():
        yield ("text" if ours.description != " ".join(theirs["description"].split()) else "description"), name
    left, right = ours.schema, theirs["schema"]
    if left["properties"].keys() != right["properties"].keys():
        yield "fewer", name
    for parameter in left["properties"].keys() & right["properties"].keys():
        place = f"{name}.{parameter}"
        kinds = _Comparison(left, right).compare(left["properties"][parameter], right["properties"][parameter])
        yield from ((kind, place) for kind in kinds)
    if sorted(left.get("required", ())) != sorted(right.get("required", ())) and left["properties"].keys() == (
        right["properties"].keys()
    ):
        yield "required", name


class _Comparison:
    """One property of ours beside one of theirs."""

    def __init__(self, left: Schema, right: Schema) -> None:
        self._left = left
        self._right = right
        self._kinds: set[str] = set()
        self._seen: set[tuple[str, str]] = set()

    def compare(self, ours: Schema, theirs: Schema) -> set[str]:
        self._node(ours, theirs)
        return self._kinds

    def _node(self, ours: Schema, theirs: Schema) -> None:
        if ("$ref" in json.dumps(ours)) is not ("$ref" in json.dumps(theirs)):
            self._kinds.add("docs")
        pair = (json.dumps(ours, sort_keys=True), json.dumps(theirs, sort_keys=True))
        if pair in self._seen:
            return
        self._seen.add(pair)
        self._words(ours, theirs)
        left = self._parts(ours, self._left)
        right = self._parts(theirs, self._right)
        if "null" in left and "null" not in right:
            self._kinds.add("null")
        left.pop("null", None)
        right.pop("null", None)
        if "array" in right and "object" in left and "array" not in left:
            self._kinds.add("named tuple")
            return
        if left.keys() != right.keys():
            self._kinds.add("inferred" if right.keys() == {"any"} else "unexplained")
            return
        for kind in left:
            self._typed(kind, left[kind], right[kind])

    def _words(self, ours: Schema, theirs: Schema) -> None:
        if "docs" in self._kinds:
            return  # what the class says stands with the class here
        mine, said = ours.get("description", ""), theirs.get("description", "")
        if not mine.startswith(" ".join(said.split())):
            self._kinds.add("unexplained")
        elif mine != said:
            self._kinds.add("description")

    def _parts(self, node: Schema, root: Schema) -> dict[str, list[Schema]]:
        """The choices of a schema by type, references followed; the kinds of what is on the way are noted."""
        parts: dict[str, list[Schema]] = {}
        waiting = [node]
        while waiting:
            one = waiting.pop(0)
            self._note(one, ours=root is self._left)
            if "$ref" in one:
                waiting.append(root["$defs"][one["$ref"].rpartition("/")[2]])
            elif "anyOf" in one or "oneOf" in one:
                waiting.extend(one.get("anyOf") or one["oneOf"])
            elif "const" in one or "enum" in one:
                for value in one.get("enum", [one.get("const")]):
                    parts.setdefault(_type_of(value), []).append({"enum": [value]})
            else:
                parts.setdefault(one.get("type", "any"), []).append(one)
        return parts

    def _note(self, node: Schema, *, ours: bool) -> None:
        if ours:
            return
        if "title" in node:
            self._kinds.add("title")
        if "default" in node:
            self._kinds.add("default")
        if "const" in node or ("enum" in node and "type" not in node):
            self._kinds.add("const")
        if "prefixItems" in node:
            self._kinds.add("prefixItems")
        if any(keyword in node for keyword in _DROPPED):
            self._kinds.add("keywords")

    def _typed(self, kind: str, left: list[Schema], right: list[Schema]) -> None:
        if all("enum" in one for one in [*left, *right]):
            mine = sorted((value for one in left for value in one["enum"]), key=str)
            if mine != sorted((value for one in right for value in one["enum"]), key=str):
                self._kinds.add("unexplained")
            return
        if len(left) != len(right):
            # The same type twice, apart by its format.
            if kind != "string" or any("enum" in one for one in [*left, *right]):
                self._kinds.add("unexplained")
            return
        for mine, its in zip(left, right, strict=True):
            if kind == "object":
                self._object(mine, its)
            elif kind == "array":
                self._array(mine, its)

    def _object(self, mine: Schema, its: Schema) -> None:
        own, other = mine.get("properties", {}), its.get("properties", {})
        if own.keys() != other.keys():
            self._kinds.add("unexplained")
            return
        if sorted(mine.get("required", ())) != sorted(its.get("required", ())):
            self._kinds.add("required")
        for name in own:
            self._node(own[name], other[name])
        free, its_free = mine.get("additionalProperties"), its.get("additionalProperties")
        if isinstance(free, dict) and isinstance(its_free, dict):
            self._node(free, its_free)

    def _array(self, mine: Schema, its: Schema) -> None:
        if "prefixItems" in its:
            each = its["prefixItems"]
            self._node(mine.get("items", {}), each[0] if len(each) == 1 else {"anyOf": _once(each)})
        else:
            self._node(mine.get("items", {}), its.get("items", {}))


def _once(nodes: list[Schema]) -> list[Schema]:
    return [node for index, node in enumerate(nodes) if node not in nodes[:index]]


def _type_of(value: Any) -> str:
    kinds = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
    return kinds[type(value)]
