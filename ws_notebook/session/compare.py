"""`compare`: asks by each way in turn, round after round, until all are done or somebody stops it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

from ..core.items import Item
from ..exceptions import SettingsError, WsNotebookError
from ..network.line import INITIAL_WINDOW
from ..network.network import Network
from ..profiles import EMBEDDED
from ..render.format import counted, duration
from ..render.parts import Line
from ..render.sample import Sample, sample_of
from ..transports.replay import ReplayTransport
from ..views.rounds import Rounds
from .arguments import check
from .comparison import Comparison
from .consent import ask_first, estimate
from .errors import shortened
from .loop import Loop, built_in, own, recorded
from .run import Run
from .session import Session
from .ways import WAYS, Variant, open_like, variants_of

__all__ = ["compare", "compare_variants", "line_of"]

Round = dict[Variant, tuple[Run, Sample]]


@shortened
def compare(
    prompt: str | Sequence[Item] | None = None,
    *,
    session: Session | None = None,
    ways: Sequence[str] = WAYS,
    models: Sequence[str] = (),
    turns: int = 25,
    output: int = 4000,
    run: Run | None = None,
    rounds: int = 5,
    confirm: bool | None = None,
) -> Comparison:
    """Ask the same by each way, over connections of their own, in interleaved rounds, and say what they took.

    prompt: your own question, with the session's tools, which are called each time. run: a run of before; its tools
    give what they gave then. Without both: a loop of `turns` calls whose outputs have `output` bytes.
    session: whose provider and settings are meant; default: those of `Session()`.
    ways: "websocket", "websocket full" (everything with each turn), "http full", "http id" (kept-alive, with the id of
    a stored response), "http new" (the same over new connections). models: these instead, over WebSocket alone where
    no ways are named.
    confirm: True asks a provider that may cost money; None asks you first, where somebody can answer.

    A run that fails is a part of the result. An interrupt, or *Stop* beside the progress, keeps the rounds that are
    done. Raises SettingsError for arguments that cannot be used and where no consent is given; KeyboardInterrupt where
    it is stopped before one round is done.
    """
    check(run=run, models=models, ways=ways)
    if prompt is not None and run is not None:
        raise SettingsError("Give a prompt or a run, not both: the run's own question is asked.")
    with _base(session, run) as base:
        chosen = () if len(models) > 1 and ways is WAYS else ways
        variants = variants_of(base, chosen, models)
        if run is not None:
            loop = recorded(run, plays=_plays(base, run))
        elif prompt is not None:
            loop = own(prompt, list(base.tools))
        else:
            loop = built_in(turns, output)
        return compare_variants(base, loop, variants, rounds=rounds, confirm=confirm)


def compare_variants(
    session: Session, loop: Loop, variants: Sequence[Variant], *, rounds: int = 5, confirm: bool | None = None
) -> Comparison:
    """The same for ways and a question that are known already."""
    check(rounds=rounds)
    ask_first(session, estimate(loop, variants, rounds, session.prices), confirm)
    taken = _Course(session, loop, variants, rounds).taken()
    network = session.settings.network
    line = None if network is None else line_of(network)
    return Comparison(variants, taken, asked=loop.words, wanted=rounds, line=line)


@contextlib.contextmanager
def _base(session: Session | None, run: Run | None) -> Iterator[Session]:
    """The session that is meant: a run's own, unless that is a replay, which nothing can be asked of."""
    held: Any = run.session if session is None and run is not None else session
    if isinstance(held, Session) and (session is not None or held.header().transport != ReplayTransport.name):
        yield held
        return
    with Session(provider="auto" if run is None else EMBEDDED.name) as made:
        yield made


def _plays(session: Session, run: Run) -> bool:
    """Whether the run's answers have to be dictated: it is another model's, and a script is asked."""
    own = run.session.header(run.state)
    return session.settings.profile.embedded and own.provider.partition(":")[0] != EMBEDDED.name


def line_of(network: Network) -> Line:
    """What of a network counts for the parts of a turn's time."""
    spent, rates = network.spent, network.rates
    return Line(
        rtt=network.seconds,
        up=rates.up,
        down=rates.down,
        tls=network.tls,
        fixed=spent.fixed,
        per_kb=spent.per_kb,
        window=INITIAL_WINDOW,
    )


class _Course:
    """The rounds of one comparison, in this thread. Each goes through the ways in the other direction."""

    def __init__(self, session: Session, loop: Loop, variants: Sequence[Variant], rounds: int) -> None:
        self._session, self._loop = session, loop
        self._variants, self._rounds = variants, rounds
        self._stopped = False
        self._present: Run | None = None
        self._began = time.monotonic()

    def taken(self) -> list[Round]:
        """The rounds that are done. KeyboardInterrupt where that is none."""
        found: list[Round] = []
        shown = Rounds(self._rounds * len(self._variants), self._stop)
        try:
            shown.show(0, "opening connections")
            self._prepare()
            for number in range(1, self._rounds + 1):
                found.append(self._round(number, shown))
        except KeyboardInterrupt:
            if not found:
                raise
        finally:
            took = duration((time.monotonic() - self._began) * 1000)
            shown.end(f"{counted(len(found), 'round')} of {counted(len(self._variants), 'way')} in {took}")
        return found

    def _prepare(self) -> None:
        """Have libraries loaded and the server begun, where that costs nothing: the first round is like the others."""
        if not self._session.settings.profile.embedded:
            return
        for variant in self._variants:
            with open_like(self._session, variant) as other, contextlib.suppress(WsNotebookError):
                self._asked(other, 'say "ready"')

    def _round(self, number: int, shown: Rounds) -> Round:
        order = list(self._variants) if number % 2 else list(reversed(self._variants))
        found: Round = {}
        for place, variant in enumerate(order):
            done = (number - 1) * len(order) + place
            label = variant.label(self._variants)
            shown.show(done, f"round {number} of {self._rounds}, {label}{self._left(done)}")
            with open_like(self._session, variant) as other:
                run = self._asked(other, self._loop.input, self._loop)
            found[variant] = (run, sample_of(run.state, label, number))
        return {variant: found[variant] for variant in self._variants}

    def _left(self, done: int) -> str:
        if not done:
            return ""
        each = (time.monotonic() - self._began) / done
        return f", about {duration(1000 * each * (self._rounds * len(self._variants) - done))} left"

    def _asked(self, session: Session, input: Any, loop: Loop | None = None) -> Run:
        """A run that has ended, however. KeyboardInterrupt where it was stopped."""
        given: dict[str, Any] = {"tools": []}
        if loop is not None:
            given = {"tools": loop.make_tools(), "max_turns": loop.max_turns, "options": loop.options}
        if self._stopped:
            raise KeyboardInterrupt
        run = self._present = session.start(input, parent=None, **given)
        with contextlib.suppress(WsNotebookError):  # the table tells of it
            run.result()
        if self._stopped:
            raise KeyboardInterrupt
        return run

    def _stop(self) -> None:
        self._stopped = True
        if self._present is not None:
            self._present.cancel()
