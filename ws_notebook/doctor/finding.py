"""One thing that was looked at, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from .. import manual

__all__ = ["Finding", "Parts", "State"]

State = Literal["ok", "note", "warning", "failed", "skipped"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `failed` is what keeps something from working; each has an `advice`."""

    part: str
    """ "installed", "front end" or "provider". """
    subject: str
    state: State
    said: str
    advice: str = ""
    cost: str = ""
    """What a provider may bill for having been asked this; empty: nothing was asked of it."""

    @property
    def help(self) -> str:
        """The address of the documentation's words about it; empty where nothing is wrong."""
        if self.state not in ("failed", "warning"):
            return ""
        usual = manual.FINDINGS.get(self.subject, manual.FINDINGS[self.part])
        return manual.address(manual.entry_of(self.said, "settingserror") if self.subject == "settings" else usual)


class Parts:
    """Collects the findings of one part."""

    def __init__(self, part: str) -> None:
        self.found: list[Finding] = []
        self._part = part

    def ok(self, subject: str, said: str, *, cost: str = "") -> None:
        self._add(subject, "ok", said, "", cost)

    def note(self, subject: str, said: str, *, cost: str = "") -> None:
        self._add(subject, "note", said, "", cost)

    def skipped(self, subject: str, said: str) -> None:
        self._add(subject, "skipped", said, "", "")

    def warning(self, subject: str, said: str, advice: str, *, cost: str = "") -> None:
        self._add(subject, "warning", said, advice, cost)

    def failed(self, subject: str, said: str, advice: str, *, cost: str = "") -> None:
        self._add(subject, "failed", said, advice, cost)

    def cleaned(self, clean: Callable[[str], str]) -> list[Finding]:
        """The findings, each text passed through *clean*."""
        return [msgspec.structs.replace(each, said=clean(each.said), advice=clean(each.advice)) for each in self.found]

    def _add(self, subject: str, state: State, said: str, advice: str, cost: str) -> None:
        self.found.append(Finding(part=self._part, subject=subject, state=state, said=said, advice=advice, cost=cost))
