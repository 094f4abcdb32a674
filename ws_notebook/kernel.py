"""The one seam to IPython and ipykernel: where code runs, which cell it is, what front end there is.

Nothing here imports either; what is not loaded is not there.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

__all__ = [
    "Channel",
    "OwnHooks",
    "at_cell_end",
    "call_when_idle",
    "cell_id",
    "claim_threads",
    "draw_figures",
    "execution",
    "has_later_page",
    "hear",
    "hear_quietly",
    "hear_while_busy",
    "hears_while_busy",
    "in_kernel",
    "is_headless",
    "is_main_thread",
    "main_loop",
    "put_cell",
    "run_nested",
    "shell",
    "shorten_traceback",
    "takes_input",
    "when_cells_begin",
]


_HERE: Final = str(Path(__file__).parent)

_AROUND_CODE: Final = frozenset({"pre_execute", "post_execute"})
"""IPython's hooks that are called before and after code, and by ipykernel around a front end's message too."""

_CLAIMED: Final = contextvars.ContextVar("ws_notebook_claimed", default=False)
"""Where it is set, a thread that is begun works for the same cell; see `claim_threads`."""


def shell() -> Any:
    """The running IPython shell, or None."""
    # Not by IPython's own `get_ipython`, which is looked up anew each time and takes longer than many a tool.
    shells = getattr(sys.modules.get("IPython.core.interactiveshell"), "InteractiveShell", None)
    return shells.instance() if shells is not None and shells.initialized() else None


def _kernel() -> Any:
    return getattr(shell(), "kernel", None)


def in_kernel() -> bool:
    """Whether this process is a Jupyter kernel."""
    return _kernel() is not None


def is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def cell_id() -> str | None:
    """The front end's id of the cell that runs, or None where it sends none (nbclient, terminal)."""
    found = (_request().get("metadata") or {}).get("cellId")
    return found if isinstance(found, str) else None


def execution() -> str | None:
    """Names this time that the cell which runs is run, or None without a kernel."""
    found = (_request().get("header") or {}).get("msg_id")
    return found if isinstance(found, str) else None


def _request() -> Mapping[str, Any]:
    """The message that this thread of the kernel works on; empty where there is none."""
    kernel = _kernel()
    return {} if kernel is None else kernel.get_parent() or {}


def is_headless() -> bool:
    """Whether the cell that runs here is run by a program, which heeds nothing that comes after the cell's end.

    nbclient, papermill, nbconvert and Voila name no cell, and take no input; a console takes some.
    """
    request = _request()
    kind = (request.get("header") or {}).get("msg_type")
    return kind == "execute_request" and cell_id() is None and request["content"].get("allow_stdin") is False


def takes_input() -> bool:
    """Whether somebody can answer `input()` here: in a cell whose front end says so, or at a terminal."""
    if in_kernel():
        return bool((_request().get("content") or {}).get("allow_stdin"))
    return sys.stdin is not None and sys.stdin.isatty()


def has_later_page() -> bool:
    """Whether a page comes that shows the widgets of cells which have ended, as Voila's does."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def at_cell_end(callback: Callable[[bool], None]) -> None:
    """Have it called once, when the cell that runs here is done, and as a part of it.

    It is told whether the cell was interrupted. Nothing without IPython.
    """
    found = shell()
    if found is None:
        return

    def once(result: Any) -> None:
        found.events.unregister("post_run_cell", once)
        callback(isinstance(getattr(result, "error_in_exec", None), KeyboardInterrupt))

    found.events.register("post_run_cell", once)


def when_cells_begin(callback: Callable[[], None]) -> None:
    """Have it called, in the thread that runs the cell, whenever one begins. Nothing without IPython."""
    found = shell()
    if found is not None:
        found.events.register("pre_run_cell", lambda *_: callback())


def shorten_traceback(error: BaseException) -> None:
    """Have IPython show the error's traceback down to the call of this package, and nothing below."""
    running = shell()
    if running is None or hasattr(error, "_render_traceback_"):
        return

    def render() -> Any:
        outside = _outside(error.__traceback__)
        return running.InteractiveTB.structured_traceback(type(error), error, outside, tb_offset=1)

    error._render_traceback_ = render  # type: ignore[attr-defined]


def _outside(traceback: TracebackType | None) -> TracebackType | None:
    """The frames before the first one of this package."""
    if traceback is None or traceback.tb_frame.f_code.co_filename.startswith(_HERE):
        return None
    rest = _outside(traceback.tb_next)
    return TracebackType(rest, traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno)


def hears_while_busy() -> bool:
    """Whether messages of widgets can arrive while a cell runs: ipykernel 7 has subshells for them, 6 has not."""
    return bool(getattr(_kernel(), "_supports_kernel_subshells", False))


def call_when_idle(callback: Callable[[], None]) -> bool:
    """Call it on the kernel's main thread as soon as that is idle. False: there is no kernel."""
    loop = getattr(_kernel(), "io_loop", None)
    if loop is None:
        return False
    loop.add_callback(callback)
    return True


def put_cell(code: str) -> bool:
    """Put code into a new cell below the one that runs, or a terminal's next prompt. False: there is no IPython."""
    found = shell()
    if found is None:
        return False
    found.set_next_input(code, replace=False)
    return True


def main_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that `await` in a cell uses, running or not; None outside of IPython."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    if shell() is None or not is_main_thread():
        return None
    from IPython.core.async_helpers import get_asyncio_loop

    found: asyncio.AbstractEventLoop = get_asyncio_loop()  # type: ignore[no-untyped-call]
    return found


