#!/bin/sh
# Runs the tests with the pytest that is named first. Without further words the browser's tests run beside the others,
# since either mostly waits: one half from the beginning, two quarters when the others have ended. With some, they are
# pytest's own.
set -u
pytest=$1
shift
if [ $# -gt 0 ]; then
    exec "$pytest" "$@"
fi
files() { ls tests/browser/test_*.py | awk "NR % $1 == $2"; }
logs=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$logs"' EXIT
trap 'exit 130' INT TERM

"$pytest" $(files 2 1) >"$logs/1" 2>&1 &
pids=$!
"$pytest" --ignore=tests/browser
failed=$?
for part in 2 0; do
    "$pytest" $(files 4 $part) >"$logs/$part" 2>&1 &
    pids="$pids $!"
done
for pid in $pids; do
    wait "$pid" || failed=1
done
for part in 1 2 0; do
    echo "==> pytest, a part of tests/browser (beside the others)"
    cat "$logs/$part"
done
[ "$failed" -eq 0 ]
