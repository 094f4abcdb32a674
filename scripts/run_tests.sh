#!/bin/sh
# run_tests.sh BIN [ARGUMENTS OF PYTEST]: all tests side by side, or those that the arguments name, one after another.
#
# They import the installed package, as users have it: PYTHONSAFEPATH keeps the working directory out of `python -m` and
# `python -c`, and WSN_TEST_INSTALLED refuses the source tree.
set -u
bin=$1
shift
failed=.pytest_cache/v/cache/lastfailed
export WSN_TEST_INSTALLED=1 PYTHONSAFEPATH=1

# Each of the processes imports all files: one does so before them, while the model is got, and they find all compiled.
[ $# -gt 0 ] || "$bin/pytest" --collect-only --quiet >/dev/null 2>&1 &
compiled=$!
"$bin/ws-notebook" model get smollm2 || [ "${WSN_REQUIRE_MODEL:-}" != 1 ] || exit 1
wait $compiled

echo "==> pytest, and meanwhile make check"
[ $# -eq 0 ] || exec "$bin/pytest" "$@"

# Most tests wait for a browser, a kernel or a server, so there are more processes than cores. A file stays in one
# process, which starts what its tests share; in the order in which tests/ puts the files.
"$bin/pytest" --numprocesses "${WSN_TEST_JOBS:-4}" --dist loadfile --no-loadscope-reorder
status=$?
[ $status = 1 ] && [ "$(grep -c true "$failed")" -le 2 ] || exit $status

echo "==> once more, alone, what failed beside others"
flaky=$(grep true "$failed")
"$bin/pytest" --last-failed || exit
echo "FLAKY, to be mended at the cause: $flaky"
