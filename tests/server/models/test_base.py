from __future__ import annotations

from ws_notebook.server.models.base import Model, ModelRequest
from ws_notebook.server.models.demo import DemoModel, Pace


def test_the_demo_model_is_a_model() -> None:
    model: Model = DemoModel(Pace())
    assert model.name == "demo"


def test_a_request_lets_a_model_choose() -> None:
    request = ModelRequest(items=[], tools=[])
    assert request.tool_choice == "auto"
    assert request.parallel_tool_calls
