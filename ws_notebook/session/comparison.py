"""The same question by several ways, or of several models, in rounds: what they took, and what that says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..exceptions import SettingsError
from ..render.comparison import comparison_bundle
from ..render.format import aligned, counted, duration, markdown_table, size
from ..render.gain import Gain, gain, verdict
from ..render.parts import Line, parts_of
from ..render.sample import Sample, middle
from .run import Run
from .ways import Variant

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison"]

_TIMES: Final = ("connect_ms", "send_ms", "wait_ms", "stream_ms", "tool_ms")
_BYTES: Final = ("bytes_sent", "bytes_received")
_TOKENS: Final = ("input_tokens", "cached_tokens", "output_tokens")
_HEAD: Final = (
    "",
    "rounds",
    "total",
    "from – to",
    "a turn",
    "wait",
    "stream",
    "sent",
    "received",
    "tokens in",
    "saved",
)


class Comparison:
    """What a comparison found. Shows itself as a table with one sentence; times are in milliseconds.

    Made by `wsn.compare`.
    """

    def __init__(
        self,
        variants: Sequence[Variant],
        taken: Sequence[Mapping[Variant, tuple[Run, Sample]]],
        *,
        asked: str,
        wanted: int,
        line: Line | None = None,
    ) -> None:
        """`taken`: each round that is done. `line`: the network, where its figures are known."""
        self._labels = {variant.label(variants): variant for variant in variants}
        self._asked, self._wanted, self._line = asked, wanted, line
        self.rounds = len(taken)
        """How many are done: fewer than were wanted where it was stopped."""
        self.runs: dict[str, list[Run]] = {
            label: [each[variant][0] for each in taken] for label, variant in self._labels.items()
        }
        """The runs of each way, round by round. They are among no session's runs."""
        self._samples = {label: [each[variant][1] for each in taken] for label, variant in self._labels.items()}

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end."""
        return self.rounds < self._wanted

    @property
    def table(self) -> pd.DataFrame:
        """A row for each way: medians over the rounds; `saved` is the part of its time that the first way saves."""
        import pandas as pd

        return pd.DataFrame([self._row(label) for label in self._labels], index=pd.Index(self._labels, name="way"))

    @property
    def turns(self) -> pd.DataFrame:
        """A row for each turn of each run: when it went to what, and how many bytes."""
        import pandas as pd

        rows = [
            {"way": label, "round": sample.round, **msgspec.structs.asdict(turn)}
            for label, samples in self._samples.items()
            for sample in samples
            for turn in sample.turns
        ]
        return pd.DataFrame(rows).rename(columns={"number": "turn"})

    @property
    def parts(self) -> pd.DataFrame:
        """What the time of each way is made of, in milliseconds of a run: computed from the network's figures and the
        bytes that were counted, and as `rest_ms` what is measured beyond that.

        Raises SettingsError where the network is not one that is played.
        """
        import pandas as pd

        if self._line is None:
            raise SettingsError(
                "The parts can be told of a network whose figures are known: wsn.Session(provider='local', network=…)."
            )
        found = {
            label: [msgspec.structs.asdict(parts_of(self._line, each, self._labels[label].way)) for each in samples]
            for label, samples in self._completed().items()
        }
        medians = {label: pd.DataFrame(rows).median() for label, rows in found.items()}
        return pd.DataFrame(medians).T.rename_axis("way")

    @property
    def gains(self) -> dict[str, Gain]:
        """What the first way saves of each other's time; without those that never came to their end."""
        first, *others = self._labels
        found = {}
        for label in others:
            pairs = [
                (ours, other)
                for ours, other in zip(self._samples[first], self._samples[label], strict=True)
                if ours.completed and other.completed
            ]
            if pairs:
                found[label] = gain([self._time(ours) for ours, _ in pairs], [self._time(other) for _, other in pairs])
        return found

    @property
    def sentence(self) -> str:
        """What was found, in one sentence with its confidence; it says so where no difference was seen."""
        first = next(iter(self._labels))
        said = [f"Over {counted(self.rounds, 'round')} of {self._asked}, {verdict(first, self.gains)}"]
        said += [self._bytes_words()] if self._bytes_words() else []
        failed = {label: sum(not sample.completed for sample in samples) for label, samples in self._samples.items()}
        said += [f"{label} failed {counted(count, 'time')}" for label, count in failed.items() if count]
        if not self._same_turns():
            said.append("the runs had different numbers of turns, so a turn's time is compared")
        return "; ".join(said) + "."

    @property
    def same_answer(self) -> bool:
        """Whether all gave the same text."""
        return len({sample.text for samples in self._samples.values() for sample in samples}) == 1

    def figure(self) -> Any:
        """A plotly figure: each turn's latency, time and bytes since the question; the medians, and the spread over
        the rounds as an area. A saved notebook shows it without a kernel, as a picture where there is no plotly."""
        from ..views.comparison import comparison_figure

        samples = self._completed()
        return comparison_figure(samples, comparison_bundle(samples, self._cells(), self.sentence))

    def __repr__(self) -> str:
        return f"{aligned(self._cells())}\n\n{self.sentence}\n{self._note()}"

    def _repr_markdown_(self) -> str:
        head, *rows = [[cell.replace("|", "\\|") for cell in row] for row in self._cells()]
        return f"{markdown_table(head, rows)}\n\n{self.sentence}\n\n{self._note()}"

    def _note(self) -> str:
        first = next(iter(self._labels))
        stopped = f"Stopped: {self.rounds} of {self._wanted} rounds are done. " if self.stopped else ""
        answers = "The answers are the same." if self.same_answer else "The answers differ."
        return f"{stopped}{answers} The runs are here and not among the session's: .runs[{first!r}], a list by round."

    def _completed(self) -> dict[str, list[Sample]]:
        return {label: [each for each in samples if each.completed] for label, samples in self._samples.items()}

    def _same_turns(self) -> bool:
        return len({len(each.turns) for samples in self._completed().values() for each in samples}) <= 1

    def _time(self, sample: Sample) -> float:
        # Nothing takes no time, but a clock may say so.
        return max(1e-6, sample.total_ms if self._same_turns() else sample.total_ms / max(1, len(sample.turns)))

    def _bytes_words(self) -> str:
        """What the first way sends less than the one that sends most."""
        first = next(iter(self._labels))
        sent = {
            label: middle([each.sum("bytes_sent") for each in samples])
            for label, samples in self._completed().items()
            if samples
        }
        if first not in sent:
            return ""
        most = max(sent, key=lambda label: sent[label])
        less = 1 - sent[first] / max(1.0, sent[most])
        return f"it sent {less:.0%} fewer bytes than {most}" if less >= 0.01 else ""

    def _row(self, label: str) -> dict[str, Any]:
        samples = self._samples[label]
        done = [each for each in samples if each.completed]
        totals = [each.total_ms for each in done]
        firsts = [each.first_token_ms for each in done if each.first_token_ms is not None]
        found = self.gains.get(label)
        error = next((each.error for each in samples if each.error), "")
        return {
            "rounds": len(done),
            "status": next((each.status for each in samples if not each.completed), "completed" if samples else ""),
            "turns": middle([float(len(each.turns)) for each in done]),
            "calls": middle([float(each.calls) for each in done]),
            "total_ms": middle(totals),
            "least_ms": min(totals, default=float("nan")),
            "most_ms": max(totals, default=float("nan")),
            "turn_ms": middle([each.total_ms / max(1, len(each.turns)) for each in done]),
            "first_token_ms": middle(firsts),
            **{name: middle([each.sum(name) for each in done]) for name in (*_TIMES, *_BYTES)},
            **{name: middle([float(getattr(each, name)) for each in done]) for name in _TOKENS},
            "saved": float("nan") if found is None else found.part,
            "saved_low": float("nan") if found is None or found.low is None else found.low,
            "saved_high": float("nan") if found is None or found.high is None else found.high,
            "error": error,
        }

    def _cells(self) -> list[list[str]]:
        rows = [(label, self._row(label)) for label in self._labels]
        return [list(_HEAD), *([label, *_shown(row)] for label, row in rows)]


def _shown(row: Mapping[str, Any]) -> list[str]:
    if not row["rounds"]:
        return [row["status"], *[""] * (len(_HEAD) - 3), row["error"]]
    saved = "" if row["saved"] != row["saved"] else f"{row['saved']:.0%}"
    return [
        str(row["rounds"]),
        duration(row["total_ms"]),
        f"{duration(row['least_ms'])} – {duration(row['most_ms'])}",
        *(duration(row[name]) for name in ("turn_ms", "wait_ms", "stream_ms")),
        *(size(row[name]) for name in _BYTES),
        f"{row['input_tokens']:,.0f}",
        saved,
    ]
