"""Faults on demand in the embedded server, as a session that it answers sets and sees them."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from ..engine.rest import call_held
from ..exceptions import SettingsError
from ..faults import FaultError, parse_fault
from .host import Host
from .run import Run

if TYPE_CHECKING:
    from ..views.faults import FaultSwitch

__all__ = ["Rule", "fault_switch", "rules", "set_rules"]

_LOOK_EVERY = 0.5
"""Seconds between two looks at what struck while runs go on."""


class Rule(msgspec.Struct, frozen=True):
    """A rule, how many events it counted, and how often its fault happened."""

    rule: str
    seen: int = 0
    happened: int = 0


def rules(session: Host[Run]) -> list[Rule]:
    """Those that are set in the embedded server. Raises SettingsError where another server answers the session."""
    return _control(session, "GET")


def set_rules(session: Host[Run], wanted: Sequence[str]) -> list[Rule]:
    """Have these in place of those that are set; their counts begin at 0. They hold for every session of this kernel.

    Raises SettingsError for one that cannot be read, with the nearest right one, and then nothing has changed.
    """
    for rule in wanted:
        try:
            parse_fault(rule)
        except FaultError as error:
            raise SettingsError(str(error)) from None
    return _control(session, "PUT" if wanted else "DELETE", wanted)


def fault_switch(session: Host[Run]) -> FaultSwitch:
    """A widget that sets them, and shows what happened. Raises SettingsError where another server answers."""
    from ..views.faults import FaultSwitch
    from ..views.throttle import Throttle

    told = [msgspec.structs.asdict(each) for each in rules(session)]
    switch = FaultSwitch(
        told,
        lambda wanted: [msgspec.structs.asdict(each) for each in set_rules(session, wanted)],
        lambda: [msgspec.structs.asdict(each) for each in rules(session)],
    )
    look = weakref.WeakMethod(switch.look)
    portal = session._engine.portal

    def look_aside() -> None:
        portal.aside.submit(call_held, look)

    session.watch(Throttle(look_aside, portal.call_later, _LOOK_EVERY).request)
    return switch


def _control(session: Host[Run], method: str, wanted: Sequence[str] = ()) -> list[Rule]:
    engine = session._engine
    found = engine.portal.submit(engine.connector.control(method, wanted)).result()
    return [msgspec.convert(each, Rule) for each in found]
