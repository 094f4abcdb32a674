#!/bin/sh
# IPython 9.18.1, traitlets 5.16.1.
# A magics class has a configurable Dict trait, and the user sets one key of it as `%config` sets everything else,
# `%config Waits.limits.silence = 5`. Nothing happens and nothing is said: the line is executed on a Config, where a
# lower-case name gives a LazyConfigValue (it stands for list.append, dict.update and the like); the assignment only gives that
# object an attribute that nobody reads. The trait keeps its value and no observer or validator runs, whatever the key. (A
# misspelt trait is warned of.) `%config Waits.limits.update({"silence": 5})`, which a configuration file may say, is refused
# for want of an "=". Only the whole value can be set, `%config Waits.limits = {"silence": 5}`, which drops the other keys.
# Offer a trait of its own for each value, or say so in the trait's help.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check ipython==9.18.1 traitlets==5.16.1
IPYTHONDIR="$dir/ipython" "$dir/env/bin/python" - <<'PY'
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, magics_class
from traitlets import Dict

told = []


@magics_class
class Waits(Magics):
    limits = Dict({"silence": 600, "connect": 30}, help="Seconds.").tag(config=True)


shell = InteractiveShell.instance()
magics = Waits(shell)
shell.register_magics(magics)
magics.observe(lambda change: told.append(change["new"]), "limits")
found = {}
for line in (
    "%config Waits.limits.silence = 5",
    "%config Waits.limits.no_such_key = 5",
    "%config Waits.limits.update({'silence': 5})",
    "%config Waits.limits = {'silence': 5}",
):
    result = shell.run_cell(line)
    found[line] = (dict(magics.limits), result.success)
    print(f"{line:<45} -> {magics.limits}, {'no error' if result.success else 'an error'}")
print("the observer was told:", told)
before = {"silence": 600, "connect": 30}
assert list(found.values()) == [(before, True), (before, True), (before, False), ({"silence": 5}, True)], found
assert told == [{"silence": 5}], told
PY
