"""The whole examination, and how it shows itself."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import msgspec

from ..render.format import in_cell, markdown_table
from ..settings import Settings
from .finding import Finding
from .frontend import front_ends
from .installed import installed
from .provider import examine

__all__ = ["Diagnosis", "Finding", "diagnose"]

_SIGN: Final = {"ok": "ok", "note": "--", "warning": "!!", "failed": "XX", "skipped": ".."}
_HEADING: Final = {"installed": "Installed", "front end": "Front ends", "provider": "Provider"}


class Diagnosis:
    """All findings; shows itself as text, as Markdown in a notebook and as JSON."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)

    @property
    def ok(self) -> bool:
        """Whether nothing has failed."""
        return not any(finding.state == "failed" for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """`ok`, and `findings` with part, subject, state, said, advice, cost and help, an address."""
        return {"ok": self.ok, "findings": [{**msgspec.to_builtins(each), "help": each.help} for each in self.findings]}

    def __repr__(self) -> str:
        return self.text(100)

    def text(self, width: int) -> str:
        """As lines of at most so many characters."""
        lines: list[str] = []
        for part, findings in self._parts():
            lines += [_HEADING[part], *(_lines(finding, width) for finding in findings), ""]
        return "\n".join([*lines, self.verdict])

    def _repr_markdown_(self) -> str:
        tables = (
            markdown_table(
                ["", _HEADING[part], ""], ([each.state, in_cell(each.subject), _in_cell(each)] for each in found)
            )
            for part, found in self._parts()
        )
        return "\n\n".join([*tables, in_cell(self.verdict)])

    @property
    def verdict(self) -> str:
        """The outcome in a sentence."""
        states = [finding.state for finding in self.findings]
        failed, warned = states.count("failed"), states.count("warning")
        if failed:
            return f"{failed} failed: see what to do behind the arrows."
        return f"All is well, with {warned} to be looked at." if warned else "All is well."

    def _parts(self) -> list[tuple[str, list[Finding]]]:
        parts = ((part, [each for each in self.findings if each.part == part]) for part in _HEADING)
        return [(part, findings) for part, findings in parts if findings]


def diagnose(settings: Settings | str | None, *, ask: bool = False, patience: float = 10) -> Diagnosis:
    """Examine this environment and the way to a provider; each step waits `patience` seconds at most.

    `settings` may be the words of the error that kept them from being made; None leaves the provider out. A few
    requests are sent that cost nothing or almost nothing; `ask` also asks a short question. Never raises for what it
    finds. From any thread, also from one with a running event loop.
    """
    findings = [*installed(), *front_ends()]
    if settings is None:
        return Diagnosis(findings)
    if isinstance(settings, str):
        failed = Finding(part="provider", subject="settings", state="failed", said=settings, advice="See above.")
        return Diagnosis([*findings, failed])
    with ThreadPoolExecutor(1, "ws-notebook-doctor") as thread:
        found = thread.submit(lambda: asyncio.run(examine(settings, ask=ask, patience=patience))).result()
    return Diagnosis([*findings, *found])


def _said(finding: Finding) -> str:
    return f"{finding.said} ({finding.cost})" if finding.cost else finding.said


def _in_cell(finding: Finding) -> str:
    link = f" [More]({finding.help})" if finding.help else ""
    return in_cell(_said(finding)) + (f" **{in_cell(finding.advice)}**" if finding.advice else "") + link


def _lines(finding: Finding, width: int) -> str:
    head = f"  {_SIGN[finding.state]}  {finding.subject:<16} "
    texts = [_said(finding), *([f"-> {finding.advice}"] if finding.advice else []), *filter(None, [finding.help])]
    space = " " * len(head)
    wrapped = (
        textwrap.wrap(text, max(width - len(head), 30), break_long_words=False, break_on_hyphens=text != finding.help)
        for text in texts
    )
    return head + f"\n{space}".join(line for lines in wrapped for line in lines)
