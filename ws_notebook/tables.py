"""Turns, tool calls and frames as pandas DataFrames: one row each, newest last.

Times are in milliseconds; `started` and `at` are timezone-aware UTC. What is not known, or has not
happened yet, is missing, never zero. An empty table has the same columns and types. Bytes are those of the messages
themselves, however few they are on the wire where a connection compresses: `Session.compression` tells of that.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from .core.frames import FrameLog
from .core.run import RunState
from .core.usage import PackedUsage, place_of
from .secrets import Keys, hidden

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["calls_table", "frames_table", "turns_table"]

_TEXT, _MS, _COUNT, _MOMENT = "text", "ms", "count", "moment"


class _Rows:
    """Many rows of one kind, read column by column; what several columns need is read once."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._read: dict[str, Sequence[Any]] = {"": rows}
        self._numbers: dict[str, np.ndarray] = {}

    def __call__(self, path: str = "") -> Sequence[Any]:
        """What stands there in each row: "timing.started"; nothing for the rows themselves."""
        if path not in self._read:
            owner, _, name = path.rpartition(".")
            self._read[path] = list(map(attrgetter(name), self(owner)))
        return self._read[path]

    def numbers(self, path: str) -> np.ndarray:
        """The same as floats, NaN where there is none."""
        import numpy as np

        if path not in self._numbers:
            self._numbers[path] = np.array(self(path), float)
        return self._numbers[path]

    @cached_property
    def usages(self) -> _Usages:
        """The token counts of turns."""
        return _Usages(self("packed_usage"))


class _Usages:
    """The usages of many turns, of each form all at once."""

    def __init__(self, packed: Sequence[PackedUsage | None]) -> None:
        self._length = len(packed)
        forms: dict[str, tuple[list[int], list[bytes]]] = defaultdict(lambda: ([], []))
        for place, usage in enumerate(packed):
            if usage is not None:
                places, numbers = forms[usage.form]
                places.append(place)
                numbers.append(usage.numbers)
        self._forms = [(form, places, _matrix(numbers)) for form, (places, numbers) in forms.items()]

    def counts(self, path: Sequence[str]) -> Any:
        """The count at a path of each usage, missing where there is none."""
        import numpy as np
        import pandas as pd

        values, unknown = np.zeros(self._length, np.int64), np.ones(self._length, bool)
        for form, rows, numbers in self._forms:
            place, shared = place_of(form, path)
            if place is not None or shared is not None:
                values[rows] = int(shared) if place is None else numbers[:, place]
                unknown[rows] = False
        return pd.arrays.IntegerArray(values, unknown)


def _matrix(numbers: Sequence[bytes]) -> np.ndarray:
    """The numbers of usages of one form: one row for each."""
    import numpy as np

    written = b",".join(numbers).decode()
    return np.fromstring(written, sep=",").reshape(len(numbers), -1) if numbers[0] else np.empty((len(numbers), 0))


_Values = Callable[[_Rows], Any]
"""What a column holds."""


def _each(path: str) -> _Values:
    return lambda rows: rows(path)


def _between(start: str, end: str) -> _Values:
    """The milliseconds between two moments, as `core.timing.milliseconds` has them."""
    return lambda rows: ((rows.numbers(end) - rows.numbers(start)) * 1000).clip(0.0)


def _tokens(*path: str) -> _Values:
    """A count of the turns' usages."""
    return lambda rows: rows.usages.counts(path)


