#!/bin/sh
# plotly 7.1.0, anywidget 0.11.0, ipywidgets 8.1.9, traitlets 5.16.1.
# plotly sends each change of a FigureWidget to the page by setting a trait to the change and then to None again. traitlets'
# hold_trait_notifications() merges all that happens to a trait into one notification, from before to after: the two become
# nothing, and the page never hears of the change. ipywidgets itself holds notifications while it handles any message of
# the page, and the hold is of the whole object, not of the thread: what another thread changes in the figure in that
# moment is lost too. It stays lost: a later change of the same trace sends only the properties that differ from what
# Python believes to be shown. ipywidgets' hold_sync(), documented as the way to send several changes in one message,
# sends the None alone. An ipywidgets slider, whose traits are its state, loses nothing in either.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check plotly==7.1.0 anywidget==0.11.0 ipywidgets==8.1.9 \
    traitlets==5.16.1
"$dir/env/bin/python" - <<'PY'
import threading

import comm
from comm.base_comm import BaseComm

sent = []


class Recorder(BaseComm):
    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        if msg_type == "comm_msg" and data.get("method") == "update":
            sent.append(data["state"])


comm.create_comm = lambda *args, **keys: Recorder(*args, **keys)

import ipywidgets
import plotly.graph_objects as go


def changes(act):
    """What the page is told of the figure's traces while `act` happens."""
    sent.clear()
    act()
    return [state["_py2js_restyle"]["restyle_data"] for state in sent if state.get("_py2js_restyle")]


figure = go.FigureWidget(data=[go.Scatter(y=[1, 2])])


def grow(name, values):
    figure.data[0][name] = values


def held(hold, act):
    with hold():
        act()


def elsewhere(act):
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


plain = changes(lambda: grow("y", [1, 2, 3]))
assert plain and plain[0]["y"] == [[1, 2, 3]], plain
print("an ordinary change:", plain)

lost = changes(lambda: held(figure.hold_trait_notifications, lambda: grow("y", [1, 2, 3, 4])))
assert lost == [], lost
print("while notifications are held:", lost, "though Python has", figure.data[0].y)

lost = changes(lambda: held(figure.hold_trait_notifications, lambda: elsewhere(lambda: grow("y", [5, 6, 7, 8]))))
assert lost == [], lost
print("while they are held, from another thread:", lost)

again = changes(lambda: grow("y", [5, 6, 7, 8]))
assert again == [], again
print("the same change once more:", again)

synced = changes(lambda: held(figure.hold_sync, lambda: grow("y", [9])))
assert synced == [], synced
print("within hold_sync:", synced, "told is", [state for state in sent if "_py2js_restyle" in state])

slider = ipywidgets.IntSlider()
for hold in (slider.hold_trait_notifications, slider.hold_sync):
    sent.clear()
    with hold():
        slider.value += 1
    assert any(state.get("value") == slider.value for state in sent), sent
print("a slider's value arrives from both")
PY
