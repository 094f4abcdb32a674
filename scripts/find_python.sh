#!/bin/sh
# Print the first Python >= 3.11 that can make a virtual environment with pip, or say what to install.
# PYTHON=… on make's command line is tried first.
found=
for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
    # Run it: a shim of that name may be there without a Python behind it.
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    found=${found:-$name}
    "$name" -c 'import ensurepip, venv' >/dev/null 2>&1 || continue
    command -v "$name"
    exit 0
done
if [ -z "$found" ]; then
    echo "ws-notebook needs Python 3.11 or newer; none of python3, python3.11 … python3.14 is one." >&2
    echo "Install it, or say where it is: make PYTHON=/path/to/python3.12" >&2
else
    version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$(command -v "$found") (Python $version) has no venv or no ensurepip, so it cannot make an environment with pip." >&2
    echo "On Debian and Ubuntu: apt-get install python3-venv   (or python$version-venv)" >&2
    echo "Elsewhere: install the full Python, or say where another one is: make PYTHON=/path/to/python3.12" >&2
fi
exit 1
