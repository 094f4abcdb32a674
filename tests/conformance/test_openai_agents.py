"""openai-agents' WebSocket model runs an agent with tools against the embedded server.

Its websockets are older than the newest this project supports, so it is no part of the test extra: these run in an
environment beside it, `make nightly`.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import openai
import pytest
from support.server import RunningServer

pytestmark = [
    pytest.mark.packages,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def run(server: RunningServer, prompts: list[str], *, chained: bool = False) -> tuple[list[Any], list[str]]:
    """The agent's answers to *prompts*, one after the other, and what its tools were called with."""
    agents = import_module("agents")
    called: list[str] = []

    @agents.function_tool
    def population(city: str) -> int:
        """Inhabitants of a city."""
        called.append(city)
        return {"Paris": 2_103_000, "Oslo": 717_710}[city]

    async def story() -> list[Any]:
        agents.set_tracing_disabled(True)
        client = openai.AsyncOpenAI(base_url=server.base_url, api_key=server.token, max_retries=0)
        model = agents.OpenAIResponsesWSModel(model="demo", openai_client=client)
        agent = agents.Agent(name="Helper", model=model, tools=[population])
        answers: list[Any] = []
        try:
            for prompt in prompts:
                previous = answers[-1].last_response_id if chained and answers else None
                result = agents.Runner.run_streamed(agent, prompt, previous_response_id=previous)
                async for _ in result.stream_events():
                    pass
                answers.append(result)
        finally:
            await model.close()
            await client.close()
        return answers

    return asyncio.run(asyncio.wait_for(story(), 40)), called


def test_an_agent_calls_its_tools_and_answers(server: RunningServer) -> None:
    (answer,), called = run(server, ["Which has more inhabitants, Paris or Oslo?"])
    assert sorted(called) == ["Oslo", "Paris"]
    assert "**Paris**" in answer.final_output


def test_an_agent_goes_on_from_a_response(server: RunningServer) -> None:
    (_, second), _ = run(server, ["My name is Ada", "What is my name?"], chained=True)
    assert "Ada" in second.final_output
