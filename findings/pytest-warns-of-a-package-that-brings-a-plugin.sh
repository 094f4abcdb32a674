#!/bin/sh
# pytest 9.2.0.
# A distribution that has a plugin for pytest (entry point pytest11) in its package makes pytest want to rewrite the
# assertions of that whole package, not of the plugin's module alone. Where the package was imported before pytest.main() is
# called, as in a notebook, in IPython or in a program that runs its own tests, pytest warns: "Module already imported so
# cannot be rewritten", though the package may hold no assertion; with filterwarnings = error the run ends before the
# first test. Only the words PYTEST_DONT_REWRITE in the docstring of the package's __init__ keep it quiet; in that of the
# plugin's module they do not.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check pytest==9.2.0 setuptools==80.9.0
mkdir -p "$dir/project/brings"
printf '"""A package."""\n' >"$dir/project/brings/__init__.py"
printf '"""Its plugin. PYTEST_DONT_REWRITE"""\n' >"$dir/project/brings/plugin.py"
cat >"$dir/project/pyproject.toml" <<'TOML'
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "brings"
version = "1"

[project.entry-points.pytest11]
brings = "brings.plugin"
TOML
printf 'def test_nothing():\n    pass\n' >"$dir/test_it.py"

ran() {
    "$dir/env/bin/pip" install --quiet --disable-pip-version-check --no-build-isolation --force-reinstall "$dir/project"
    (cd "$dir" && "$dir/env/bin/python" -c "
import sys
import brings, pytest
sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', 'test_it.py']))")
}

ran >"$dir/first"
grep -o "PytestAssertRewriteWarning: Module already imported so cannot be rewritten[^.]*" "$dir/first"
printf '"""A package. PYTEST_DONT_REWRITE"""\n' >"$dir/project/brings/__init__.py"
ran >"$dir/second"
if grep PytestAssertRewriteWarning "$dir/second"; then
    echo "it warns in spite of PYTEST_DONT_REWRITE" >&2
    exit 1
fi
echo "quiet with PYTEST_DONT_REWRITE in the package's own docstring"
