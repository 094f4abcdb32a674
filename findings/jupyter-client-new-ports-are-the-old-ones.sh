#!/bin/sh
# jupyter_client 8.10.0, ipykernel 7.4.0.
# restart_kernel(newports=True) keeps the old ports wherever cache_ports is on, which it is by default over TCP: the
# provisioner fills the ports in before they are recorded as random, so that there is nothing to forget. The restarter of
# Jupyter Server asks for new ports when a kernel dies at its start (random_ports_until_alive), in vain: a kernel that lost
# one of its ports to another program between choice and bind dies of "Address already in use" at every attempt, and is
# given up. Many servers side by side, as in CI, meet this. KernelManager.cache_ports = False brings the new ports back.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check jupyter_client==8.10.0 ipykernel==7.4.0
PATH="$dir/env/bin:$PATH"
export PATH JUPYTER_PATH="$dir/env/share/jupyter" JUPYTER_RUNTIME_DIR="$dir/runtime"
python - <<'PY'
from jupyter_client.manager import KernelManager

NAMES = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")


def ports(manager):
    return [getattr(manager, name) for name in NAMES]


def restarted(**options):
    """The ports of a kernel before and after it was restarted on new ones."""
    manager = KernelManager(kernel_name="python3", **options)
    manager.start_kernel()
    before = ports(manager)
    manager.restart_kernel(now=True, newports=True)
    after = ports(manager)
    manager.shutdown_kernel(now=True)
    assert 0 not in before + after
    return manager.cache_ports, len(set(before) & set(after))


cached, kept = restarted()
print(f"cache_ports={cached} (the default): {kept} of 5 ports kept")
assert (cached, kept) == (True, 5)
cached, kept = restarted(cache_ports=False)
print(f"cache_ports={cached}: {kept} of 5 ports kept")
assert (cached, kept) == (False, 0)
PY
