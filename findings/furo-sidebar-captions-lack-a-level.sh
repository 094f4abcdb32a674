#!/bin/sh
# furo 2025.12.19 with Sphinx 9.0.4.
# The caption of a toctree, which furo shows in the sidebar of every page, is <p class="caption" role="heading"> with no
# aria-level. For assistive technology a heading has to have one: without it readers fall back to level 2, whatever stands
# around, and axe reports it as critical ("aria-required-attr"). Any site whose toctree has a caption is concerned.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check furo==2025.12.19 sphinx==9.0.4
mkdir "$dir/docs"
printf 'html_theme = "furo"\n' >"$dir/docs/conf.py"
printf 'Home\n====\n\n.. toctree::\n   :caption: Guides\n\n   one\n' >"$dir/docs/index.rst"
printf 'One\n===\n\nWords.\n' >"$dir/docs/one.rst"
"$dir/env/bin/python" -m sphinx -q -W "$dir/docs" "$dir/html"
"$dir/env/bin/python" - "$dir/html/one.html" <<'PY'
import re
import sys

page = open(sys.argv[1], encoding="utf-8").read()
headings = re.findall(r'<[^>]*role="heading"[^>]*>', page)
print("elements that say they are headings:", headings)
assert headings, "furo no longer gives captions that role"
assert not [each for each in headings if "aria-level" in each], headings
PY
