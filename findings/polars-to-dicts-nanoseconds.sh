#!/bin/sh
# polars 2.1.0.
# Values of Datetime("ns"), Duration("ns") and Time come out of to_list, to_dicts, rows and item as Python's datetime,
# timedelta and time, which have microseconds: the rest is dropped without a word, 999 ns become 0. write_csv,
# write_json and to_physical keep all digits. So a frame that goes through to_dicts on its way to JSON loses what the
# frame's own write_json would have said; times that differ in the frame can be equal in the list.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0
"$dir/env/bin/python" - <<'PY'
import datetime
import json

import polars

frame = polars.DataFrame(
    {
        "at": polars.Series([1, 999], dtype=polars.Datetime("ns")),
        "took": polars.Series([1, 999], dtype=polars.Duration("ns")),
        "clock": polars.Series([1, 999], dtype=polars.Time),
    }
)
python = frame.to_dicts()
own = json.loads(frame.write_json())
print("to_dicts:  ", python[1])
print("write_json:", own[1])
nothing = {"at": datetime.datetime(1970, 1, 1), "took": datetime.timedelta(0), "clock": datetime.time(0)}
assert python == [nothing, nothing], python
assert own[1]["at"].endswith(".000000999"), own
assert frame["at"].n_unique() == 2 and len(set(frame["at"].to_list())) == 1
PY
