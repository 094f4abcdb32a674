"""A network and a server's habits by their figures, and the known ones by name, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ..exceptions import SettingsError
from ..manual import did_you_mean
from .units import Overhead, Rates, parse_overhead, parse_rates, parse_time

__all__ = ["NETWORKS", "Network", "network_of"]


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """How far away the embedded server is made to be, and what it spends; see docs/lab.md.

    rtt: the round trip, as "80ms". bandwidth: "10mbit", or "1mbit:10mbit" for up and down; empty: without a bound.
    tls: whether it is reached by TLS. overhead: what it spends on context that a connection does not remember, as
    "20ms + 0.2ms/kB". first_token, tokens_per_second: how its script answers, in milliseconds and tokens; None: as it
    does anyway. source: where the figures come from.

    Raises SettingsError for figures that are none.
    """

    name: str = ""
    rtt: str = "0ms"
    bandwidth: str = ""
    tls: bool = False
    overhead: str = ""
    first_token: float | None = None
    tokens_per_second: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        parse_time(self.rtt, "rtt")
        _ = self.rates, self.spent
        for name in ("first_token", "tokens_per_second"):
            value: Any = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
                raise SettingsError(f"{name} must be a number, 0 or more, or None, not {value!r}.")
        if not isinstance(self.tls, bool):
            raise SettingsError(f"tls must be True or False, not {self.tls!r}.")

    @property
    def seconds(self) -> float:
        """The round trip."""
        return parse_time(self.rtt, "rtt")

    @property
    def rates(self) -> Rates:
        """Bytes a second in each direction."""
        return parse_rates(self.bandwidth) if self.bandwidth else Rates()

    @property
    def spent(self) -> Overhead:
        """What the server spends on reading context."""
        return parse_overhead(self.overhead) if self.overhead else Overhead()

    @property
    def delays(self) -> bool:
        """Whether bytes take longer than they do anyway."""
        return bool(self.seconds or self.bandwidth)

    def flags(self) -> list[str]:
        """What makes `ws-notebook serve` such a server."""
        given: dict[str, object] = {
            "--rtt": self.rtt if self.seconds else None,
            "--bandwidth": self.bandwidth or None,
            "--tls": "self" if self.tls else None,
            "--overhead": self.overhead or None,
            "--first-token": self.first_token,
            "--tokens-per-second": self.tokens_per_second,
        }
        return [str(word) for flag, value in given.items() if value is not None for word in (flag, value)]

    def words(self) -> str:
        """It in short, as a header says it."""
        parts = [
            self.name,
            f"{self.rtt} round trip" if self.seconds else "",
            self.bandwidth,
            "TLS" if self.tls else "",
            f"overhead {self.overhead}" if self.overhead else "",
        ]
        return ", ".join(filter(None, parts)) or "loopback"


_WEBPAGETEST = "https://github.com/WPO-Foundation/webpagetest/blob/master/www/settings/connectivity.ini.sample"


def _case(name: str, overhead: str, source: str) -> Network:
    """A published case: a fast model near by, whose turn takes 224 ms without the overhead.

    The overhead is what a server must spend on a request that no connection remembers, for 25 calls to come out as
    published: solved for, not measured at the provider.
    """
    return Network(
        name=name,
        rtt="20ms",
        tls=True,
        overhead=overhead,
        first_token=200.0,
        tokens_per_second=1000.0,
        source=source,
    )


NETWORKS: Final[Mapping[str, Network]] = {
    network.name: network
    for network in (
        Network(name="loopback", source="this machine as it is: nothing is added"),
        Network(name="lte", rtt="70ms", bandwidth="12mbit", tls=True, source=_WEBPAGETEST),
        Network(name="4g", rtt="170ms", bandwidth="9mbit", tls=True, source=_WEBPAGETEST),
        Network(name="3g", rtt="300ms", bandwidth="768kbit:1600kbit", tls=True, source=_WEBPAGETEST),
        Network(name="3g-slow", rtt="400ms", bandwidth="400kbit", tls=True, source=_WEBPAGETEST),
        Network(name="dsl", rtt="50ms", bandwidth="384kbit:1500kbit", tls=True, source=_WEBPAGETEST),
        Network(name="cable", rtt="28ms", bandwidth="1mbit:5mbit", tls=True, source=_WEBPAGETEST),
        Network(name="thin-uplink", rtt="20ms", bandwidth="1mbit:10mbit", tls=True, source="made up: bytes alone"),
        _case(
            "openai-40", "161ms", "up to 40 %: https://openai.com/index/speeding-up-agentic-workflows-with-websockets"
        ),
        _case("infoq-29", "98ms", "29 % in an independent test with GPT-5.4, reported by InfoQ (infoq.com)"),
        _case("xai-20", "60ms", "20 %: https://docs.x.ai/developers/advanced-api-usage/websocket-mode"),
        _case("infoq-15", "42ms", "15 % in the same test with a smaller model, reported by InfoQ (infoq.com)"),
        _case("browser-use", "", "no large gain: https://github.com/browser-use/browser-use/pull/5320"),
    )
}
"""The networks and published cases that are known by name."""


def network_of(wanted: Any) -> Network | None:
    """The network that is meant: one of `NETWORKS` by its name, or a Network. Raises SettingsError for all else."""
    if wanted is None or isinstance(wanted, Network):
        return wanted
    if isinstance(wanted, str) and wanted.lower() in NETWORKS:
        return NETWORKS[wanted.lower()]
    hint = did_you_mean(str(wanted).lower(), NETWORKS)
    known = ", ".join(NETWORKS)
    raise SettingsError(f"Unknown network {wanted!r}.{hint} Known are {known}, or wsn.Network(rtt='80ms', …).")
