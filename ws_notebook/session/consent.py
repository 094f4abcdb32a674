"""Before somebody's money is spent: who is asked, what it comes to about, and whether that is wanted."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from .. import kernel
from ..exceptions import SettingsError
from .loop import Loop
from .session import Session
from .ways import Variant

__all__ = ["Estimate", "ask_first", "estimate", "is_paid"]

_NEAR = ("127.0.0.1", "localhost", "::1")


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison comes to, about."""

    runs: int
    tokens_in: int | None
    tokens_out: int | None
    money: float | None = None
    """At most, where prices were given: as if nothing that is sent again were cheaper."""
    stores: bool = False
    """Whether some of the ways have the provider keep the responses."""

    def words(self) -> str:
        parts = [f"{self.runs} runs"]
        if self.tokens_in is None or self.tokens_out is None:
            parts.append("of an unknown number of tokens each")
        else:
            parts.append(f"about {self.tokens_in:,} tokens in and {self.tokens_out:,} out")
        if self.money is not None:
            parts.append(f"at most {self.money:,.2f} by the prices= of the session")
        kept = " By 'http id' and 'http new' the provider stores the responses." if self.stores else ""
        return f"{', '.join(parts)}.{kept}"


def is_paid(session: Session) -> bool:
    """Whether somebody may have to pay for answers: all but the embedded server and what is on this machine."""
    settings = session.settings
    if settings.profile.embedded:
        return False
    return (urlsplit(settings.base_url).hostname or "") not in _NEAR


def estimate(loop: Loop, variants: Sequence[Variant], rounds: int, prices: Mapping[str, Any] | None) -> Estimate:
    """All rounds of all ways. `prices`: (input, cached, output) by model, for a million tokens."""
    runs = len(variants) * rounds
    stores = any(each.way in ("http id", "http new") for each in variants)
    read, written = loop.tokens_in, loop.tokens_out
    if read is None or written is None:
        return Estimate(runs=runs, tokens_in=None, tokens_out=None, stores=stores)
    money = None
    if prices and all(each.model in prices for each in variants):
        found = (prices[each.model] for each in variants)
        money = rounds * sum(read * price[0] + written * price[2] for price in found) / 1e6
    return Estimate(runs=runs, tokens_in=read * runs, tokens_out=written * runs, money=money, stores=stores)


def ask_first(session: Session, found: Estimate, confirm: bool | None) -> None:
    """Return where the comparison is wanted. Raises SettingsError, in words, where it is not, or nobody can say so."""
    if confirm or not is_paid(session):
        return
    who = session.settings.provider
    if confirm is None and kernel.takes_input():
        answer = builtins.input(f"This asks {who}: {found.words()} Go on? [y/N] ")
        if answer.strip().lower() in ("y", "yes"):
            return
        raise SettingsError("Nothing was asked. Fewer rounds=, ways= or turns= cost less.")
    raise SettingsError(
        f"This would ask {who}: {found.words()} Nothing was asked, for it may cost money: pass confirm=True to go on, "
        "or fewer rounds=, ways= or turns=."
    )
