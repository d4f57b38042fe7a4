"""How every endpoint that changes something begins: who may call it, how often, and with what."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ...contract.problem import (
    BadRequest,
    PayloadTooLarge,
    SwitchedOff,
    TooManyRequests,
    Unauthorized,
    first_repeated,
)
from ...contract.signing import has_bearer
from ...dataclass import dataclass, field
from ..exchange import Exchange

MAX_BODY = 256 * 1024


@dataclass(slots=True)
class TokenBucket:
    """At most `per_minute` calls in a minute for each caller, in this isolate; plain data."""

    per_minute: int
    levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, caller: str, now: float) -> bool:
        """Take one call; False when the caller has used up its rate."""
        level, at = self.levels.get(caller, (float(self.per_minute), now))
        level = min(float(self.per_minute), level + max(0.0, now - at) * self.per_minute / 60)
        allowed = level >= 1
        self.levels[caller] = (level - 1 if allowed else level, now)
        if len(self.levels) > 1000:
            self.levels.pop(next(iter(self.levels)))
        return allowed


def check_bearer(authorization: str, tokens: Mapping[str, str]) -> None:
    """Compare an Authorization field with the tokens, given by the variables that set them.

    Raises Forbidden where none is configured, Unauthorized for a missing or wrong one.
    """
    if not any(tokens.values()):
        raise SwitchedOff(f"This endpoint is switched off; set {' or '.join(tokens)} to use it.")
    if not has_bearer(authorization, *tokens.values()):
        raise Unauthorized("The Authorization header has no valid bearer token.")


async def check_rate(x: Exchange, bucket: TokenBucket, what: str) -> None:
    """Count one call of this client; raises TooManyRequests."""
    caller = f"{what}:{x.request.client}"
    allowed = bucket.take(caller, x.now)
    limiter = x.ports.rate_limit
    if allowed and limiter is not None:
        try:
            allowed = await x.ports.clock.within(limiter.allow(caller), 0.5)
        except Exception as error:  # a broken limiter must not switch purging off
            x.ports.log.log("warning", "rate limiter failed", detail=str(error)[:200], request_id=x.id)
    if not allowed:
        raise TooManyRequests(f"More than {bucket.per_minute} calls in a minute.", retry_after=5)


async def read_object(x: Exchange) -> dict[str, object]:
    """Return the request's JSON object.

    Raises BadRequest, or PayloadTooLarge above `MAX_BODY` bytes.
    """
    encoding = x.request.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise BadRequest(f"The body is encoded as {encoding[:60]!r}; send it as it is.", kind="encoded-body")
    body = x.request.body
    declared = x.request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BODY:
        raise PayloadTooLarge(f"The body is larger than {MAX_BODY} bytes.")
    data = await body.read() if body is not None else b""
    if len(data) > MAX_BODY:
        raise PayloadTooLarge(f"The body is larger than {MAX_BODY} bytes.")
    media_type = x.request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise BadRequest(f"The body is {media_type[:60]!r}; send application/json.")
    try:
        members = json.loads(data, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None
    if not isinstance(members, dict):
        raise BadRequest("The body is not a JSON object.")
    return members


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    twice = first_repeated(name for name, _ in pairs)
    if twice is not None:
        raise BadRequest(f"{twice[:64]!r} is given twice.", param=twice[:64], kind="duplicate-parameter")
    return dict(pairs)
