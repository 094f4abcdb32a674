"""The examination as people and programs read it."""

from __future__ import annotations

import asyncio
import json

from support.server import RunningServer

from ws_notebook import manual
from ws_notebook.doctor import Diagnosis, Finding, diagnose
from ws_notebook.settings import resolve

__all__: list[str] = []

FINDINGS = [
    Finding(part="installed", subject="Python", state="ok", said="3.11"),
    Finding(
        part="provider", subject="TCP", state="failed", said="no | line", advice="Mend *it*.", cost="costs nothing"
    ),
]


def test_it_is_well_while_nothing_has_failed() -> None:
    assert Diagnosis(FINDINGS[:1]).ok
    assert not Diagnosis(FINDINGS).ok
    assert Diagnosis(FINDINGS[:1]).verdict == "All is well."
    assert Diagnosis(FINDINGS).verdict.startswith("1 failed")


def test_as_text_each_line_fits_and_advice_stands_behind_an_arrow() -> None:
    shown = Diagnosis([*FINDINGS, Finding(part="provider", subject="x", state="note", said="many words " * 30)])
    lines = shown.text(60).splitlines()
    assert max(len(line) for line in lines if "https://" not in line) <= 60
    assert [line.strip() for line in lines if "https://" in line] == [manual.address("nothing-answers")]
    assert "  XX  TCP              no | line (costs nothing)" in lines
    assert lines[lines.index("Provider") + 2].strip() == "-> Mend *it*."


def test_as_markdown_it_is_tables_without_accidents() -> None:
    shown = Diagnosis(FINDINGS)._repr_markdown_()
    assert "| failed | TCP | no \\| line (costs nothing) **Mend \\*it\\*.** [More](" in shown


def test_as_json_it_has_every_field() -> None:
    told = json.loads(json.dumps(Diagnosis(FINDINGS).as_dict()))
    assert told["ok"] is False
    assert told["findings"][1] == {
        "part": "provider",
        "subject": "TCP",
        "state": "failed",
        "said": "no | line",
        "advice": "Mend *it*.",
        "cost": "costs nothing",
        "help": manual.address("nothing-answers"),
    }


def test_settings_that_cannot_be_made_are_a_finding() -> None:
    last = diagnose("Azure needs its endpoint.").findings[-1]
    assert (last.part, last.state, last.said) == ("provider", "failed", "Azure needs its endpoint.")


def test_without_a_provider_only_this_machine_is_looked_at() -> None:
    assert {each.part for each in diagnose(None).findings} == {"installed", "front end"}


def test_it_works_under_a_running_event_loop(server: RunningServer) -> None:
    async def inside() -> Diagnosis:
        return diagnose(resolve(server.base_url, model="demo", api_key=server.token))

    assert asyncio.run(inside()).findings[-1].subject == "sessions"
