"""llama.cpp's server, the program of the process that is its own: it ends with whoever started it.

Started with its settings as JSON on the first line of standard input; prints its address when it is ready. Besides the
standard library it needs xllamacpp alone, so that it starts fast.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Serve until standard input ends. The server object may take half a minute to go away: the process just ends."""
    _end_with_parent()
    given: dict[str, Any] = json.loads(sys.stdin.readline())
    threading.Thread(target=_watch, daemon=True).start()
    import xllamacpp  # type: ignore[import-not-found, import-untyped, unused-ignore]

    params = xllamacpp.CommonParams()
    params.model.path = given["model"]
    params.model_alias = {given["name"]}
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = given["threads"]
    params.n_parallel, params.n_ctx = given["slots"], given["slots"] * given["context"]
    # A batch holds up everybody else until it is through.
    params.n_batch = params.n_ubatch = given["batch"]
    params.api_keys = [given["key"]]
    params.port, params.use_jinja, params.ui, params.n_gpu_layers = 0, True, False, 0
    server = xllamacpp.Server(params)
    sys.stdout.write(f"ready {server.listening_address}\n")
    sys.stdout.flush()
    threading.Event().wait()


def _watch() -> None:
    """Standard input ends when the parent is gone, however it went."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def _end_with_parent() -> None:
    """Where the system can do it (Linux), it ends this process with its parent, even in the midst of a load."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


if __name__ == "__main__":
    main()
