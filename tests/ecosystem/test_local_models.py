"""A real language model on this machine, by llama.cpp and by LiteLLM's proxy: in front of them, and directly."""

from __future__ import annotations

import os
import subprocess
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import openai
import pydantic
import pytest
from support.llama import PACKAGES, running_llama
from support.server import running_server
from support.sessions import free_port

import ws_notebook as wsn

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.timeout(1200),
    pytest.mark.filterwarnings("ignore:connect.* must be used as a context manager:DeprecationWarning"),
]
LITELLM = "litellm[proxy]==1.108.7"
KEY = "sk-of-the-tests-17"
FEW = {"max_output_tokens": 16, "temperature": 0}
PICTURE: Any = [{"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,iVBORw0KGgo="}]


class Person(pydantic.BaseModel):
    name: str
    age: int


def environment(home: Path, *packages: str, bare: bool = False) -> Path:
    """The interpreter of a new environment with these packages, *bare*: and nothing that they depend on."""
    venv.create(home, with_pip=True)
    command = [home / "bin" / "python", "-m", "pip", "install", "-q", *(["--no-deps"] if bare else []), *packages]
    subprocess.run(command, check=True, timeout=900)
    return home / "bin" / "python"


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of llama.cpp's server."""
    with running_llama(environment(tmp_path_factory.mktemp("llama"), *PACKAGES, bare=True)) as url:
        yield url


@pytest.fixture(scope="module")
def model(llama: str) -> str:
    name: str = httpx2.get(f"{llama}/models", timeout=30).json()["data"][0]["id"]
    return name


