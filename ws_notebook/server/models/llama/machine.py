"""What this machine has left for a model: cores that this process may use, and free memory."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

__all__ = ["free_memory", "threads", "usable_cores"]

_MOST_THREADS = 8
_CGROUP = Path("/sys/fs/cgroup")


def threads() -> int:
    """How many threads a model gets: one core is left to the others, since sharing all of them slows it tenfold."""
    return max(1, min(int(usable_cores()) - 1, _MOST_THREADS))


def usable_cores(cgroup: Path = _CGROUP) -> float:
    """Cores that this process may use: the least of its affinity and its control group's quota."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = float(len(affinity(0)) if affinity is not None else os.cpu_count() or 1)
    return min(cores, *_quotas(cgroup)) if _quotas(cgroup) else cores


def free_memory(cgroup: Path = _CGROUP) -> int | None:
    """Bytes that can be had without swapping: the least of the machine's and the control group's. None: not known."""
    known = [each for each in (_of_machine(), _of_group(cgroup)) if each is not None]
    return min(known) if known else None


def _quotas(cgroup: Path) -> list[float]:
    """Cores' worth of time that control groups allow, of either version."""
    found = []
    words = _read(cgroup / "cpu.max").split()
    if len(words) == 2 and words[0].isdigit() and words[1].isdigit():
        found.append(int(words[0]) / int(words[1]))
    quota, period = (_read(cgroup / "cpu" / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
    if quota.isdigit() and period.isdigit() and int(period):
        found.append(int(quota) / int(period))
    return [each for each in found if each > 0]


def _of_group(cgroup: Path) -> int | None:
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        most, now = _read(cgroup / limit), _read(cgroup / used)
        if most.isdigit() and now.isdigit() and int(most) < 1 << 60:
            return max(int(most) - int(now) + _cached(cgroup / Path(limit).parent), 0)
    return None


def _cached(group: Path) -> int:
    """Bytes of files that the group counts as used and gives back on demand."""
    for line in _read(group / "memory.stat").splitlines():
        name, _, value = line.partition(" ")
        if name in ("inactive_file", "total_inactive_file") and value.isdigit():
            return int(value)
    return 0


def _of_machine() -> int | None:
    for line in _read(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return _of_windows()
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None  # macOS says it nowhere that Python reaches


def _of_windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = [
            *((name, ctypes.c_ulong) for name in ("length", "load")),
            *((f"number{place}", ctypes.c_ulonglong) for place in range(7)),
        ]

    status = Status()
    status.length = ctypes.sizeof(status)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - other systems' ctypes have no such name
    return int(status.number1) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
