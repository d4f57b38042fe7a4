"""What the origins of a fleet share through Redis or Valkey: rendered cards and who renders what.

Redis is an optimisation: every call returns within `timeout`, and the first one that fails opens a
circuit, so that the loss of Redis costs one timeout and then nothing. Protocol per card:

    GET  card:{key}                         → hit
    SET  lock:{key} token NX PX …           → we render; else somebody does: poll card:{key}
    script: if lock:{key} is still ours then SET card:{key} …, DEL lock:{key}

The last step is the fence: a holder whose lock has expired cannot overwrite what a later one stored.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal, TypeVar, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError, ResponseError

from emblazon_origin.server.headers import FinishedCard

log = logging.getLogger(__name__)
T = TypeVar("T")

_STORE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[1])
return 1
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
_POLL_FIRST, _POLL_LAST = 0.02, 0.2

Lock = str  # the fencing token; "" when there is no fleet to lock against


class CircuitBreaker:
    """Closed, or open for a while that doubles with every failure up to `longest`."""

    def __init__(self, shortest: float = 1.0, longest: float = 30.0) -> None:
        self._shortest, self._longest = shortest, longest
        self._pause = shortest
        self._open_until = 0.0

    def is_open(self, now: float) -> bool:
        """Return whether calls are to be skipped now."""
        return now < self._open_until

    def failed(self, now: float) -> None:
        """Open, once for all calls that fail together."""
        if not self.is_open(now):
            self._open_until = now + self._pause
            self._pause = min(self._pause * 2, self._longest)

    def succeeded(self) -> None:
        """Close."""
        self._pause = self._shortest
        self._open_until = 0.0


class Fleet:
    """The shared tier. None of its methods raises because of Redis."""

    def __init__(
        self,
        client: Redis,
        *,
        timeout: float,
        life: int,
        lock_life: float,
        failed: Callable[[str], None] = lambda _operation: None,
        prefix: str = "emblazon:1:",
    ) -> None:
        self._client = client
        self._timeout = timeout
        self._life = life
        self._lock_life = lock_life
        self._failed = failed
        self._prefix = prefix
        self.circuit = CircuitBreaker()

    @classmethod
    def connect(cls, url: str, **options: object) -> Fleet:
        """Make a fleet on a URL; connects on first use."""
        pool = BlockingConnectionPool.from_url(
            url, max_connections=64, socket_timeout=5, socket_connect_timeout=5
        )
        return cls(Redis.from_pool(pool), **options)  # type: ignore[arg-type]

    @property
    def up(self) -> bool:
        """Whether Redis answered when it was last asked."""
        return not self.circuit.is_open(self._now())

    async def get(self, key: str) -> FinishedCard | None:
        """Return a card that any origin of the fleet rendered."""
        frame = await self._call("get", lambda: self._client.get(self._prefix + "card:" + key))
        return FinishedCard.from_bytes(cast(bytes, frame)) if frame else None

    async def lock(self, key: str) -> Lock | Literal["taken"]:
        """Claim a render: our token, "taken" while another origin has it, or "" without Redis."""
        token = secrets.token_hex(8)
        name = self._prefix + "lock:" + key
        missing = object()
        answer = await self._call(
            "lock",
            lambda: self._client.set(name, token, nx=True, px=round(self._lock_life * 1000)),
            default=missing,
        )
        if answer is missing:
            return ""
        return token if answer else "taken"

    async def wait_for(self, key: str, seconds: float) -> FinishedCard | None:
        """Wait for the card that another origin renders.

        Returns None when the time is up, the other's lock is gone without a card, or Redis is.
        """
        deadline = self._now() + seconds
        pause = _POLL_FIRST
        while self.up and self._now() < deadline:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _POLL_LAST)
            name = self._prefix + "lock:" + key
            if not await self._call("poll", partial(self._client.exists, name)):
                return await self.get(key)
        return None

    async def store(self, key: str, card: FinishedCard, lock: Lock, life: int | None = None) -> None:
        """Publish a card that we hold the lock for, and release it."""
        names = (self._prefix + "lock:" + key, self._prefix + "card:" + key)
        frame, life_ms = card.to_bytes(), (life or self._life) * 1000
        await self._call(
            "store",
            lambda: cast(Awaitable[object], self._client.eval(_STORE, 2, *names, lock, frame, life_ms)),
        )

    async def replace(self, key: str, card: FinishedCard) -> None:
        """Put a smaller encoding in place of a card that is there."""
        name = self._prefix + "card:" + key
        await self._call("replace", lambda: self._client.set(name, card.to_bytes(), xx=True, ex=self._life))

    async def release(self, key: str, lock: Lock) -> None:
        """Give a lock back without a card."""
        name = self._prefix + "lock:" + key
        await self._call(
            "release", lambda: cast(Awaitable[object], self._client.eval(_RELEASE, 1, name, lock))
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _call(self, operation: str, call: Callable[[], Awaitable[T]], default: object = None) -> object:
        answer: object
        if self.circuit.is_open(self._now()):
            return default
        try:
            async with asyncio.timeout(self._timeout):
                answer = await call()
        except ResponseError as error:  # it answers, only not this: full, another type, read-only
            self._failed(operation)
            log.warning("redis refused", extra={"operation": operation, "error": str(error)})
            answer = default
        except (RedisError, OSError, TimeoutError) as error:
            self.circuit.failed(self._now())
            self._failed(operation)
            reason = f"{type(error).__name__}: {error}"
            log.warning("redis failed", extra={"operation": operation, "error": reason})
            return default
        self.circuit.succeeded()
        return answer

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
