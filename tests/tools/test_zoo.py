"""The zoo as a whole: outputs that come back as arguments, and the comparison with openai-agents."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
from tools.strict_rules import violations
from tools.zoo import ZOO, Animal
from tools.zoo_differences import KINDS, differences, rival, table
from tools.zoo_nested import NESTED
from tools.zoo_rival import functions

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool
from ws_notebook.tools.values.outputs import to_output

__all__: list[str] = []

ALL = [*ZOO, *NESTED]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "schema.md"


def holds_bytes(result: Any) -> bool:
    """Bytes that are no picture have no form as an output."""
    return isinstance(result, bytes) or (isinstance(result, tuple) and any(map(holds_bytes, result)))


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    return differences()


def returns_its_argument(animal: Animal) -> bool:
    call = tool(animal.function).bind(json.dumps(animal.arguments))
    values = [*call.args, *call.kwargs.values()]
    return len(animal.arguments) == 1 and values == [animal.result]


def test_the_zoo_is_large_and_every_function_is_there() -> None:
    assert len(functions()) >= 60
    assert {str(animal) for animal in ALL} >= functions().keys() - {"asynchronous", "async_generator"}


@pytest.mark.parametrize("animal", ALL, ids=str)
def test_a_result_is_an_output_that_reads_back(animal: Animal) -> None:
    if holds_bytes(animal.result):
        with pytest.raises(ToolError, match=r"data\.decode\(\)"):
            to_output(animal.result)
        return
    output = to_output(animal.result)
    assert isinstance(output, str)
    if isinstance(animal.result, bool | int | float | list | tuple | dict) and "Infinity" not in output:
        assert json.loads(output) is not None


@pytest.mark.parametrize(
    "animal",
    [one for one in ALL if not holds_bytes(one.result) and returns_its_argument(one)],
    ids=str,
)
def test_what_a_function_returned_can_be_sent_to_it_again(animal: Animal) -> None:
    made = tool(animal.function)
    output = to_output(animal.result)
    (name,) = animal.arguments
    assert made.bind(json.dumps({name: read(str(output))})).run() == animal.result


def read(output: str) -> Any:
    try:
        return json.loads(output)
    except ValueError:
        return output  # text is its own output


def test_many_functions_round_trip() -> None:
    assert sum(returns_its_argument(one) for one in ALL if inspect.isfunction(one.function)) >= 45


def test_the_other_librarys_schemas_are_of_the_same_functions() -> None:
    assert rival()["tools"].keys() == functions().keys()
    assert set(rival()["versions"]) >= {"openai-agents", "pydantic", "python"}


def test_every_difference_to_the_other_library_is_explained(found: dict[str, list[str]]) -> None:
    assert found["unexplained"] == []
    assert [kind for kind in KINDS if not found[kind]] == []


def test_the_page_has_the_table_of_differences(found: dict[str, list[str]]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert table(found) in page
    assert f"openai-agents {rival()['versions']['openai-agents']}" in page
    assert f"{len(functions())} functions" in page


def test_where_the_other_library_is_strict_only_ours_is_in_the_portable_subset() -> None:
    theirs = {name: made["schema"] for name, made in rival()["tools"].items() if made.get("strict")}
    plain = {name: tool(function) for name, function in functions().items() if name in theirs}
    assert all(violations(made.schema) == [] for made in plain.values() if made.strict)
    accepted = [name for name, schema in theirs.items() if not violations(schema)]
    # Even without the titles, which are harmless.
    assert accepted == ["nothing"] or not accepted
