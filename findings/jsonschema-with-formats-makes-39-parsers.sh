#!/bin/sh
# jsonschema 4.26.0 with its extra format-nongpl, which jupyter-events asks for: whoever has JupyterLab has it. `import
# jsonschema` then imports rfc3987-syntax 1.1.0, which makes an Earley parser of the whole grammar of RFC 3987 for each of
# its rules when it is imported. That takes more than a second of a processor, ten times what jsonschema itself does, though no
# schema may use the formats "iri" or "uri". So everything that imports nbformat or jsonschema starts a second later:
# jupyter lab, nbconvert, papermill, jupytext, pytest where a plugin like nbmake is installed.
# jsonschema does without it where it is not there: the formats are then not checked.
# Where the start matters: `pip uninstall rfc3987-syntax` (pip check has nothing against it).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check 'jsonschema[format-nongpl]==4.26.0' rfc3987-syntax==1.1.0 lark==1.3.1
cat >"$dir/count.py" <<'PY'
import sys
import time

try:
    import lark
except ImportError:
    lark = None
made = []
if lark is not None:
    usual = lark.Lark.__init__
    lark.Lark.__init__ = lambda self, grammar, **options: (made.append(options.get("start")), usual(self, grammar, **options))[1]
begun = time.process_time()
import jsonschema

spent = time.process_time() - begun
print(f"{len(made)} parsers made by `import jsonschema`, {spent:.2f} s of a processor")
assert jsonschema.validate("a", {"type": "string"}) is None
assert (len(made) > 30) == (sys.argv[1] == "with"), made
PY
"$dir/env/bin/python" "$dir/count.py" with
"$dir/env/bin/python" "$dir/count.py" with
"$dir/env/bin/pip" uninstall --yes --quiet rfc3987-syntax
"$dir/env/bin/pip" check
"$dir/env/bin/python" "$dir/count.py" without
