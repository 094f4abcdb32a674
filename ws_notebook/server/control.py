"""``/control/faults``: set faults while the server runs. Behind the same token as the API, and no part of it."""

from __future__ import annotations

from typing import Any

from ws_notebook.faults import FaultError, Faults, parse_fault
from ws_notebook.server.access import Guarded
from ws_notebook.server.errors import ApiError, invalid_type
from ws_notebook.server.wire import decode_object

__all__ = ["FaultsHandler"]


class FaultsHandler(Guarded):
    """GET tells the rules and their counts, PUT ``{"rules": ["…"]}`` replaces them, DELETE removes them."""

    def initialize(self, *, faults: Faults, **kwargs: Any) -> None:  # type: ignore[override]
        super().initialize(**kwargs)
        self._faults = faults

    def get(self) -> None:
        rules = [{"rule": fault.rule, "seen": fault.seen, "happened": fault.happened} for fault in self._faults.rules]
        self.answer({"rules": rules})

    def put(self) -> None:
        rules = decode_object(self.request.body).get("rules")
        if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
            raise invalid_type("rules", "an array of strings", rules)
        try:
            self._faults.replace([parse_fault(rule) for rule in rules])
        except FaultError as error:
            raise ApiError(str(error), code="invalid_value", param="rules") from None
        self.get()

    def delete(self) -> None:
        self._faults.replace([])
        self.get()
