#!/bin/sh
# ipykernel 7.4.0, IPython 9.18.1, matplotlib 3.11.2, matplotlib-inline 0.2.2, jupyter-client 8.10.0, comm 0.2.3.
# A cell draws a figure and goes on working. While it works the page sends any message to a comm that it has opened, over
# a subshell, as JupyterLab does for kernels that have them. The comm's message fires IPython's post_execute, on which the inline
# backend shows and closes all figures there are: the cell's figure goes out with the comm message as its parent, to
# which no front end shows outputs, and at the cell's end none is left. The notebook shows and saves no figure, and no
# error. Without the message the same cell shows it. The handler of the comm need not do anything.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check ipykernel==7.4.0 ipython==9.18.1 \
    matplotlib==3.11.2 matplotlib-inline==0.2.2 jupyter-client==8.10.0 comm==0.2.3
PATH="$dir/env/bin:$PATH" JUPYTER_PATH="$dir/env/share/jupyter" MPLCONFIGDIR="$dir" "$dir/env/bin/python" - <<'PY'
import queue

from jupyter_client import KernelManager

SETUP = """
%matplotlib inline
import threading, time
import matplotlib.pyplot as plt
heard = threading.Event()
def opened(comm, message):
    comm.on_msg(lambda message: heard.set())
get_ipython().kernel.comm_manager.register_target("t", opened)
"""
DRAW = "_ = plt.plot([1, 2]); print('drawn', flush=True); heard.wait({seconds}); time.sleep(1)"


def send(channel, kind, content, subshell=None):
    message = client.session.msg(kind, content)
    message["header"]["subshell_id"] = subshell
    channel.send(message)
    return message["header"]["msg_id"]


def run(code, when_drawn=None):
    """The parents of the figures that came while the cell ran, as words."""
    asked = client.execute(code, allow_stdin=False)
    found = []
    while True:
        message = client.get_iopub_msg(timeout=60)
        mine, kind = message["parent_header"].get("msg_id") == asked, message["msg_type"]
        if kind == "stream" and when_drawn is not None:
            when_drawn()
        if kind == "display_data":
            found.append("cell" if mine else message["parent_header"]["msg_type"])
        if kind == "status" and mine and message["content"]["execution_state"] == "idle":
            return found


manager = KernelManager(kernel_name="python3")
manager.start_kernel()
client = manager.client()
client.start_channels()
try:
    client.wait_for_ready(timeout=60)
    run(SETUP)
    send(client.control_channel, "create_subshell_request", {})
    subshell = client.get_control_msg(timeout=60)["content"]["subshell_id"]
    send(client.shell_channel, "comm_open", {"comm_id": "c1", "target_name": "t", "data": {}}, subshell)
    quiet = run(DRAW.format(seconds=1))
    message = {"comm_id": "c1", "data": {}}
    disturbed = run(DRAW.format(seconds=10), lambda: send(client.shell_channel, "comm_msg", message, subshell))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print("figures of a cell that is left alone:", quiet)
print("figures of a cell during which a comm message comes:", disturbed)
assert quiet == ["cell"], quiet
assert disturbed == ["comm_msg"], disturbed
PY
