"""Times, rates and overheads as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.exceptions import SettingsError
from ws_notebook.network.units import Overhead, Rates, parse_overhead, parse_rates, parse_time

__all__: list[str] = []


@pytest.mark.parametrize(
    ("text", "seconds"), [("80ms", 0.08), ("0.3 s", 0.3), (" 1S ", 1.0), (".5ms", 0.0005), ("0ms", 0.0)]
)
def test_a_time_has_its_unit(text: str, seconds: float) -> None:
    assert parse_time(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["80", "", "ms", "-1ms", "1e3ms", "61s", "80 kg", None, 80])
def test_what_is_no_time_is_told(text: Any) -> None:
    with pytest.raises(SettingsError, match="written like '80ms'"):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("10mbit", Rates(1_250_000, 1_250_000)),
        ("384kbit:1.5Mbit/s", Rates(48_000, 187_500)),
        ("1 gbps", Rates(125e6, 125e6)),
        ("8bit", Rates(1, 1)),
    ],
)
def test_a_bandwidth_is_of_both_directions_or_of_each(text: str, rates: Rates) -> None:
    assert parse_rates(text) == rates


@pytest.mark.parametrize("text", ["10", "10MB", "", ":", "0mbit", "10mbit:", "10mbit:x", "7bit", None])
def test_what_is_no_bandwidth_is_told(text: Any) -> None:
    if text == "10mbit:":
        assert parse_rates(text) == parse_rates("10mbit")
        return
    with pytest.raises(SettingsError, match="A bandwidth is written like"):
        parse_rates(text)


def test_an_overhead_is_a_sum_of_what_a_request_costs_and_what_a_kilobyte_does() -> None:
    assert parse_overhead("20ms + 0.2ms/kB") == Overhead(0.02, 0.0002)
    assert parse_overhead("56ms") == Overhead(0.056, 0)
    assert parse_overhead("1 MS/KB + 1ms + 1s") == Overhead(1.001, 0.001)
    for wrong in ("20", "20ms +", "20ms - 1ms", "2s/kB", "61s", "", None):
        with pytest.raises(SettingsError, match="An overhead is"):
            parse_overhead(wrong)


def test_what_is_remembered_costs_neither_the_request_nor_its_kilobytes() -> None:
    overhead = Overhead(0.02, 0.0002)
    assert overhead.seconds(unread=100_000, remembered=False) == pytest.approx(0.04)
    assert overhead.seconds(unread=4_000, remembered=True) == pytest.approx(0.0008)
