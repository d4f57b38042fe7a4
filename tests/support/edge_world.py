"""A small world around the edge core: virtual time, counting in-memory tiers, a scripted origin."""

from __future__ import annotations

import asyncio
import builtins
import hashlib
import io
import itertools
import selectors
from base64 import b64encode
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from PIL import Image

from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.schema import CONTENT_TYPES, CacheLife, Format, Manifest, ParamSpec, TemplateSpec
from emblazon.contract.signing import Keyring
from emblazon.edge.config import EdgeConfig
from emblazon.edge.handler import Edge
from emblazon.edge.messages import (
    Body,
    BytesBody,
    CacheEntry,
    Headers,
    KVEntry,
    KVKey,
    OriginResponse,
    Request,
    Response,
)
from emblazon.edge.ports import LogLevel, OriginError, OriginFailure, Ports, SingleFlight
from emblazon.edge.store.flight import Flights, PollingFlight
from emblazon_origin.host.asyncio_ports import AsyncioBackground, AsyncioFlight

T = TypeVar("T")

_isolates = itertools.count(1)
START = 1_800_000_000.0  # seconds since the epoch when every world begins
FOREVER = 1e9
KEYS = "k1:0123456789abcdef0123456789abcdef"
TOKEN = "purge-token-of-the-tests"


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time: when nothing is ready, the clock jumps."""

    def __init__(self) -> None:
        self._virtual = 0.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self._virtual

    def jump(self, seconds: float) -> None:
        self._virtual += seconds


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0 if timeout is not None else 0.01)
        if not ready and timeout is not None and timeout > 0:
            self._loop.jump(timeout)
        return ready


class VirtualClock:
    """The loop's time as wall-clock time; `skew` sets the clock wrong."""

    def __init__(self) -> None:
        self.skew = 0.0

    def now(self) -> float:
        return START + asyncio.get_running_loop().time() + self.skew

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def within(self, work: Awaitable[T], seconds: float) -> T:
        return await asyncio.wait_for(work, seconds)


@dataclass
class FixedRandom:
    """`value` decides; 1.0 never refreshes early."""

    value: float = 1.0
    tokens: int = 0

    def uniform(self) -> float:
        return self.value

    def token(self) -> str:
        self.tokens += 1
        return f"{self.tokens:032x}"


@dataclass
class Fault:
    """What a tier does wrong: raises, or hangs."""

    error: Exception | None = None
    hangs: bool = False

    async def strike(self) -> None:
        if self.hangs:
            await asyncio.sleep(FOREVER)
        if self.error is not None:
            raise self.error


@dataclass
class MemoryKV:
    """KV that counts operations by kind and key prefix."""

    clock: VirtualClock
    entries: dict[str, tuple[bytes, str, float]] = field(default_factory=dict)
    operations: Counter[str] = field(default_factory=Counter)
    get_fault: Fault = field(default_factory=Fault)
    put_fault: Fault = field(default_factory=Fault)

    async def get(self, key: str) -> KVEntry | None:
        self.operations[f"get {key.partition('/')[0]}"] += 1
        await self.get_fault.strike()
        await asyncio.sleep(0)
        data, metadata, expires = self.entries.get(key, (b"", "", -1.0))
        return KVEntry(BytesBody(data), metadata) if expires > self.clock.now() else None

    async def put(self, key: str, body: Body, *, metadata: str = "", ttl: int | None = None) -> None:
        self.operations[f"put {key.partition('/')[0]}"] += 1
        await self.put_fault.strike()
        assert ttl is None or ttl >= 60
        assert len(metadata.encode()) <= 1024
        expires = FOREVER * 10 if ttl is None else self.clock.now() + ttl
        self.entries[key] = (await body.read(), metadata, expires)

    async def delete(self, key: str) -> None:
        self.operations[f"delete {key.partition('/')[0]}"] += 1
        self.entries.pop(key, None)

    def keys(self, prefix: str) -> builtins.list[str]:
        return sorted(name for name in self.entries if name.startswith(prefix))

    async def list(self, prefix: str, *, limit: int = 1000) -> Sequence[KVKey]:
        self.operations[f"list {prefix.partition('/')[0]}"] += 1
        now = self.clock.now()
        names = [name for name in self.keys(prefix) if self.entries[name][2] > now]
        return [KVKey(name, self.entries[name][1]) for name in names[:limit]]


