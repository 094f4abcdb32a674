"""What only some systems have is used behind a branch, and in few modules, which docs/platforms.md names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "ws_notebook"

MODULES = {"fcntl", "grp", "msvcrt", "posix", "pty", "pwd", "resource", "spwd", "syslog", "termios", "tty", "winreg"}
NAMES = {
    "os": {
        *("chown", "chroot", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgroups"),
        *("getloadavg", "getpgid", "getpgrp", "getpriority", "getsid", "getuid", "kill", "killpg", "lchown", "mkfifo"),
        *("nice", "openpty", "posix_spawn", "register_at_fork", "sched_getaffinity", "sched_setaffinity", "setgid"),
        *("setpgid", "setpriority", "setsid", "setuid", "startfile", "statvfs", "sysconf", "ttyname", "uname", "wait"),
        *("wait3", "wait4", "waitid"),
    },
    "signal": {
        *("CTRL_BREAK_EVENT", "CTRL_C_EVENT", "SIGALRM", "SIGBREAK", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL"),
        *("SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "alarm", "pause"),
        *("pthread_kill", "pthread_sigmask", "setitimer", "siginterrupt", "sigwait"),
    },
    "socket": {"AF_UNIX", "MSG_DONTWAIT", "SO_REUSEPORT", "TCP_INFO", "recv_fds", "send_fds"},
    "ctypes": {"WinDLL", "windll"},
}
METHODS = {"add_reader", "add_signal_handler", "add_writer", "remove_signal_handler"}
KEYWORDS = {"creationflags", "pass_fds", "preexec_fn", "process_group", "start_new_session", "startupinfo"}
FOLDERS = ("/proc", "/sys/", "/dev/", "/etc/", "/tmp", "/var/")
ASKS = ("sys.platform", "os.name", "hasattr(")
CAUGHT = {"AttributeError", "ImportError", "NotImplementedError"}

WITHOUT_BRANCH = {
    # Windows' Popen takes it and does nothing. What it keeps away, a signal to the whole group, Windows has not.
    "engine/local.py": {"start_new_session"},
    "server/models/llama/engine.py": {"start_new_session"},
    # A file that is not there says nothing: the next way to know is tried.
    "server/models/llama/machine.py": {"/proc/meminfo", "/sys/fs/cgroup"},
}
WITH_BRANCH = {
    "batch/journal.py": {"fcntl", "msvcrt"},
    "engine/portal.py": {"register_at_fork"},
    "server/app.py": {"add_signal_handler"},
    "server/models/llama/child.py": {"SIGKILL"},
    "server/models/llama/machine.py": {"sysconf"},
    "tools/executor.py": {"pthread_kill"},
    "transports/tapefile.py": {"fcntl", "msvcrt"},
}


def uses(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """What is used of one system alone, and whether a branch stands around it."""
    yield from _uses(tree, behind=False)


def _uses(node: ast.AST, *, behind: bool) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(FOLDERS):
        yield node.value, behind
    yield from ((name, behind) for name in _named(node))
    if isinstance(node, ast.If | ast.IfExp):
        behind = behind or any(word in ast.unparse(node.test) for word in ASKS)
    kept = isinstance(node, ast.Try) and any(CAUGHT & set(_caught(handler)) for handler in node.handlers)
    body = set(node.body) if isinstance(node, ast.Try) and kept else set()
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, behind=behind or child in body)


def _named(node: ast.AST) -> set[str]:
    match node:
        case ast.Import():
            return {alias.name for alias in node.names} & MODULES
        case ast.ImportFrom(module=str(module), level=0):
            return {module} & MODULES | {alias.name for alias in node.names} & NAMES.get(module, set())
        case ast.Attribute(value=ast.Name(id=module), attr=name) if name in NAMES.get(module, set()):
            return {name}
        case ast.Attribute(attr=name) if name in METHODS:
            return {name}
        case ast.keyword(arg=str(name)) if name in KEYWORDS:
            return {name}
    return set()


def _caught(handler: ast.ExceptHandler) -> set[str]:
    return {each.id for each in ast.walk(handler.type) if isinstance(each, ast.Name)} if handler.type else set()


def found(*, behind: bool) -> dict[str, set[str]]:
    """Such names by module, with a branch or without."""
    told: dict[str, set[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        names = {name for name, within in uses(ast.parse(path.read_text(encoding="utf-8"))) if within is behind}
        if names:
            told[path.relative_to(SOURCE).as_posix()] = names
    return told


def test_what_one_system_has_is_behind_a_branch() -> None:
    assert found(behind=False) == WITHOUT_BRANCH


def test_what_one_system_has_is_in_few_modules() -> None:
    assert found(behind=True) == WITH_BRANCH


def test_the_page_of_platforms_names_those_modules() -> None:
    page = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")
    assert {name for name in (*WITH_BRANCH, *WITHOUT_BRANCH) if f"`{name}`" not in page} == set()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import os\nos.fork()", [("fork", False)]),
        ("from os import killpg", [("killpg", False)]),
        ("if hasattr(os, 'fork'):\n    os.fork()", [("fork", True)]),
        (
            "if sys.platform == 'win32':\n    import msvcrt\nelse:\n    import fcntl",
            [("msvcrt", True), ("fcntl", True)],
        ),
        ("try:\n    import resource\nexcept ImportError:\n    pass", [("resource", True)]),
        ("try:\n    pass\nexcept ImportError:\n    import resource", [("resource", False)]),
        ("try:\n    open('/proc/self')\nexcept KeyError:\n    pass", [("/proc/self", False)]),
        ("Popen([], preexec_fn=f)", [("preexec_fn", False)]),
        ("loop.add_reader(0, f)", [("add_reader", False)]),
        ("os.getpid(); signal.SIGINT; 'a/proc'", []),
    ],
)
def test_a_use_is_seen_with_its_branch(code: str, told: list[tuple[str, bool]]) -> None:
    assert list(uses(ast.parse(code))) == told
