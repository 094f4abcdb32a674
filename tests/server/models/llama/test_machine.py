"""Cores and memory, by what the system and control groups of either version say."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ws_notebook.server.models.llama.machine import free_memory, threads, usable_cores

__all__: list[str] = []


def test_threads_leave_a_core_to_others() -> None:
    assert 1 <= threads() <= 8
    assert threads() <= max(1, (os.cpu_count() or 1) - 1)


@pytest.mark.skipif(sys.platform != "linux", reason="not on this platform: no affinity")
def test_the_least_of_affinity_and_quota_counts(tmp_path: Path) -> None:
    mine = os.sched_getaffinity(0)
    assert usable_cores(tmp_path) == len(mine)
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert usable_cores(tmp_path) == 0.5
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert usable_cores(tmp_path) == len(mine)
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("-1")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000")
    assert usable_cores(tmp_path) == len(mine)
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("75000")
    assert usable_cores(tmp_path) == 0.75


def test_memory_is_the_least_of_machine_and_group_and_files_count_as_free(tmp_path: Path) -> None:
    machine = free_memory(tmp_path)
    assert machine is None or machine > 0
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("900000\n")
    assert free_memory(tmp_path) == 100_000
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 300000\n")
    assert free_memory(tmp_path) == 400_000
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory(tmp_path) != 400_000
