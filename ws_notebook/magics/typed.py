"""A magic's line as far as it is typed, and what can stand in place of its last word."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from ..faults import ACTIONS, EVENTS
from ..profiles import EMBEDDED
from ..session.run import Run
from ..session.session import Session
from ..session.ways import WAYS
from ..tools.hosted import HOSTED
from . import candidates
from .offer import offered_tools
from .sessions import Sessions

__all__ = ["Typed"]


@dataclass(frozen=True)
class Typed:
    """Each method offers words of one kind, to be narrowed to those that go on as the last word begins.

    None of them makes a session or contacts anything.
    """

    sessions: Sessions
    before: tuple[str, ...]
    """The words behind the magic's name."""
    last: str
    """The one that the cursor is in; empty behind a blank."""

    @property
    def previous(self) -> str:
        """The word before the last; empty where there is none."""
        return self.before[-1] if self.before else ""

    def variables(self) -> list[str]:
        """Those that hold a session."""
        return list(self.sessions.named)

    def models(self) -> list[str]:
        """Models that were asked or are set up, but for those that are listed before a comma."""
        defaults = self.sessions.defaults
        provider = EMBEDDED.name if EMBEDDED.name in self.before else defaults.provider
        found = candidates.models(provider, defaults.model, self._meant)
        found += candidates.scene_files(self.last.rpartition(",")[2])
        return [name for name in found if name not in self._listed]

    def tools(self) -> list[str]:
        """Tools that a cell offers; of the provider's own those that need no more than their name."""
        own = [tool for session in self._meant for tool in session.tools]
        begun = self.last.rpartition(",")[2]
        hosted = [name for name, needs in HOSTED.items() if len(begun) > 2 and not needs]
        return [name for name in (*offered_tools(own, self.sessions.names), *hosted) if name not in self._listed]

    def runs(self) -> list[str]:
        """Ids of runs, the latest first."""
        return [run.id for session in self._meant for run in reversed(session.runs)]

    def answers(self) -> list[str]:
        """Variables that hold a run."""
        return [name for name, value in self.visible if isinstance(value, Run)]

    def parents(self) -> list[str]:
        """Runs that can be continued, by their ids and variables."""
        return [*self.runs(), *self.answers()]

    def columns(self) -> list[str]:
        """Columns of the table that is named behind --map, but for those that are listed before a comma."""
        found = candidates.columns(self.sessions.names.get(self._behind("--map") or ""))
        return [name for name in found if name not in self._listed]

    def cassettes(self) -> list[str]:
        """Files that may be one, and the word that ends what is done with it."""
        return ["stop", *candidates.cassettes(self.last)]

    def faults(self) -> list[str]:
        """The next word of a rule: ACTION [ARGUMENT] at EVENT [every N]; or what ends all rules, or shows a switch."""
        # Of several rules the last one; each may be quoted.
        words = " ".join(self.before[self.before.index("fault") + 1 :]).rpartition(";")[2].split()
        words = [word.strip("\"'") for word in words]
        quote = self.last[:1] if self.last[:1] in ("'", '"') else ""
        if not words:
            return [f"{quote}{name}" for name in ACTIONS] + ["off", "widget"]
        if words[-1] == "at":
            return list(EVENTS)
        if "at" in words:
            return ["every"] if words[-2] == "at" else []
        return ["at"]

    def ways(self) -> list[str]:
        """Ways of asking, but for those that are listed before a comma."""
        return [name for name in (way.replace(" ", "-") for way in WAYS) if name not in self._listed]

    @property
    def _listed(self) -> list[str]:
        return self.last.split(",")[:-1]

    @property
    def _meant(self) -> list[Session]:
        """The session that is named behind -s, or those that the magics have made."""
        return self.sessions.known(self._behind("-s", "--session"))

    def _behind(self, *flags: str) -> str | None:
        """The word behind the first of these."""
        return next((word for flag, word in itertools.pairwise(self.before) if flag in flags), None)

    @property
    def visible(self) -> list[tuple[str, Any]]:
        """The notebook's names and what they hold."""
        return [(name, value) for name, value in list(self.sessions.names.items()) if not name.startswith("_")]
