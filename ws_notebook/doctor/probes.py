"""What a server can do over a WebSocket: asked with requests that cost nothing, or next to nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ..exceptions import AuthenticationFailed, ConnectionFailed
from ..profiles import OPEN, PROFILES, USUAL, Profile
from ..settings import Settings
from ..transports.base import Endpoint
from ..transports.compression import Compression
from .answer import Answer, Seen, exchange
from .finding import Parts
from .way import speaks_tls

__all__ = ["KEY_ADVICE", "NO_API", "UNKNOWN", "probe"]

UNKNOWN: Final = "resp_ws_notebook_doctor"
"""The id of no response: a request that continues it must be refused, and nothing is generated."""
KEY_ADVICE: Final = (
    "Give a key that is right and allowed to do this: api_key= in the Session, --key-variable here, or the "
    "provider's usual variable."
)
NO_API: Final = "Something answers that is not the API: a proxy, a login page, a web server. Check the base URL."
_LANE: Final = "ws-notebook-doctor"
_REFUSED: Final = "costs nothing"
_WARMED: Final = "costs a few input tokens, no output"
_NO_SOCKET_MODE: Final = frozenset({404, 405, 426, 501})
_KEY_CODES: Final = frozenset({"invalid_api_key", "invalid_authentication", "unauthorized"})


async def probe(
    parts: Parts, endpoint: Endpoint, settings: Settings, seen: Seen, *, ask: bool, patience: float
) -> None:
    """Ask for lanes, steering and warm-up, with `ask` also a question; what was learned is in `seen`."""
    probing = _Probing(parts, endpoint, settings, seen, patience)
    answer = await probing.upgrade()
    if answer is None or not probing.judge(answer):
        return
    probing.judge_compression(answer)
    probing.judge_lanes(answer)
    known = probing.judge_model(answer)
    try:
        await probing.steer()
        if known and not (settings.profile.warm_up or ask):
            said = "not tried: a server that does not know `generate` would answer, and bill. --ask tries it."
            parts.skipped("warm-up", said)
        elif known:
            await probing.warm_up()
        if known and ask:
            await probing.question()
    except (ConnectionFailed, AuthenticationFailed) as error:
        parts.failed("upgrade", f"the first went well, a later one did not: {error}", "Run this again in a moment.")
    _compare(parts, settings, seen)


@dataclass(frozen=True)
class _Probing:
    """One server that is asked; each request goes over a socket of its own."""

    parts: Parts
    endpoint: Endpoint
    settings: Settings
    seen: Seen
    patience: float

    async def upgrade(self) -> Answer | None:
        """Open a socket and send the first request; None where there is no socket."""
        # Should a server generate all the same, then little.
        first: dict[str, Any] = {
            "stream_id": _LANE,
            "previous_response_id": UNKNOWN,
            "input": [],
            "max_output_tokens": 16,
        }
        try:
            answer = await self._create(**first)
        except AuthenticationFailed as refused:
            self.parts.failed("upgrade", str(refused), KEY_ADVICE)
            return None
        except ConnectionFailed as failed:
            await self._no_upgrade(failed)
            return None
        self.parts.ok("upgrade", f"accepted ({answer.opened_ms:.0f} ms).")
        return answer

    def judge(self, answer: Answer) -> bool:
        """Tell how the first request was answered; whether events are answered there."""
        error, said = answer.error, f"answers events ({answer.ms:.0f} ms)"
        tell: Callable[..., None] = partial(self.parts.failed, "WebSocket mode", cost=_REFUSED)
        if answer.failure:
            tell(answer.failure, "Run this again; if it stays, the server's log or a proxy on the way knows more.")
            return False
        if error is not None and (error.status in (401, 403) or error.code in _KEY_CODES):
            tell(f"the key is refused: {error.message}", KEY_ADVICE)
            return False
        self.seen.socket = True
        tell = partial(self.parts.warning, "WebSocket mode")
        if error is None:
            advice = "Do not rely on memory there; each turn may need the full input."
            tell(f"{said}, but took up a response that there is not.", advice)
        elif error.status == 429:
            advice = "Wait a moment; look at the account's limits and credit."
            tell(f"answers, but: {error.message}", advice, cost=_REFUSED)
        else:
            self.parts.ok("WebSocket mode", f"{said}: {error.code or error.message}", cost=_REFUSED)
        return True

    async def _no_upgrade(self, error: ConnectionFailed) -> None:
        url, advice, tell = self.endpoint.base_url, "See what it says; HTTP is tried below.", self.parts.failed
        self.seen.no_socket_mode = error.status in _NO_SOCKET_MODE
        if self.seen.no_socket_mode:
            tell = self.parts.warning
        elif error.status is None and url.startswith("http:") and await speaks_tls(url, self.patience):
            advice = "It speaks TLS: write https:// instead of http://."
        elif error.status is not None and error.status < 300:
            advice = NO_API
        tell("upgrade", str(error), advice)

    def judge_compression(self, answer: Answer) -> None:
        if not answer.compression:
            self.parts.ok("compression", "no: permessage-deflate is not agreed to.")
            return
        asked = Compression(self.settings.compression)
        unused = (
            "" if asked.offered_to(self.endpoint) else " Sessions do not ask for it here; compression='deflate' does."
        )
        self.parts.ok("compression", f"yes: {answer.compression}.{unused}")

    def judge_lanes(self, answer: Answer) -> None:
        error = answer.error
        self.seen.lanes = answer.last.get("stream_id") == _LANE
        refused = error is not None and (error.param == "stream_id" or "stream_id" in error.message)
        no = "no: stream_id is refused." if refused else "no: stream_id is ignored."
        self.parts.ok("lanes", "yes: the name came back." if self.seen.lanes else no)

    def judge_model(self, answer: Answer) -> bool:
        """Whether nothing was said against the model."""
        error = answer.error
        if error is None or not (error.param == "model" or "model" in (error.code or "")):
            return True
        advice = "Name another model: --model here, model= in the Session. At Azure it is the deployment's name."
        self.parts.failed("model", error.message, advice)
        return False

    async def steer(self) -> None:
        frame = {"type": "response.steer", "previous_response_id": UNKNOWN, "input": "ws-notebook doctor"}
        answer = await exchange(self.endpoint, frame, self.patience)
        if answer.last.get("type") in ("response.steer.failed", "response.steer.accepted"):
            self.seen.steering = True
            self.parts.ok("steering", "yes: response.steer is understood.", cost=_REFUSED)
        elif answer.error is not None:
            self.seen.steering = False
            self.parts.ok("steering", f"no: {answer.error.code or answer.error.message}", cost=_REFUSED)
        else:
            self.parts.note("steering", f"not known: {answer.failure}", cost=_REFUSED)

    async def warm_up(self) -> None:
        answer = await self._create(generate=False, input="ws-notebook doctor")
        error = answer.error
        if answer.failure:
            self.parts.warning("warm-up", answer.failure, "Run this again in a moment.", cost=_WARMED)
            return
        if error is not None and not self.judge_model(answer):
            return
        self.seen.warm_up = error is None and not answer.response.get("output")
        if error is not None:
            self.parts.note("warm-up", f"no: {error.code or error.message}", cost=_WARMED)
        elif self.seen.warm_up:
            said = f"yes: prepared in {answer.ms:.0f} ms, with {_tokens(answer)}."
            self.parts.ok("warm-up", said, cost=_WARMED)
        else:
            said = "`generate` is ignored: the server answered, and may bill for it."
            advice = f'Use a profile without warm-up, such as profile="{OPEN.name}".'
            self.parts.warning("warm-up", said, advice)

    async def question(self) -> None:
        prompt, cost = "Answer with one word: ready.", "costs a short question and answer"
        answer = await self._create(input=prompt, max_output_tokens=64, patience=max(self.patience, 60))
        if answer.failure:
            self.parts.failed("question", answer.failure, "Run this again in a moment.", cost=cost)
        elif answer.error is not None:
            self.parts.failed("question", answer.error.message, "Correct what it names.", cost=cost)
        else:
            deltas = (each.get("delta", "") for each in answer.events if each["type"].endswith("output_text.delta"))
            text = "".join(map(str, deltas))[:60]
            said = f"answered in {answer.ms:.0f} ms, with {_tokens(answer)}: {text!r}"
            self.parts.ok("question", said, cost=cost)

    async def _create(self, *, patience: float | None = None, **fields: Any) -> Answer:
        model = {"model": self.settings.model} if self.settings.model else {}
        frame = {"type": "response.create", **model, "store": False, **fields}
        return await exchange(self.endpoint, frame, self.patience if patience is None else patience)


def _tokens(answer: Answer) -> str:
    usage = answer.response.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return f"{counts.get('input_tokens', '?')} input and {counts.get('output_tokens', '?')} output tokens counted"


def _compare(parts: Parts, settings: Settings, seen: Seen) -> None:
    """What was seen beside what the session counts on."""
    profile = settings.profile
    pairs = _pairs(profile, seen)
    wrong = [name for name, (counted, found) in pairs.items() if found is False and counted]
    unused = [name for name, (counted, found) in pairs.items() if found and not counted]
    fitting = _fitting(seen, profile.name)
    if seen.made_for is not None and profile.generic:
        advice = f"Pass profile={seen.made_for!r} with the base URL, and nothing needs to be found out each time."
        parts.note("profile", f"{seen.made_for} is made for this server. {advice}")
    elif wrong:
        said = f"{profile.name} counts on {' and '.join(wrong)}, which this server does not have."
        parts.warning("profile", said, f"Pass profile={fitting!r} with the base URL.")
    elif unused:
        said = f"this server has {' and '.join(unused)}, which the profile {profile.name} does not use."
        parts.warning("profile", said, f"Pass profile={fitting!r} with the base URL to use what it has.")
    else:
        parts.ok("profile", f"{profile.name} fits what was seen.")


def _pairs(profile: Profile, seen: Seen) -> dict[str, tuple[bool, bool | None]]:
    """By ability: whether the profile counts on it, and whether it was seen."""
    return {
        "lanes": (bool(profile.lanes), seen.lanes),
        "steering": (profile.steering, seen.steering),
        "warm-up": (profile.warm_up, seen.warm_up),
    }


def _fitting(seen: Seen, present: str) -> str:
    """The profile that uses most of what was seen and nothing else."""

    def used(profile: Profile) -> int:
        pairs = _pairs(profile, seen).values()
        if any(counted and found is False for counted, found in pairs):
            return -1
        return sum(counted and bool(found) for counted, found in pairs)

    if seen.made_for is not None:
        return seen.made_for
    if present not in PROFILES:
        return USUAL.name
    typical = [profile for profile in PROFILES.values() if profile.typical]
    return max([PROFILES[present], *typical], key=used).name
