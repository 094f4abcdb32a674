from __future__ import annotations

import pytest
from support.sessions import Open

import ws_notebook as wsn
from ws_notebook.exceptions import SettingsError
from ws_notebook.render.bundle import bundle
from ws_notebook.session.faults import Rule, fault_switch, rules, set_rules
from ws_notebook.session.session import Session
from ws_notebook.transports.replay import ReplayTransport

__all__: list[str] = []

DELTA = "response.output_text.delta"


def struck(run: wsn.Run) -> list[str]:  # type: ignore[name-defined]
    return [
        each["rule"]
        for turn in bundle(run.state, run.session.header(run.state))["turns"]
        for each in turn.get("faults", [])
    ]


def attempt(session: Session, prompt: str = "write 12 words") -> list[str]:
    try:
        return struck(session.ask(prompt, parent=None))
    except wsn.WsNotebookError as error:
        return struck(error.run)


@pytest.mark.parametrize(
    "rule",
    [
        f"drop at {DELTA} 3",
        "close 1001 at response.completed",
        "stall 0.01 at response.create",
        "limit 0.01 at response.create",
        "error server_error at response.created",
        f"fail server_error at {DELTA} 2",
        f"duplicate at {DELTA} 2",
        "omit at response.output_item.added",
        "unknown at response.in_progress",
        "refuse 503 at upgrade",
    ],
)
def test_what_strikes_is_marked_in_its_turn(local: Open, rule: str) -> None:
    session = local()
    assert set_rules(session, [rule]) == [Rule(rule)]
    try:
        assert attempt(session) == [rule]
        assert rules(session)[0].happened == 1
    finally:
        set_rules(session, [])
    assert attempt(session) == []


@pytest.mark.parametrize("rule", ["refuse 429 at post", f"stall 0.01 at {DELTA} 2", f"drop at {DELTA} 2"])
def test_over_http_it_is_marked_too(local: Open, rule: str) -> None:
    session = local(transport="http")
    set_rules(session, [rule])
    try:
        assert attempt(session) == [rule]
    finally:
        set_rules(session, [])


def test_of_two_lanes_that_one_is_marked_which_it_struck(local: Open) -> None:
    session = local()
    session.ask('say "x"')
    set_rules(session, [f"duplicate at {DELTA} 2"])
    try:
        first, second = session.start("write 40 words", parent=None), session.start('say "a b c"', parent=None)
        found = [struck(run.result()) for run in (first, second)]
    finally:
        set_rules(session, [])
    assert sorted(found) == [[], [f"duplicate at {DELTA} 2"]]


def test_a_recorded_run_replays_with_its_marks(local: Open, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("talk") / "talk.jsonl"
    session = local()
    set_rules(session, [f"duplicate at {DELTA} 2"])
    try:
        with session.record(path):
            session.ask("write 12 words")
    finally:
        set_rules(session, [])
    with Session(transport=ReplayTransport(path, speed=0)) as again:
        assert struck(again.ask("write 12 words")) == [f"duplicate at {DELTA} 2"]


def test_a_rule_that_cannot_be_read_names_the_nearest_and_changes_nothing(local: Open) -> None:
    session = local()
    set_rules(session, ["drop at error"])
    with pytest.raises(SettingsError, match="Did you mean 'drop'"):
        set_rules(session, ["stall 1 at error", "drp at error"])
    assert [each.rule for each in rules(session)] == ["drop at error"]
    assert set_rules(session, []) == []


def test_only_the_embedded_server_has_faults(opened: Open) -> None:
    session = opened("http://127.0.0.1:9/v1")
    with pytest.raises(SettingsError, match=r'wsn\.Session\(provider="local"\)'):
        rules(session)


def test_the_switch_sets_faults_and_shows_what_happened(local: Open) -> None:
    session = local()
    switch = fault_switch(session)
    switch._handle_custom_msg({"kind": "set", "rules": [f"duplicate at {DELTA} 2"]}, [])
    assert switch.rules == [{"rule": f"duplicate at {DELTA} 2", "seen": 0, "happened": 0}]
    session.ask("write 12 words")
    switch.look()
    assert switch.rules[0]["happened"] == 1
    switch._handle_custom_msg({"kind": "set", "rules": ["drp at error"]}, [])
    assert "Did you mean 'drop'?" in switch.note
    switch._handle_custom_msg({"kind": "set", "rules": []}, [])
    assert (switch.rules, switch.note) == ([], "")