@dataclass
class MemoryCache:
    """A data centre's cache that drops what its own Cache-Control says is expired."""

    clock: VirtualClock
    entries: dict[str, tuple[Headers, bytes, float]] = field(default_factory=dict)
    operations: Counter[str] = field(default_factory=Counter)
    match_fault: Fault = field(default_factory=Fault)
    put_fault: Fault = field(default_factory=Fault)

    async def match(self, url: str) -> CacheEntry | None:
        self.operations["match"] += 1
        await self.match_fault.strike()
        headers, data, expires = self.entries.get(url, ((), b"", -1.0))
        return CacheEntry(headers, BytesBody(data)) if expires > self.clock.now() else None

    async def put(self, url: str, headers: Headers, body: Body) -> None:
        self.operations["put"] += 1
        await self.put_fault.strike()
        control = dict(headers)["Cache-Control"]
        max_age = int(control.rpartition("max-age=")[2])
        self.entries[url] = (headers, await body.read(), self.clock.now() + max_age)

    async def delete(self, url: str) -> bool:
        self.operations["delete"] += 1
        return self.entries.pop(url, None) is not None


@dataclass(frozen=True)
class Asked:
    """One request as it reached the origin."""

    target: str
    headers: dict[str, str]
    method: str = "GET"


Behaviour = Callable[[str], Awaitable[OriginResponse]]


@dataclass
class ScriptedOrigin:
    """Draws cards of which every byte is right, until `behaviour` says otherwise."""

    manifest: Manifest
    asked: list[Asked] = field(default_factory=list)
    behaviour: Behaviour | None = None  # for /render; None draws
    alive: bool = True
    seconds: float = 0.0  # that a render takes
    ignores_deadlines: bool = False  # as an adapter whose runtime stopped it
    life: str = "max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
    extra: dict[str, str] = field(default_factory=dict)
    renders: int = 0
    storage: OriginResponse | None = None  # the answer to /store; None: there is no storage
    nature: str = (
        ""  # X-Emblazon-Picture of what it draws; with "quick" until it is given time (Prefer: wait)
    )
    constant: bool = False  # equal targets give equal bytes
    changes: int = 0  # how often those bytes have changed

    async def fetch(
        self, target: str, headers: Headers, *, deadline: float, method: str = "GET"
    ) -> OriginResponse:
        self.asked.append(Asked(target, {name.lower(): value for name, value in headers}, method))
        if not self.alive:
            raise OriginError("refused")
        try:
            return await asyncio.wait_for(
                self._answer(target), FOREVER if self.ignores_deadlines else deadline
            )
        except TimeoutError:
            raise OriginError("timeout") from None

    async def _answer(self, target: str) -> OriginResponse:
        asked = self.asked[-1].headers
        if target == "/manifest.json":
            return OriginResponse(200, (), BytesBody(manifest_to_json(self.manifest)))
        if target.startswith("/store/"):
            return self.storage or OriginResponse(404, (), BytesBody(b"{}"))
        if target.startswith("/render/"):
            self.renders += 1
            if self.behaviour is not None:
                return await self.behaviour(target)
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return self._drawn(target, asked)

    def _drawn(self, target: str, asked: dict[str, str]) -> OriginResponse:
        """A right answer, or 304 where it is the one that the edge has."""
        if not self.nature:
            return self.card(target)
        quick = "quick" in self.nature and "prefer" not in asked
        words = [word for word in self.nature.split(", ") if word != "quick" or quick]
        extra = {"x_emblazon_picture": ", ".join(words) or "final"}
        if quick:
            extra["cdn_cache_control"] = "max-age=10, stale-while-revalidate=86400, stale-if-error=604800"
        answer = self.card(target, quick=quick, **extra)
        if asked.get("if-none-match") == dict(answer.headers)["etag"]:
            return OriginResponse(304, answer.headers, BytesBody(b""))
        return answer

    def card(self, target: str, **changes: Any) -> OriginResponse:
        """A right answer; `changes` spoil it: status, body, or header fields by name with underscores."""
        extension = target.partition("?")[0].rpartition(".")[2]
        photo = extension == "auto-safe"
        image_format: Format = next(name for name in CONTENT_TYPES if name == ("jpg" if photo else extension))
        number = self.changes if self.constant else self.renders
        data = plain_picture(image_format) + f"#{number}".encode() + b"large" * changes.pop("quick", False)
        data = changes.pop("body", data)
        status = changes.pop("status", 200)
        digest = b64encode(hashlib.sha256(data).digest()).decode()
        headers = {
            "content-type": CONTENT_TYPES[image_format],
            "content-length": str(len(data)),
            "cdn-cache-control": self.life,
            "repr-digest": f"sha-256=:{digest}:",
            "server-timing": "paint;dur=3.2",
            "etag": f'"{hashlib.sha256(data).hexdigest()[:32]}"',
        }
        headers |= self.extra | {name.replace("_", "-"): value for name, value in changes.items()}
        return OriginResponse(status, tuple(headers.items()), BytesBody(data))

    @property
    def card_requests(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.target.startswith("/render/")]


@dataclass
class ListLog:
    lines: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def log(self, level: LogLevel, event: str, **fields: object) -> None:
        self.lines.append((event, fields))


