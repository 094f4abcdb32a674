"""Networks by their figures and by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ws_notebook import NETWORKS, Network, Session
from ws_notebook.exceptions import SettingsError
from ws_notebook.network.network import network_of

__all__: list[str] = []

ROOT = Path(__file__).resolve().parents[2]


def test_every_known_network_says_where_its_figures_come_from() -> None:
    assert all(name == network.name and network.source for name, network in NETWORKS.items())
    published = [network for network in NETWORKS.values() if network.first_token]
    assert len(published) == 5
    assert {"lte", "4g", "3g", "dsl", "cable"} <= set(NETWORKS)


@pytest.mark.parametrize(
    ("name", "gain"), [("openai-40", 0.40), ("infoq-29", 0.29), ("xai-20", 0.20), ("infoq-15", 0.15)]
)
def test_the_overhead_of_a_published_case_is_the_one_that_makes_it_so(name: str, gain: float) -> None:
    network = NETWORKS[name]
    turn = network.seconds + (network.first_token or 0) / 1000 + 4 / (network.tokens_per_second or 1)
    http = 26 * (turn + network.spent.fixed)
    # The socket pays for its first turn, and a round trip for its upgrade.
    socket = 26 * turn + network.spent.fixed + network.seconds
    assert 1 - socket / http == pytest.approx(gain, abs=0.01)


def test_figures_that_are_none_are_told() -> None:
    wrong: list[dict[str, Any]] = [
        {"rtt": "80"},
        {"rtt": 80},
        {"bandwidth": "fast"},
        {"overhead": "much"},
        {"first_token": "soon"},
        {"first_token": -1},
        {"tokens_per_second": True},
        {"tls": "yes"},
    ]
    for arguments in wrong:
        with pytest.raises(SettingsError, match=next(iter(arguments)).split("_")[0]):
            Network(**arguments)


def test_its_flags_are_those_of_the_server() -> None:
    network = Network(rtt="80ms", bandwidth="1mbit:10mbit", tls=True, overhead="20ms", first_token=0)
    flags = "--rtt 80ms --bandwidth 1mbit:10mbit --tls self --overhead 20ms --first-token 0"
    assert network.flags() == flags.split()
    assert NETWORKS["loopback"].flags() == []
    assert network.words() == "80ms round trip, 1mbit:10mbit, TLS, overhead 20ms"
    assert NETWORKS["loopback"].words() == "loopback"


def test_a_name_that_is_none_is_told_with_the_nearest() -> None:
    assert network_of(None) is None
    assert network_of("LTE") is NETWORKS["lte"]
    with pytest.raises(SettingsError, match="Did you mean '4g'"):
        network_of("4gg")
    with pytest.raises(SettingsError, match="Unknown network 7"):
        network_of(7)


def test_a_network_is_only_played_before_the_embedded_server() -> None:
    with pytest.raises(SettingsError, match="embedded server"):
        Session(provider="http://localhost:9/v1", network="4g")
    with Session(provider="local", network="4g") as session:
        assert "network: 4g, 170ms round trip, 9mbit, TLS" in session.header().note


@pytest.mark.nightly
def test_what_bytes_cost_on_a_thin_uplink_is_what_is_computed(tmp_path: Path) -> None:
    file = tmp_path / "network.json"
    command = [sys.executable, str(ROOT / "benchmarks" / "network.py"), "--rounds", "1", "--only", "thin"]
    subprocess.run([*command, "--json", str(file)], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    found = json.loads(file.read_text())["thin"]
    assert found["computed_seconds"] == pytest.approx(10.15, abs=0.1)
    # What is played can take longer on a busy machine, and never less.
    assert found["seconds"]["http full"][0] > found["computed_seconds"]
    assert found["measured_seconds"] > 0.9 * found["computed_seconds"]