_TURNS: Mapping[str, tuple[str, _Values]] = {
    "run": (_TEXT, _each("run_id")),
    "turn": (_TEXT, _each("id")),
    "response_id": (_TEXT, _each("response_id")),
    "parent_id": (_TEXT, _each("parent_id")),
    "lane": (_TEXT, _each("lane")),
    "transport": (_TEXT, _each("transport")),
    "status": (_TEXT, _each("status")),
    "model": (_TEXT, _each("model")),
    "started": (_MOMENT, lambda rows: rows.numbers("timing.started")),
    "connect_ms": (_MS, _between("timing.started", "timing.opened")),
    "send_ms": (_MS, _between("timing.opened", "timing.sent")),
    "first_event_ms": (_MS, _between("timing.sent", "timing.first_event")),
    "first_token_ms": (_MS, _between("timing.sent", "timing.first_token")),
    "total_ms": (_MS, _between("timing.started", "timing.ended")),
    "tool_ms": (_MS, lambda rows: [turn.tool_ms if turn.tool_calls else 0.0 for turn in rows()]),
    "bytes_sent": (_COUNT, _each("bytes_sent")),
    "bytes_received": (_COUNT, _each("bytes_received")),
    "bytes_full_context": (_COUNT, _each("bytes_full_context")),
    "events": (_COUNT, _each("events")),
    "input_tokens": (_COUNT, _tokens("input_tokens")),
    "cached_tokens": (_COUNT, _tokens("input_tokens_details", "cached_tokens")),
    "output_tokens": (_COUNT, _tokens("output_tokens")),
    "reasoning_tokens": (_COUNT, _tokens("output_tokens_details", "reasoning_tokens")),
    "recovered": (_TEXT, _each("recovered")),
}
_CALLS: Mapping[str, tuple[str, _Values]] = {
    "run": (_TEXT, _each("turn.run_id")),
    "turn": (_TEXT, _each("turn.id")),
    "call_id": (_TEXT, _each("call_id")),
    "name": (_TEXT, _each("name")),
    "arguments": (_TEXT, _each("arguments")),
    "output": (_TEXT, lambda rows: [_written(output) for output in rows("output")]),
    "status": (_TEXT, _each("status")),
    "error": (_TEXT, _each("error")),
    "decision": (_TEXT, _each("decision")),
    "approval_ms": (_MS, _each("approval_ms")),
    "started": (_MOMENT, lambda rows: rows.numbers("timing.started")),
    "queued_ms": (_MS, _each("queued_ms")),
    "run_ms": (_MS, _between("timing.started", "timing.ended")),
}
_FRAMES: Mapping[str, tuple[str, _Values]] = {
    "at": (_MOMENT, _each("at")),
    "direction": (_TEXT, _each("direction")),
    "lane": (_TEXT, _each("lane")),
    "type": (_TEXT, _each("type")),
    "bytes": (_COUNT, _each("size")),
    "response_id": (_TEXT, _each("response_id")),
}


def turns_table(runs: Iterable[RunState], *, epoch: float) -> pd.DataFrame:
    """One row for each turn. `epoch`: wall clock minus monotonic clock, in seconds."""
    return _table(_TURNS, [turn for run in list(runs) for turn in list(run.turns)], epoch)


def calls_table(runs: Iterable[RunState], *, epoch: float, keys: Keys | None = None) -> pd.DataFrame:
    """One row for each tool call. `started` is the start of the function. What is known as a secret is hidden."""
    calls = [call for run in list(runs) for turn in list(run.turns) for call in list(turn.tool_calls)]
    shown = (_TEXT, lambda rows: [hidden(text, keys) for text in rows("arguments")])
    return _table({**_CALLS, "arguments": shown}, calls, epoch)


def frames_table(log: FrameLog, *, epoch: float) -> pd.DataFrame:
    """One row for each frame that the log still holds."""
    return _table(_FRAMES, log.records(), epoch)


def _written(output: Any) -> str | None:
    return output if output is None or isinstance(output, str) else json.dumps(output, default=str)


def _table(columns: Mapping[str, tuple[str, _Values]], rows: Sequence[Any], epoch: float) -> pd.DataFrame:
    import pandas as pd

    read = _Rows(rows)
    return pd.DataFrame({name: _column(of(read), kind, epoch) for name, (kind, of) in columns.items()}, copy=False)


def _column(values: Sequence[Any] | np.ndarray, kind: str, epoch: float) -> Any:
    import numpy as np
    import pandas as pd

    if kind == _TEXT:
        # Kept by Python, not by Arrow: that one refuses text with a lone surrogate.
        return pd.array(_valid(values), dtype=pd.StringDtype("python"))
    if kind == _COUNT:
        return pd.array(values, dtype="Int64")
    numbers = np.array(values, float)
    unknown = np.isnan(numbers)
    if kind == _MS:
        return pd.arrays.FloatingArray(numbers, unknown)
    moments = np.rint((np.where(unknown, 0.0, numbers) + epoch) * 1e6).astype("datetime64[us]")
    moments[unknown] = np.datetime64("NaT")
    return pd.DatetimeIndex(moments, tz="UTC")


def _valid(texts: Iterable[str | None]) -> list[str | None]:
    """The texts without lone surrogates: nothing could print those."""
    known = list(texts)
    if all(map(str.isascii, filter(None, known))):
        return known
    return [text and text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") for text in known]
