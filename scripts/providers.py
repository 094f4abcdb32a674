"""Write the tables of docs/providers.md, docs/server.md and docs/upstream.md from what is known of each server.
tests/test_profiles.py says when that is due.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ws_notebook.dialects import DIALECTS, OTHER
from ws_notebook.profiles import PROFILES, Profile
from ws_notebook.server.profiles import PROFILES as SERVED
from ws_notebook.server.profiles import Profile as Served

DOCS = Path(__file__).resolve().parent.parent / "docs"
END = "<!-- end -->"


class Page(NamedTuple):
    """A page of the documentation, and what stands in it between two marks."""

    path: Path
    begin: str
    written: Callable[[], str]

    def of(self, text: str) -> str:
        """*text* with the part between the marks written anew."""
        before, _, rest = text.partition(self.begin)
        after = rest.partition(END)[2]
        return f"{before}{self.begin}\n{self.written()}\n{END}{after}"


def main() -> int:
    """Bring the pages up to date."""
    for page in PAGES:
        page.path.write_text(page.of(page.path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def tables() -> str:
    """Where each provider is, what it can do, and what else is to be known."""
    profiles = list(PROFILES.values())
    parts = [
        "## Where\n",
        _table(("`provider`", "what it is", "base URL", "key from", "usual model"), map(_where, profiles)),
        "\n## What it can do\n",
        _table(
            ("`provider`", "runs side by side", "steering", "warm-up", "encrypted reasoning", "a stored response's id"),
            map(_abilities, profiles),
        ),
        "\n## Limits of a connection\n",
        _table(("`provider`", "age", "idle", "message", "models"), map(_limits, profiles)),
        "\n## Regions\n",
        _table(("`provider`", "base URL"), (row for profile in profiles for row in _regions(profile))),
        "\n## Also\n",
        "\n".join(line for profile in profiles for line in _notes(profile)),
        "",
    ]
    return "\n".join(parts)


def _where(profile: Profile) -> Sequence[str]:
    variables = [f"`{name}`" for name in (profile.key_variable, profile.token_variable) if name]
    if not profile.needs_key:
        variables = [*variables, "none needed"]
    model = f"`{profile.model}`" if profile.model else "you name it"
    base_url = f"`{profile.base_url}`" if profile.base_url else "see below"
    return f"`{profile.name}`", profile.title, base_url, ", else ".join(variables), model


def _abilities(profile: Profile) -> Sequence[str]:
    lanes = f"{profile.in_flight} at once on a connection of {profile.lanes} named lanes"
    pool = f"{profile.sockets} at once, each on a connection of its own"
    return (
        f"`{profile.name}`",
        lanes if profile.lanes else pool,
        "yes" if profile.steering else "no",
        "yes" if profile.warm_up else "no",
        "asked for" if profile.encrypted_reasoning else "no",
        "continues on any connection" if profile.trusts_store else "only where it was made",
    )


def _limits(profile: Profile) -> Sequence[str]:
    return (
        f"`{profile.name}`",
        _minutes(profile.max_age),
        _minutes(profile.max_idle),
        f"{profile.max_message // 1024**2} MiB" if profile.max_message else "",
        "one" if profile.one_model else "any",
    )


def _minutes(seconds: float | None) -> str:
    return f"{seconds / 60:.0f} min" if seconds else ""


def _regions(profile: Profile) -> list[Sequence[str]]:
    return [
        (f"`{profile.name}:{region}`", f"`{profile.base_url.replace('//', f'//{region}.', 1)}`")
        for region in profile.regions
    ]


def _notes(profile: Profile) -> list[str]:
    source = f"[Its documentation]({profile.source})." if profile.source else ""
    text = " ".join(filter(None, [*profile.notes, source]))
    return [f"* `{profile.name}`. {text}"] if text else []


def served() -> str:
    """How the embedded server plays each provider."""
    head = ("profile", "lanes", "a second create", "age", "what else differs")
    return _table(head, map(_served, SERVED.values())) + "\n"


def _served(profile: Served) -> Sequence[str]:
    limits, runs = profile.limits, profile.lanes == "run"
    lanes = {
        "run": f"{limits.responses_in_flight} at once, {limits.lanes} names",
        "refuse": "`stream_id` is refused",
        "ignore": "`stream_id` is ignored",
    }
    second = {
        "queue": "waits on its lane" if runs else "waits",
        "refuse": "error at once",
        "close": "error, close 1008",
    }
    age = {"tell": "", "close": ", then 1001 without an error", "drop": ", then cut"}
    return (
        f"`{profile.name}`",
        lanes[profile.lanes],
        second[profile.second],
        _minutes(limits.connection_seconds) + age[profile.old_age],
        profile.differs,
    )


def dialects() -> str:
    """What each server lacks, and how that is made up for."""
    parts = []
    for dialect in (*DIALECTS.values(), OTHER):
        asked = ", ".join(f"`{api}`" for api in dialect.apis)
        rows = [*dialect.lacks, ("(after a Stop)", f"it stops {dialect.stop}")] if dialect.lacks else []
        parts += [f"### {dialect.title}\n", f"Asked by {asked}.\n", _table(("it lacks", "so"), rows), ""]
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |") for cells in lines)


PAGES = (
    Page(DOCS / "providers.md", "<!-- from ws_notebook/profiles.py -->\n", tables),
    Page(DOCS / "server.md", "<!-- from ws_notebook/server/profiles.py -->\n", served),
    Page(DOCS / "upstream.md", "<!-- from ws_notebook/dialects.py -->\n", dialects),
)


if __name__ == "__main__":
    sys.exit(main())
