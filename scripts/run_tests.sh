#!/bin/sh
# Runs the tests with the pytest that is named first. Without further words the browser's tests run beside the others,
# since either mostly waits; with some, they are pytest's own.
set -u
pytest=$1
shift
if [ $# -gt 0 ]; then
    exec "$pytest" "$@"
fi
log=$(mktemp)
"$pytest" tests/browser >"$log" 2>&1 &
browser=$!
trap 'kill "$browser" 2>/dev/null; rm -f "$log"' EXIT
trap 'exit 130' INT TERM
"$pytest" --ignore=tests/browser
others=$?
echo "==> pytest tests/browser (begun with the others)"
wait "$browser"
seen=$?
cat "$log"
[ "$others" -eq 0 ] && [ "$seen" -eq 0 ]
