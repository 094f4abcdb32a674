"""The seam to IPython, without a kernel and in one; what it does during runs is tested with sessions."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from ws_notebook import kernel

__all__: list[str] = []


def test_without_ipython_there_is_no_shell_and_nothing_is_imported() -> None:
    program = (
        "import sys\n"
        "from ws_notebook import kernel\n"
        "assert kernel.shell() is None and not kernel.in_kernel() and kernel.cell_id() is None\n"
        "assert kernel.main_loop() is None and not kernel.call_when_idle(print)\n"
        "assert 'IPython' not in sys.modules and 'ipykernel' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=50)


def test_the_main_thread_is_known() -> None:
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(kernel.is_main_thread()))
    thread.start()
    thread.join(20)
    assert (kernel.is_main_thread(), found) == (True, [False])


async def answer() -> int:
    await asyncio.sleep(0)
    return 42


def test_a_task_runs_to_its_end_where_no_loop_runs() -> None:
    assert kernel.run_nested(lambda loop: loop.create_task(answer())) == 42


def test_a_task_runs_to_its_end_in_a_thread() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(kernel.run_nested(lambda loop: loop.create_task(answer()))))
    thread.start()
    thread.join(20)
    assert found == [42]


def test_a_task_runs_to_its_end_inside_a_loop_that_runs() -> None:
    # In a process of its own: the patch of a running loop cannot be undone.
    program = (
        "import asyncio\n"
        "from ws_notebook import kernel\n"
        "async def answer():\n"
        "    await asyncio.sleep(0)\n"
        "    return 42\n"
        "async def outer():\n"
        "    return kernel.run_nested(lambda loop: loop.create_task(answer()))\n"
        "assert asyncio.run(outer()) == 42\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=50)


def test_without_a_kernel_nothing_is_heard_while_busy() -> None:
    assert not kernel.hears_while_busy()


def test_a_terminal_takes_input_and_a_pipe_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "in_kernel", lambda: False)
    for is_terminal in (True, False):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda is_terminal=is_terminal: is_terminal))
        assert kernel.takes_input() is is_terminal


def test_a_cell_takes_input_where_its_front_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "in_kernel", lambda: True)
    for allowed in (True, False, None):
        monkeypatch.setattr(kernel, "_request", lambda allowed=allowed: {"content": {"allow_stdin": allowed}})
        assert kernel.takes_input() is bool(allowed)
