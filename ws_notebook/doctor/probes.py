"""What a server can do over a WebSocket: asked with requests that cost nothing, or next to nothing."""

from __future__ import annotations

from typing import Any, Final

from ..exceptions import AuthenticationFailed, ConnectionFailed
from ..profiles import OPEN, PROFILES, USUAL, Profile
from ..settings import Settings
from ..transports.base import Endpoint
from .answer import Answer, Seen, exchange
from .finding import Parts
from .way import speaks_tls

__all__ = ["KEY_ADVICE", "UNKNOWN", "probe"]

UNKNOWN: Final = "resp_ws_notebook_doctor"
"""The id of no response: a request that continues it must be refused, and nothing is generated."""
KEY_ADVICE: Final = (
    "Give a key that is right and allowed to do this: api_key= in the Session, --key-variable here, or the "
    "provider's usual variable."
)
_LANE: Final = "ws-notebook-doctor"
_REFUSED: Final = "costs nothing"
_WARMED: Final = "costs a few input tokens, no output"
_NO_SOCKET_MODE: Final = frozenset({404, 405, 426, 501})
_KEY_CODES: Final = frozenset({"invalid_api_key", "invalid_authentication", "unauthorized"})


async def probe(
    parts: Parts, endpoint: Endpoint, settings: Settings, seen: Seen, *, ask: bool, patience: float
) -> None:
    """Ask for lanes, steering and warm-up, with `ask` also a question; what was learned is in `seen`."""
    request = {"model": settings.model} if settings.model else {}
    lanes = await _first(parts, endpoint, request, seen, patience)
    if lanes is None:
        return
    _judge_lanes(parts, lanes, seen)
    known = _judge_model(parts, lanes)
    try:
        await _steering(parts, endpoint, seen, patience)
        if known:
            await _warm_up(parts, endpoint, request, settings, seen, ask=ask, patience=patience)
        if known and ask:
            await _question(parts, endpoint, request, patience)
    except (ConnectionFailed, AuthenticationFailed) as error:
        parts.failed("upgrade", f"the first went well, a later one did not: {error}", "Run this again in a moment.")
    _compare(parts, settings, seen)


async def _first(
    parts: Parts, endpoint: Endpoint, request: dict[str, Any], seen: Seen, patience: float
) -> Answer | None:
    """Open a socket and send the first request; None where that led nowhere."""
    frame = {
        "type": "response.create",
        **request,
        "stream_id": _LANE,
        "previous_response_id": UNKNOWN,
        "input": [],
        "store": False,
        # Should a server generate all the same, then little.
        "max_output_tokens": 16,
    }
    try:
        answer = await exchange(endpoint, frame, patience)
    except AuthenticationFailed as refused:
        seen.unauthorized = True
        parts.failed("upgrade", str(refused), KEY_ADVICE)
        return None
    except ConnectionFailed as failed:
        await _no_upgrade(parts, endpoint, failed, seen, patience)
        return None
    parts.ok("upgrade", f"accepted ({answer.opened_ms:.0f} ms).")
    error = answer.error
    if answer.failure:
        advice = "Run this again; if it stays, the server's log or a proxy on the way knows more."
        parts.failed("WebSocket mode", answer.failure, advice, cost=_REFUSED)
        return None
    if error is not None and (error.status in (401, 403) or error.code in _KEY_CODES):
        seen.unauthorized = True
        parts.failed("WebSocket mode", f"the key is refused: {error.message}", KEY_ADVICE, cost=_REFUSED)
        return None
    seen.socket = True
    if error is None:
        said = f"answers events ({answer.ms:.0f} ms), but took up a response that there is not."
        parts.warning("WebSocket mode", said, "Do not rely on memory there; each turn may need the full input.")
    elif error.status == 429:
        advice = "Wait a moment; look at the account's limits and credit."
        parts.warning("WebSocket mode", f"answers, but: {error.message}", advice, cost=_REFUSED)
    else:
        parts.ok("WebSocket mode", f"answers events ({answer.ms:.0f} ms): {error.code or error.message}", cost=_REFUSED)
    return answer


