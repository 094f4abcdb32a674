#!/bin/sh
# nbgrader 0.9.5.
# nbgrader's database commands run alembic as a program by its bare name. An nbgrader that is started by its path, or as
# python -m nbgrader, from an environment that is not activated (a CI job, a server's kernel, another environment's
# notebook) does not find it, although alembic is installed beside it: "No such file or directory: 'alembic'". With the
# environment's own bin on PATH the same command works.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check nbgrader==0.9.5
mkdir "$dir/course"
cd "$dir/course"
printf 'c = get_config()\nc.CourseDirectory.course_id = "one"\n' >nbgrader_config.py
if HOME="$dir" PATH=/usr/bin:/bin "$dir/env/bin/python" -m nbgrader db student add ada >"$dir/without" 2>&1; then
    cat "$dir/without"
    echo "it works without the environment on PATH" >&2
    exit 1
fi
grep -o "No such file or directory: 'alembic'" "$dir/without" | tail -1
HOME="$dir" PATH="$dir/env/bin:/usr/bin:/bin" "$dir/env/bin/python" -m nbgrader db student add ada >"$dir/with" 2>&1
echo "with the environment's bin on PATH: added"