@dataclass
class CountingMetrics:
    counts: Counter[str] = field(default_factory=Counter)

    def count(self, name: str, value: int = 1, **labels: str) -> None:
        self.counts[name] += value

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        self.counts[name] += 1


@lru_cache
def plain_picture(image_format: Format) -> bytes:
    """A small picture in any format."""
    out = io.BytesIO()
    name = {"jpg": "jpeg"}.get(image_format, image_format)
    Image.new("RGB", (64, 64), (23, 24, 42)).save(out, name)
    return out.getvalue()


def example_manifest(version: str = "a1" * 16, **changes: Any) -> Manifest:
    """Two templates: `article` (title required, tagged news) and `plain`."""
    params = {
        "title": ParamSpec("title", required=True),
        "theme": ParamSpec("theme", type="choice", choices=("light", "dark"), default="light"),
    }
    article = TemplateSpec(
        "article", version, params, tags=("news",), alt="Card: {title}", cache=CacheLife(300, 86_400, 604_800)
    )
    plain = TemplateSpec("plain", "b2" * 16, {"title": ParamSpec("title")})
    return Manifest("test-1", {"article": article, "plain": plain} | changes)


class World:
    """One isolate with its tiers; `isolate()` gives a second one on the same KV and origin."""

    def __init__(self, *, env: Mapping[str, str] | None = None, signing: bool = False) -> None:
        self.clock = VirtualClock()
        self.random = FixedRandom()
        self.kv = MemoryKV(self.clock)
        self.cache = MemoryCache(self.clock)
        self.origin = ScriptedOrigin(example_manifest())
        self.background = AsyncioBackground()
        self.flight: SingleFlight = AsyncioFlight()
        self.log = ListLog()
        self.metrics = CountingMetrics()
        self.optional: dict[str, Any] = {}
        self.env = {
            "EMBLAZON_ORIGIN_URL": "http://origin.test",
            "EMBLAZON_PURGE_TOKEN": TOKEN,
            "EMBLAZON_ORIGIN_TOKEN": "origin-token-of-the-tests",
            "EMBLAZON_SIGNING": "on" if signing else "off",
            "EMBLAZON_SIGNING_KEYS": KEYS,
            **(env or {}),
        }
        self.edge = Edge(EdgeConfig.from_env(self.env))

    def use_polling_flight(self) -> None:
        """Wait for each other's fills as requests on workerd do."""
        self.flight = PollingFlight(Flights(), self.clock)

    def isolate(self, *, same_cache: bool = False) -> World:
        """A second isolate: its own memory, and another data centre unless `same_cache`."""
        other = World(env=self.env)
        other.clock, other.kv, other.origin = self.clock, self.kv, self.origin
        other.random.tokens = next(_isolates) * 1_000_000
        other.cache = self.cache if same_cache else MemoryCache(self.clock)
        return other

    @property
    def ports(self) -> Ports:
        return Ports(
            clock=self.clock,
            random=self.random,
            kv=self.kv,
            cache=self.cache,
            origin=self.origin,
            background=self.background,
            flight=self.flight,
            log=self.log,
            metrics=self.metrics,
            **self.optional,
        )

    async def send(self, method: str, target: str, *, body: bytes = b"", **headers: str) -> Response:
        """One request; header names are written with underscores."""
        fields = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        request = Request(
            method, target, fields, "https://og.test", BytesBody(body) if body else None, "192.0.2.1"
        )
        return await self.edge.handle(request, self.ports)

    async def get(self, target: str, **headers: str) -> Response:
        return await self.send("GET", target, body=b"", **headers)

    async def post(self, target: str, body: bytes, *, token: str = TOKEN) -> Response:
        return await self.send("POST", target, body=body, authorization=f"Bearer {token}")

    async def settle(self) -> None:
        """Let all background work finish."""
        await self.background.drain(FOREVER)

    async def warm_up(self, target: str = "/og/article.png?title=warm-up") -> None:
        """Learn the manifest and forget what it cost."""
        await self.get(target)
        await self.settle()
        self.reset_counts()

    def reset_counts(self) -> None:
        self.kv.operations.clear()
        self.cache.operations.clear()
        self.origin.asked.clear()

    async def advance(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def signed(self, path: str, query: str = "", *, expires_at: int | None = None) -> str:
        return f"{path}?{Keyring.parse(KEYS).sign(path, query, expires_at=expires_at)}"


async def bytes_of(response: Response) -> bytes:
    """The body of a response."""
    return b"" if response.body is None else await response.body.read()


def failing(reason: OriginFailure) -> Behaviour:
    """An origin that cannot be reached."""

    async def behave(target: str) -> OriginResponse:
        raise OriginError(reason)

    return behave


async def hanging(target: str) -> OriginResponse:
    """An origin that never answers."""
    await asyncio.sleep(FOREVER)
    raise AssertionError("nobody waits that long")
