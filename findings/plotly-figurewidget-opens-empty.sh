#!/bin/sh
# plotly 7.1.0, anywidget 0.11.0, ipywidgets 8.1.9.
# A plotly FigureWidget that is made with its data opens its channel to the page with an empty figure: the traces and the
# layout follow in messages of their own, as updates. A page that draws as soon as the channel is open (a fast browser beside a
# busy kernel) draws an empty chart, and whatever happens between the two messages sees a widget without data, although
# the constructor was given all of it. Whoever keeps or replays only the opening message, as some recorders do, keeps an
# empty chart. Other widgets (ipywidgets' own, anywidget's) open with the whole state that they were made with.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check plotly==7.1.0 anywidget==0.11.0 ipywidgets==8.1.9
"$dir/env/bin/python" - <<'PY'
import comm
from comm.base_comm import BaseComm

sent = []


class Recorder(BaseComm):
    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        state = (data or {}).get("state", {})
        sent.append((msg_type, state))


comm.create_comm = lambda *args, **keys: Recorder(*args, **keys)

import ipywidgets
import plotly.graph_objects as go

slider = ipywidgets.IntSlider(value=7)
opening = [state for kind, state in sent if kind == "comm_open" and state.get("_model_name") == "IntSliderModel"]
assert opening[0]["value"] == 7, opening
print("an ipywidgets slider opens with its value:", opening[0]["value"])

sent.clear()
figure = go.FigureWidget(data=[go.Scatter(y=[1, 2, 3])], layout={"title": "Three points"})
assert len(figure.data) == 1
opens = [state for kind, state in sent if kind == "comm_open" and "_widget_data" in state]
updates = [state for kind, state in sent if kind == "comm_msg"]
print("messages of a FigureWidget with one trace:", [kind for kind, _ in sent])
print("traces in the opening message:", [len(state["_widget_data"]) for state in opens])
later = [len(state["_widget_data"]) for state in updates if "_widget_data" in state]
print("traces in what follows:", later)
assert [len(state["_widget_data"]) for state in opens] == [0], opens
assert later and later[-1] == 1, updates
PY
