"""The lesson and the exercise for nbgrader: done as students would, wrong first and then right."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from support.started import kernel_environment

__all__: list[str] = []

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
GRADED = NOTEBOOKS / "nbgrader" / "tools" / "exercise.ipynb"
SECONDS = 60

SOLUTIONS = {
    "09-06": """
        @wsn.tool
        def population(city: str) -> int:
            \"\"\"The number of inhabitants of a city.\"\"\"
            return INHABITANTS[city]
    """,
    "09-11": """
        @wsn.tool
        def capital(country: str) -> str:
            \"\"\"The capital of a country.\"\"\"
            if country not in CAPITALS:
                raise wsn.ToolError(f"There is no {country}. Countries: {', '.join(CAPITALS)}.")
            return CAPITALS[country]
    """,
    "09-15": """
        %%responses -o third
        call capital(country="Peru") then call population(city="Lima") then say "Done."
    """,
    "09-22": """
        %%responses --from hello -o fourth
        What is my name?
    """,
}
"""What a student writes, by the cell that he changes."""
STEPS = {"09-06": ("09-06", "09-07", "09-08"), "09-11": ("09-11", "09-12", "09-13"), "09-15": ("09-15", "09-16"),
         "09-22": ("09-22", "09-23")}  # fmt: skip
"""The cells of each exercise, which a student runs again."""


def dedented(text: str) -> str:
    lines = text.strip("\n").splitlines()
    indent = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[indent:] for line in lines).rstrip()


def said(cell: nbformat.NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def executed(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3").execute(cwd=str(folder), env=kernel_environment())
    return notebook


def test_each_exercise_of_the_lesson_fails_first_and_passes_when_it_is_done(tmp_path: Path) -> None:
    lesson = nbformat.read(NOTEBOOKS / "09_lesson_plan.ipynb", as_version=4)
    by_id = {cell.id: cell for cell in lesson.cells}
    cells = []
    for cell in lesson.cells:
        cells.append(cell)
        for changed, steps in STEPS.items():
            if cell.id == steps[-1]:
                sources = [SOLUTIONS[changed], *(by_id[each].source for each in steps[1:])]
                cells += [nbformat.v4.new_code_cell(dedented(source), id=f"{each}-again") for each, source in
                          zip(steps, sources, strict=True)]  # fmt: skip
    done = {cell.id: cell for cell in executed(nbformat.v4.new_notebook(cells=cells), tmp_path).cells}
    for number, steps in enumerate(STEPS.values(), 1):
        assert said(done[steps[-1]]).startswith(f"Exercise {number}: not yet.\n\n"), said(done[steps[-1]])
        assert "What happened: " in said(done[steps[-1]])
        assert said(done[f"{steps[-1]}-again"]) == f"Exercise {number}: passed.\n"
    outputs = [output for cell in done.values() for output in cell.get("outputs", ())]
    assert [each for each in outputs if each.output_type == "error" or each.get("name") == "stderr"] == []
    last = next(cell for cell in reversed(cells) if cell.cell_type == "code")
    assert "data:image/svg+xml;base64," in last.outputs[-1].data["text/html"]


def without_solutions(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """As students get it: nbgrader puts such words in the place of what is between its marks."""
    for cell in notebook.cells:
        cell.source = re.sub(r"### BEGIN SOLUTION.*### END SOLUTION", "# YOUR CODE HERE", cell.source, flags=re.DOTALL)
    return notebook


def test_the_graded_exercise_passes_with_its_solutions_and_not_without(tmp_path: Path) -> None:
    source = nbformat.read(GRADED, as_version=4)
    points = [cell.metadata.nbgrader.points for cell in source.cells if cell.metadata.nbgrader.grade]
    assert (points, len({cell.metadata.nbgrader.grade_id for cell in source.cells})) == ([3, 2, 1], len(source.cells))
    assert [cell.id for cell in source.cells if cell.get("outputs") or cell.get("execution_count")] == []
    outputs = [each for cell in executed(source, tmp_path).cells for each in cell.get("outputs", ())]
    assert [each for each in outputs if each.get("name") == "stderr"] == []
    with pytest.raises(CellExecutionError, match="name 'celsius' is not defined"):
        executed(without_solutions(nbformat.read(GRADED, as_version=4)), tmp_path)
