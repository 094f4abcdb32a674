#!/bin/sh
# docstring_parser 0.18.0.
# parse() is documented to raise ParseError for a docstring that it cannot read, and with Style.AUTO it tries each style and
# passes over those that raise ParseError. A docstring in reST form with a colon that names nothing, such as ": x" on a line
# of its own, makes it raise IndexError instead, also with AUTO: whoever catches ParseError, as its README shows, has an
# unrelated error in an import or a decorator. Text after "Note" and the like is fine; it is the line that begins with ": ".
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check docstring_parser==0.18.0
"$dir/env/bin/python" - <<'PY'
import docstring_parser
from docstring_parser import DocstringStyle, ParseError

found = {}
for text in ("Add.\n\n:param x: a number", "Add.\n\n: x", ": x"):
    for style in (DocstringStyle.AUTO, DocstringStyle.REST):
        try:
            docstring_parser.parse(text, style=style)
            told = "no error"
        except ParseError:
            told = "ParseError"
        except Exception as error:
            told = type(error).__name__
        found[text, style.name] = told
        print(f"{text!r:<35} {style.name:<5} {told}")
assert {told for (text, _), told in found.items() if ":param" in text} == {"no error"}, found
assert {told for (text, _), told in found.items() if text == ": x"} == {"IndexError"}, found
PY
