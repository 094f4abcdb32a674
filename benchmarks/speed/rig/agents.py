"""openai-agents: `Runner.run_streamed` over its WebSocket model, with the ids of responses."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from rig import wire
from rig.tool import Lookup, Unavailable

__all__ = ["Coroutine", "Plain"]


class Plain:
    """Its tool is a plain function."""

    coroutine = False

    def __init__(self, url: str, tool: Lookup) -> None:
        self._url, self._tool = url, tool
        self._runner = asyncio.Runner()

    def open(self) -> None:
        try:
            self._library: Any = importlib.import_module("agents")
        except ImportError as error:
            raise Unavailable("openai-agents is not installed") from error
        library, tool = self._library, self._tool

        def lookup(n: int) -> str:
            """Look a number up."""
            return tool(n)

        async def lookup_async(n: int) -> str:
            """Look a number up."""
            return tool(n)

        library.set_tracing_disabled(True)
        client = importlib.import_module("openai").AsyncOpenAI(base_url=self._url, api_key="none", max_retries=0)
        model = library.OpenAIResponsesWSModel(model="demo", openai_client=client)
        made = library.function_tool(lookup_async if self.coroutine else lookup, name_override="lookup")
        self._agent = library.Agent(name="Analyst", instructions=wire.INSTRUCTIONS, model=model, tools=[made])

    def ask(self) -> str:
        return self._runner.run(self._asked())

    async def _asked(self) -> str:
        # Without the ids it would send the whole input again each time.
        found = self._library.Runner.run_streamed(
            self._agent, wire.PROMPT, max_turns=10_000, auto_previous_response_id=True
        )
        chunks: list[str] = []
        async for event in found.stream_events():
            if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                chunks.append(event.data.delta)
        return "".join(chunks)


class Coroutine(Plain):
    """Its tool is a coroutine function."""

    coroutine = True
