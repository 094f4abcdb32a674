#!/bin/sh
# tblib 3.2.2; distributed 2026.8.0 and others install its support for pickling exceptions in every process that uses them.
# From then on copy.copy() of an exception that is written in Python gives a copy that shares the original's attributes:
# tblib hands the original's __dict__ itself to the copy. Set an attribute on one (the request that failed, a hint, a count of
# attempts) and the other has it too. Without tblib a copy is a copy.
# Library code that copies an error to tell it to several callers goes wrong as soon as its user has imported Dask; nothing
# in a traceback points there. Make the second exception by hand, or copy its __dict__ anew.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check tblib==3.2.2
"$dir/env/bin/python" - <<'PY'
import copy

from tblib import pickling_support


class Lost(Exception):
    def __init__(self, message, code=None):
        super().__init__(message)
        self.code = code


class Plain(Exception):
    pass


def is_shared(kind):
    first = kind("the connection was lost")
    first.asked_by = "one"
    second = copy.copy(first)
    second.asked_by = "two"
    return first.asked_by == "two"


before = {kind.__name__: is_shared(kind) for kind in (Lost, Plain)}
pickling_support.install()
after = {kind.__name__: is_shared(kind) for kind in (Lost, Plain)}
print("a copy shares its attributes, before:", before)
print("a copy shares its attributes, after: ", after)
assert before == {"Lost": False, "Plain": False}, before
assert after == {"Lost": True, "Plain": True}, after
PY
