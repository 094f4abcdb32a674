#!/bin/sh
# Runs the tests with the pytest that is named first. With further words they are pytest's own. Without, the tests are
# run in parts, a few at a time (WSN_TEST_JOBS, 3 if not set), since most of them wait for a browser, a kernel or a
# server: whoever ends a part takes the next. A part's output is shown when it ends.
set -u
export WSN_TEST_JOBS="${WSN_TEST_JOBS:-3}"
browser_parts=9
apart="session tools magics server"

# What pytest is told to run: 1, 2, … are shares of the browser's tests, a word is a folder, "rest" is all the others.
words_of() {
    case $1 in
    [0-9]) ls tests/browser/test_*.py | awk "NR % $browser_parts == $1 - 1" ;;
    rest) for each in browser $apart; do echo "--ignore=tests/$each"; done ;;
    *) echo "tests/$1" ;;
    esac
}

if [ "$1" = --part ]; then
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    "$2" $(words_of "$3") >"$log" 2>&1
    ended=$?
    echo "==> pytest, part $3"
    cat "$log"
    exit "$ended"
fi

pytest=$1
shift
if [ $# -gt 0 ]; then
    exec "$pytest" "$@"
fi
# The long ones first, the browser's and others in turn.
printf '%s\n' 1 session 2 rest 3 magics 4 tools 5 server 6 7 8 9 |
    xargs -n 1 -P "$WSN_TEST_JOBS" sh "$0" --part "$pytest"
