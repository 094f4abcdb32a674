"""What openai-agents' `function_tool` makes of the functions of the zoo, written to zoo_rival.json.

    python -m venv rival && rival/bin/pip install openai-agents annotated-types
    rival/bin/python tests/tools/zoo_rival.py

In an environment of its own: only its schemas are compared, so nothing else of it is needed beside ours.
"""

from __future__ import annotations

import importlib.metadata
import json
import math
import platform
import sys
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from tools.zoo import ZOO, async_generator, asynchronous  # noqa: E402 - found by the line above
from tools.zoo_nested import NESTED  # noqa: E402

__all__ = ["RESULT", "functions", "main"]

RESULT = HERE / "zoo_rival.json"
PACKAGES = ("openai-agents", "openai", "pydantic", "griffelib")


def functions() -> dict[str, Any]:
    """Every function of the zoo once, by the name of the first animal that is it."""
    found: dict[int, tuple[str, Any]] = {}
    for animal in [*ZOO, *NESTED]:
        found.setdefault(id(animal.function), (str(animal), animal.function))
    named = dict(found.values())
    return {**named, "asynchronous": asynchronous, "async_generator": async_generator}


def made(function: Any) -> dict[str, Any]:
    """The tool, strict where it allows that, or the words with which it refuses."""
    from agents import function_tool

    refusals = []
    for strict in (True, False):
        try:
            tool: Any = function_tool(function, strict_mode=strict)
        except Exception as error:  # noqa: BLE001 - it may refuse in any way
            refusals.append(f"{type(error).__name__}: {str(error).splitlines()[0]}"[:200])
        else:
            kept = {"strict": strict, "description": tool.description, "schema": tool.params_json_schema}
            return {**kept, "not_strict": refusals[0]} if refusals else kept
    return {"refused": refusals[-1]}


def _finite(value: Any) -> Any:
    """A default of infinity is written as a number that is none in JSON; here it is text."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def main() -> int:
    """Write the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tools = {name: made(function) for name, function in functions().items()}
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    versions["python"] = platform.python_version()
    result = _finite({"versions": versions, "tools": tools})
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True, allow_nan=False) + "\n")
    print(f"{len(tools)} functions with openai-agents {versions['openai-agents']} in {RESULT.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
