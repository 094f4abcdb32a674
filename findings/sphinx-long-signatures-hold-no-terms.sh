#!/bin/sh
# Sphinx 9.0.4.
# With python_maximum_signature_line_length a signature that is too long is set with one parameter in each line. In HTML
# these lines are a <dl> within the signature's own <dt>, and that <dl> holds <dd> elements alone, with no <dt> among them: a
# list of descriptions of nothing. HTML wants a term before the first description, and axe reports each such signature as
# serious ("definition-list"). A signature that fits its line has no such list.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check sphinx==9.0.4
mkdir "$dir/docs"
printf 'python_maximum_signature_line_length = 40\n' >"$dir/docs/conf.py"
cat >"$dir/docs/index.rst" <<'RST'
Home
====

.. py:function:: short(a)

.. py:function:: long(first: int, second: int, third: int, fourth: int)
RST
"$dir/env/bin/python" -m sphinx -q -W "$dir/docs" "$dir/html"
"$dir/env/bin/python" - "$dir/html/index.html" <<'PY'
import sys
from html.parser import HTMLParser


class Lists(HTMLParser):
    """What stands directly in each <dl>."""

    def __init__(self):
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attrs):
        if tag in ("dt", "dd") and self.open:
            self.open[-1].append(tag)
        if tag == "dl":
            self.open.append([])

    def handle_endtag(self, tag):
        if tag == "dl":
            self.found.append(self.open.pop())


lists = Lists()
lists.feed(open(sys.argv[1], encoding="utf-8").read())
alone = [each for each in lists.found if each and "dt" not in each]
print("lists of the page:", lists.found)
print("of descriptions alone:", alone)
assert alone == [["dd"] * 4], alone
PY
