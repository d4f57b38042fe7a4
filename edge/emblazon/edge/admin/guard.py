"""Who may call the endpoints that change something, and how often."""

from __future__ import annotations

from collections.abc import Mapping

from ...contract.problem import SwitchedOff, TooManyRequests, Unauthorized
from ...contract.signing import has_bearer
from ...dataclass import dataclass, field
from ..exchange import Exchange


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