@pytest.fixture(scope="module")
def litellm(llama: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of LiteLLM's proxy in front of it: "bridged" by Chat Completions, "passed-on" as it is."""
    home = tmp_path_factory.mktemp("litellm")
    python = environment(home / "env", LITELLM)
    there = f"api_base: {llama}, api_key: x"
    (home / "config.yaml").write_text(
        "model_list:\n"
        f"  - {{model_name: bridged, litellm_params: {{model: lm_studio/smol, {there}}}}}\n"
        f"  - {{model_name: passed-on, litellm_params: {{model: openai/smol, {there}}}}}\n"
        f"general_settings: {{master_key: {KEY}}}\n"
    )
    with proxy(python, home) as url:
        yield url


@contextmanager
def proxy(python: Path, home: Path) -> Iterator[str]:
    port = free_port()
    command = [python.parent / "litellm", "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    settings = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
    with (
        (home / "log").open("w") as log,
        subprocess.Popen(command, stdout=log, stderr=log, env=settings, cwd=home) as process,
    ):
        try:
            for _ in range(240):
                time.sleep(0.5)  # it says nowhere else that it is ready
                try:
                    httpx2.get(f"http://127.0.0.1:{port}/health/liveliness", timeout=2)
                    break
                except httpx2.HTTPError:
                    assert process.poll() is None
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


@pytest.mark.parametrize("api", ["responses", "chat", "completion"])
def test_the_sdk_s_socket_in_front_of_llama_cpp(llama: str, model: str, api: str) -> None:
    with running_server("--upstream", llama, "--upstream-api", api) as server:
        assert "llama.cpp" in server.line
        in_front(server.base_url, server.token, model)


@pytest.mark.parametrize("name", ["bridged", "passed-on"])
def test_the_sdk_s_socket_in_front_of_litellm(litellm: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_KEY_OF_THE_TESTS", KEY)
    with running_server("--upstream", litellm, "--upstream-key-variable", "LITELLM_KEY_OF_THE_TESTS") as server:
        assert "LiteLLM" in server.line
        # What it passes on reaches a server that ignores schemas, and does not say which one.
        in_front(server.base_url, server.token, name, structured=name == "bridged")


def in_front(base_url: str, token: str, model: str, *, structured: bool = True) -> None:
    """Text, a continuation, a cut, structure, too long a prompt and a picture, by the unmodified SDK."""
    with openai.OpenAI(base_url=base_url, api_key=token, max_retries=0) as client, client.responses.connect() as line:

        def turn(**fields: Any) -> Any:
            line.response.create(model=model, store=False, temperature=0, **fields)
            event: Any = line.recv()
            while event.type not in ("response.completed", "response.incomplete", "response.failed", "error"):
                event = line.recv()
            return event

        first = turn(input="My name is Ada.", max_output_tokens=16)
        assert first.type == "response.incomplete"
        assert first.response.usage.output_tokens == 16
        second = turn(input="And?", max_output_tokens=16, previous_response_id=first.response.id)
        assert second.response.usage.input_tokens > first.response.usage.input_tokens
        refused = turn(input="word " * 9000)
        assert refused.error.code == "context_length_exceeded"
        refused = turn(input=[{"role": "user", "content": PICTURE}])
        assert getattr(refused, "error", None) or refused.response.error.code == "image_not_supported"
        if structured:
            few: Any = {"temperature": 0, "max_output_tokens": 80}
            parsed = client.responses.parse(model=model, input="Make up a person.", text_format=Person, **few)
            assert isinstance(parsed.output_parsed, Person)
        assert turn(input="Read this.", generate=False).response.output == []


def test_a_stop_ends_the_generation(llama: str, model: str) -> None:
    with running_server("--upstream", llama) as server, server.wire() as wire:
        wire.send(model=model, input="Count to a thousand, in words.", max_output_tokens=2000)
        while wire.receive()["type"] != "response.output_text.delta":
            pass
        wire.socket.close()
        begun = time.monotonic()
        while any(
            slot["is_processing"] for slot in httpx2.get(llama.removesuffix("/v1") + "/slots", timeout=30).json()
        ):
            assert time.monotonic() - begun < 5


@wsn.tool
def population(city: str) -> int:
    """The number of inhabitants of a city."""
    return 1


def test_a_session_at_home_with_llama_cpp(llama: str, model: str) -> None:
    with wsn.Session(provider=llama, model=model, options=FEW, store=True, tools=[population]) as session:
        session.ask("One.")
        run = session.ask("Two.")
        assert [turn.recovered for turn in run.turns] == ["previous_response_not_found"]
        assert "knows no tools" in session.header().note
        assert session.ask("Count to a hundred.").status == "incomplete"
        assert isinstance(
            session.ask("Make up a person.", text_format=Person, options={"max_output_tokens": 80}).parsed, Person
        )
        with pytest.raises(wsn.ProviderError, match="takes no images"):
            session.ask([{"type": "message", "role": "user", "content": PICTURE}])
        with pytest.raises(wsn.ProviderError, match=r"session\.compact"):
            session.ask("word " * 9000)
        assert session.compact().items
        short = [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": "y"},
            {"role": "user", "content": "z"},
        ]
        assert session.ask(short, parent=None).done


def test_a_session_at_home_with_litellm(litellm: str) -> None:
    options: dict[str, Any] = {"provider": litellm, "api_key": KEY, "options": FEW}
    long = "My name is Zoe, and I have a dog, and the dog is called Rex, which is a fine name for a dog."
    with wsn.Session(model="bridged", transport="http", store=True, **options) as session:
        session.ask(long)
        assert session.ask("Hm?").turns[-1].recovered == "history_lost"
    with wsn.Session(model="passed-on", **options) as session:
        with pytest.raises(wsn.ConnectionLost, match="goes over HTTP"):
            session.ask("Hi.")
        assert session.ask("Hi.").turns[0].transport == "http"
    with wsn.Session(model="bridged", **options) as session:
        session.ask(long)
        assert session.ask("Hm?").turns[0].parent_id
        assert session.compact().items
    with (
        wsn.Session(model="bridged", transport="http", **{**options, "api_key": "sk-wrong"}) as session,
        pytest.raises(wsn.AuthenticationFailed),
    ):
        session.ask("Hi.")