async def _no_upgrade(parts: Parts, endpoint: Endpoint, error: ConnectionFailed, seen: Seen, patience: float) -> None:
    said, advice = str(error), "See what it says; HTTP is tried below."
    seen.no_socket_mode = error.status in _NO_SOCKET_MODE
    if seen.no_socket_mode:
        parts.warning("upgrade", said, advice)
        return
    if error.status is None and endpoint.base_url.startswith("http:") and await speaks_tls(endpoint.base_url, patience):
        advice = "It speaks TLS: write https:// instead of http://."
    elif error.status is not None and error.status < 300:
        advice = (
            "Something answers that is not the API, such as a proxy, a login page or a web server. Check the base URL."
        )
    parts.failed("upgrade", said, advice)


def _judge_lanes(parts: Parts, answer: Answer, seen: Seen) -> None:
    error = answer.error
    if answer.last.get("stream_id") == _LANE:
        seen.lanes = True
        parts.ok("lanes", "yes: the name came back.")
    elif error is not None and (error.param == "stream_id" or "stream_id" in error.message):
        seen.lanes = False
        parts.ok("lanes", "no: stream_id is refused.")
    else:
        seen.lanes = False
        parts.ok("lanes", "no: stream_id is ignored.")


def _judge_model(parts: Parts, answer: Answer) -> bool:
    """Whether nothing was said against the model."""
    error = answer.error
    if error is None or not (error.param == "model" or "model" in (error.code or "")):
        return True
    advice = "Name another model: --model here, model= in the Session. At Azure it is the deployment's name."
    parts.failed("model", error.message, advice)
    return False


async def _steering(parts: Parts, endpoint: Endpoint, seen: Seen, patience: float) -> None:
    frame = {"type": "response.steer", "previous_response_id": UNKNOWN, "input": "ws-notebook doctor"}
    answer = await exchange(endpoint, frame, patience)
    if answer.last.get("type") in ("response.steer.failed", "response.steer.accepted"):
        seen.steering = True
        parts.ok("steering", "yes: response.steer is understood.", cost=_REFUSED)
    elif answer.error is not None:
        seen.steering = False
        parts.ok("steering", f"no: {answer.error.code or answer.error.message}", cost=_REFUSED)
    else:
        parts.note("steering", f"not known: {answer.failure}", cost=_REFUSED)


async def _warm_up(
    parts: Parts,
    endpoint: Endpoint,
    request: dict[str, Any],
    settings: Settings,
    seen: Seen,
    *,
    ask: bool,
    patience: float,
) -> None:
    if not (settings.profile.warm_up or ask):
        said = "not tried: a server that does not know `generate` would answer, and bill. --ask tries it."
        parts.skipped("warm-up", said)
        return
    frame = {"type": "response.create", **request, "generate": False, "input": "ws-notebook doctor", "store": False}
    answer = await exchange(endpoint, frame, patience)
    error = answer.error
    if answer.failure:
        parts.warning("warm-up", answer.failure, "Run this again in a moment.", cost=_WARMED)
    elif error is not None and _judge_model(parts, answer):
        seen.warm_up = False
        parts.note("warm-up", f"no: {error.code or error.message}", cost=_WARMED)
    elif answer.response.get("output"):
        seen.warm_up = False
        said = "`generate` is ignored: the server answered, and may bill for it."
        parts.warning("warm-up", said, f'Use a profile without warm-up, such as profile="{OPEN.name}".')
    else:
        seen.warm_up = True
        parts.ok("warm-up", f"yes: prepared in {answer.ms:.0f} ms, with {_tokens(answer)}.", cost=_WARMED)


async def _question(parts: Parts, endpoint: Endpoint, request: dict[str, Any], patience: float) -> None:
    prompt = "Answer with one word: ready."
    frame = {"type": "response.create", **request, "input": prompt, "store": False, "max_output_tokens": 64}
    answer = await exchange(endpoint, frame, max(patience, 60))
    cost = "costs a short question and answer"
    if answer.failure:
        parts.failed("question", answer.failure, "Run this again in a moment.", cost=cost)
    elif answer.error is not None:
        parts.failed("question", answer.error.message, "Correct what it names.", cost=cost)
    else:
        text = "".join(
            str(each.get("delta", "")) for each in answer.events if each["type"].endswith("output_text.delta")
        )
        said = f"answered in {answer.ms:.0f} ms, with {_tokens(answer)}: {text[:60]!r}"
        parts.ok("question", said, cost=cost)


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