def run_nested(start: Callable[[asyncio.AbstractEventLoop], asyncio.Task[Any]]) -> Any:
    """Run the task that `start` makes to its end on the loop of this thread, although a cell blocks that loop.

    A loop that is already running is patched by nest-asyncio2, for good.
    """
    loop = main_loop()
    if loop is None:
        with asyncio.Runner() as runner:
            return runner.get_loop().run_until_complete(start(runner.get_loop()))
    if loop.is_running():
        import nest_asyncio2

        nest_asyncio2.apply(loop)
    return loop.run_until_complete(start(loop))


def hear_quietly(comm: Any) -> None:
    """Have a front end's messages to this comm heard with none of IPython's hooks around them.

    `handle_msg` calls them as if code had run. matplotlib's would then draw what a cell that still runs has made so
    far, as an output of the message, which no front end shows.
    """
    if hasattr(comm, "_msg_callback"):
        comm.handle_msg = functools.partial(_hear, comm)


def _hear(comm: Any, message: Any) -> None:
    if comm._msg_callback is not None:
        comm._msg_callback(message)


def hear_while_busy(comm: Any) -> None:
    """Have the browser's messages to this comm delivered while a cell runs.

    JupyterLab sends them to a subshell, another thread of the kernel, which is free meanwhile. But
    ipykernel 7.4 sends each on to the thread that last published on the comm
    (kernelbase.shell_channel_thread_main asks the comm's `_reply_subshell_for`): for what a cell
    publishes that is the main thread, which the cell blocks. Without this route, which only that
    release has, a message stays where the front end sent it. The handlers here are thread-safe.

    None of IPython's hooks is called around it: a cell that waits for a run keeps its figures.
    """
    hear_quietly(comm)
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = None


def hear(widget: Any, receive: Callable[[Any], object]) -> None:
    """Have `receive` called with what the browser tells this widget, also while a cell runs."""
    widget.on_msg(lambda _widget, content, _buffers: receive(content))
    hear_while_busy(widget.comm)


class OwnHooks:
    """Between `begin` and `end`, IPython's hooks around code are for cells alone.

    What anybody's widgets are told, and what is executed silently, beside the cell, calls none: see `hear_quietly`.
    It may be begun several times at once, by any thread.
    """

    def __init__(self) -> None:
        self._begun = 0
        self._events: Any = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        with self._lock:
            self._begun += 1
            if self._begun == 1 and in_kernel():
                self._events = shell().events
                self._events.trigger = functools.partial(_trigger_for_code, self._events.trigger)

    def end(self) -> None:
        with self._lock:
            self._begun -= 1
            if self._begun == 0 and self._events is not None:
                # The class's own comes to light again.
                del self._events.trigger
                self._events = None


def _trigger_for_code(trigger: Callable[..., None], event: str, *args: Any, **kwargs: Any) -> None:
    if event not in _AROUND_CODE or not _is_aside(_request()):
        trigger(event, *args, **kwargs)


def _is_aside(message: Mapping[str, Any]) -> bool:
    """Whether a thread of the kernel that works on this message runs no cell: it has no place for outputs."""
    kind = str((message.get("header") or {}).get("msg_type", ""))
    return kind.startswith("comm_") or (kind == "execute_request" and bool(message["content"].get("silent")))


def draw_figures(context: contextvars.Context) -> None:
    """Show the figures that were drawn where no cell runs, as outputs of the cell of that context."""
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is not None:
        context.copy().run(inline.flush_figures)


def claim_threads(context: contextvars.Context) -> None:
    """Have every thread that is begun in this context, or by such a thread, run in a copy of it.

    The kernel finds in the context which cell an output belongs to. A thread of Python's own knows none of it (before
    3.14, and then unless it is told), so that what it prints would go to whatever cell runs by then.
    """
    context.run(_CLAIMED.set, True)
    if in_kernel() and not hasattr(threading.Thread.start, "_ws_notebook"):
        threading.Thread.start = _claiming(threading.Thread.start)  # type: ignore[assignment,method-assign]


def _claiming(start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    @functools.wraps(start)
    def start_claimed(thread: threading.Thread) -> None:
        if not _CLAIMED.get() or thread.ident is not None:
            start(thread)
            return
        run = thread.run
        thread.run = functools.partial(_run_within, contextvars.copy_context(), thread, run)  # type: ignore[method-assign]
        try:
            start(thread)
        except BaseException:
            vars(thread).pop("run", None)
            raise

    start_claimed._ws_notebook = True  # type: ignore[attr-defined]
    return start_claimed


def _run_within(context: contextvars.Context, thread: threading.Thread, run: Callable[[], None]) -> None:
    # Held no longer: it holds the thread, and so itself.
    vars(thread).pop("run", None)
    context.run(run)


class Channel:
    """Messages to and from every front end of the kernel, also while a cell runs; none is told that it was opened.

    A front end that knows its name finds it by asking the kernel for the channels (comms) of this target. To one that
    does not know it, its messages mean nothing; an opening message would make it answer, and complain, that it has no
    such target.
    """

    def __init__(self, target: str, name: str) -> None:
        import comm

        self._manager = comm.get_comm_manager()
        self._comm: Any = comm.create_comm(target_name=target, comm_id=name, primary=False)
        self._manager.register_comm(self._comm)
        # One front end's closing it is not the others'.
        self._comm.on_close(self._stay)
        hear_while_busy(self._comm)

    def _stay(self, _: Any) -> None:
        self._manager.register_comm(self._comm)

    def send(self, message: dict[str, Any]) -> None:
        """Send JSON. May be called from any thread."""
        self._comm.send(message)

    def listen(self, receive: Callable[[Any], None]) -> None:
        """Have it called with every message, in whatever thread the kernel has for it."""
        self._comm.on_msg(lambda message: receive(message["content"].get("data")))
