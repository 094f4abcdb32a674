from __future__ import annotations

from support.started import needs_subshells
from views.kernels import Kernel
from views.notebooks import executed

__all__: list[str] = []

SHOW = """
import threading
from ws_notebook.views.display import Display
place = Display()
place.show({"text/plain": "first"})
def from_a_thread(words):
    thread = threading.Thread(target=place.replace, args=({"text/plain": words},))
    thread.start()
    thread.join()
"""


@needs_subshells  # before, it counts as an output of the cell that ran last; front ends go by the display's id
def test_what_stands_there_is_replaced_from_any_thread_for_the_cell_that_showed_it(kernel: Kernel) -> None:
    first = kernel.run(SHOW + "from_a_thread('second')\nplace.replace({'text/plain': 'third'})")
    said = [message for message in first if message["msg_type"].endswith("display_data")]
    assert [message["content"]["data"]["text/plain"] for message in said] == ["first", "second", "third"]
    assert len({message["content"]["transient"]["display_id"] for message in said}) == 1
    other = kernel.run("from_a_thread('fourth')")
    assert not any(message["msg_type"].endswith("display_data") for message in other)
    late = kernel.hear(lambda message: message["content"].get("data") == {"text/plain": "fourth"})
    assert late["parent_header"]["msg_id"] == first[0]["parent_header"]["msg_id"]


def test_a_later_cell_of_an_executed_notebook_can_replace_it() -> None:
    shown, later = executed(SHOW, "place.replace({'text/plain': 'from a later cell'})")
    assert [output["data"] for output in shown] == [{"text/plain": "from a later cell"}]
    assert later == []
