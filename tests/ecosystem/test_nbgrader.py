"""The exercise with the real nbgrader: generated for students, handed in, graded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from support.environment import environment_with, inherited_paths
from support.started import kernel_environment

__all__: list[str] = []

SOURCE = Path(__file__).resolve().parents[2] / "notebooks" / "nbgrader"
POINTS = """
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({each.student.id: [grade.score for grade in each.notebooks[0].grades] for each in
                      book.assignment_submissions("tools")}))
"""


class Course:
    """A folder of nbgrader's, in an environment that has it."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder = folder
        self._python = python
        # nbgrader calls alembic by its name.
        found = os.pathsep.join([str(python.parent), os.environ["PATH"]])
        self._environment = {**kernel_environment(), **inherited_paths(python), "PATH": found}
        (folder / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'lesson'\nc.ExecutePreprocessor.timeout = 120\n"
        )
        shutil.copytree(SOURCE, folder / "source")

    def run(self, *arguments: str) -> str:
        command = [str(self._python), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def hand_in(self, student: str, solutions: dict[str, str]) -> None:
        """What students were given, with these cells filled in."""
        notebook = nbformat.read(self.folder / "release" / "tools" / "exercise.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = solutions.get(cell.metadata.nbgrader.grade_id, cell.source)
        place = self.folder / "submitted" / student / "tools"
        place.mkdir(parents=True)
        nbformat.write(notebook, place / "exercise.ipynb")

    def points(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("-c", POINTS).splitlines()[-1])
        return found


def solutions() -> dict[str, str]:
    notebook = nbformat.read(SOURCE / "tools" / "exercise.ipynb", as_version=4)
    return {each.metadata.nbgrader.grade_id: each.source for each in notebook.cells if each.metadata.nbgrader.solution}


@pytest.mark.nightly
@pytest.mark.timeout(1200)
@pytest.mark.skipif(sys.platform == "win32", reason="not on this platform: nbgrader does not support it")
def test_students_get_the_points_for_what_they_did(tmp_path: Path) -> None:
    given = os.environ.get("WSN_NBGRADER_PYTHON")
    python = Path(given) if given else environment_with(tmp_path / "env", "nbgrader")
    (tmp_path / "course").mkdir()
    course = Course(tmp_path / "course", python)
    course.run("-m", "nbgrader", "generate_assignment", "tools")
    released = (course.folder / "release" / "tools" / "exercise.ipynb").read_text()
    assert "YOUR CODE HERE" in released
    assert "Fahrenheit to Celsius; none" not in released
    known = solutions()
    course.hand_in("ada", known)
    course.hand_in("grace", {**known, "checked": "checked = celsius", "question": "question = 'What can you do?'"})
    course.hand_in("nobody", {})
    course.run("-m", "nbgrader", "autograde", "tools")
    assert course.points() == {"ada": [3, 2, 1], "grace": [3, 0, 0], "nobody": [0, 0, 0]}
