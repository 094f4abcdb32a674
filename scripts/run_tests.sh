#!/bin/sh
# Runs the tests with the pytest that is named first. Without further words the browser's tests run beside the others,
# since either mostly waits: one half from the beginning, the other when the others have ended. With some, they are
# pytest's own.
set -u
pytest=$1
shift
if [ $# -gt 0 ]; then
    exec "$pytest" "$@"
fi
# Every second file.
first=$(ls tests/browser/test_*.py | awk 'NR % 2 == 1')
second=$(ls tests/browser/test_*.py | awk 'NR % 2 == 0')
logs=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$logs"' EXIT
trap 'exit 130' INT TERM

"$pytest" $first >"$logs/first" 2>&1 &
pids=$!
begun_first=$!
"$pytest" --ignore=tests/browser
failed=$?
"$pytest" $second >"$logs/second" 2>&1 &
pids="$pids $!"
begun_second=$!
for half in first second; do
    eval "pid=\$begun_$half"
    wait "$pid" || failed=1
    echo "==> pytest, the $half half of tests/browser (begun beside the others)"
    cat "$logs/$half"
done
[ "$failed" -eq 0 ]
