"""Adapters that count: one KV and one R2 for the world, a cache and an isolate for each data centre."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.schema import CONTENT_TYPES, CacheLife, Manifest, ParamSpec, TemplateSpec
from emblazon.contract.wire import SHARED_LIFE
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
    get_header,
)
from emblazon.edge.ports import Ports

T = TypeVar("T")

START = 1_800_000_000.0
LIFE = "max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
TOKEN = "purge-token-of-the-simulation"  # noqa: S105 - of no deployment
REGIONS = 6
IDLE = 600.0  # seconds without a request after which the platform lets an isolate go


@dataclass
class Clock:
    """The simulation's time; waiting takes none of it."""

    time: float = START

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        return None

    async def within(self, work: Awaitable[T], seconds: float) -> T:
        return await work


@dataclass
class Chance:
    """Never refreshes early; names are numbers."""

    count: int = 0

    def uniform(self) -> float:
        return 1.0

    def token(self) -> str:
        self.count += 1
        return f"{self.count:032x}"


@dataclass
class CountingKV:
    """KV with expiry; counts operations, and bytes times seconds."""

    clock: Clock
    counts: Counter[str]
    entries: dict[str, tuple[Body, str, float, int]] = field(default_factory=dict)

    async def get(self, key: str) -> KVEntry | None:
        self.counts[f"kv_reads {key.partition('/')[0]}"] += 1
        body, metadata, expires, _ = self.entries.get(key, (BytesBody(b""), "", 0.0, 0))
        return KVEntry(body, metadata) if expires > self.clock.time else None

    async def put(self, key: str, body: Body, *, metadata: str = "", ttl: int | None = None) -> None:
        self.counts[f"kv_writes {key.partition('/')[0]}"] += 1
        expires = float("inf") if ttl is None else self.clock.time + ttl
        self.entries[key] = (body, metadata, expires, body.length or 0)

    async def delete(self, key: str) -> None:
        self.counts[f"kv_deletes {key.partition('/')[0]}"] += 1
        self.entries.pop(key, None)

    async def list(self, prefix: str, *, limit: int = 1000) -> Sequence[KVKey]:
        self.counts[f"kv_lists {prefix.partition('/')[0]}"] += 1
        names = sorted(name for name in self.entries if name.startswith(prefix))
        return [KVKey(name, self.entries[name][1]) for name in names[:limit]]

    @property
    def bytes(self) -> int:
        """What is stored now."""
        return sum(size for _, _, expires, size in self.entries.values() if expires > self.clock.time)


@dataclass
class CountingBlob:
    """R2: counts operations."""

    counts: Counter[str]
    entries: dict[str, Body] = field(default_factory=dict)

    async def get(self, key: str) -> Body | None:
        self.counts["r2_reads"] += 1
        return self.entries.get(key)

    async def put(self, key: str, body: Body, *, content_type: str) -> None:
        self.counts["r2_writes"] += 1
        self.entries[key] = body

    async def delete(self, key: str) -> None:
        self.entries.pop(key, None)


@dataclass
class FreeCache:
    """A data centre's cache: costs nothing."""

    clock: Clock
    entries: dict[str, tuple[Headers, Body, float]] = field(default_factory=dict)

    async def match(self, url: str) -> CacheEntry | None:
        headers, body, expires = self.entries.get(url, ((), BytesBody(b""), 0.0))
        return CacheEntry(headers, body) if expires > self.clock.time else None

    async def put(self, url: str, headers: Headers, body: Body) -> None:
        max_age = int(dict(headers)["Cache-Control"].rpartition("max-age=")[2])
        self.entries[url] = (headers, body, self.clock.time + max_age)

    async def delete(self, url: str) -> bool:
        return self.entries.pop(url, None) is not None


@dataclass
class Drawing:
    """An origin that draws at once; every card of template `remote` shows a file from the network."""

    version: int = 1
    changes: int = 0  # how often the remote files have changed
    asked: int = 0  # for cards

    @property
    def manifest(self) -> Manifest:
        """What it publishes."""
        params = {"title": ParamSpec("title")}
        life = CacheLife(300, 86_400, 604_800)
        return Manifest(
            "sim",
            {
                name: TemplateSpec(name, f"{self.version:032x}", params, cache=life)
                for name in ("plain", "remote")
            },
        )

    async def fetch(
        self, target: str, headers: Headers, *, deadline: float, method: str = "GET"
    ) -> OriginResponse:
        asked = {name.lower(): value for name, value in headers}
        if target == "/manifest.json":
            return OriginResponse(200, (), BytesBody(manifest_to_json(self.manifest)))
        self.asked += 1
        remote = target.startswith("/render/remote")
        seed = f"{target} {self.version} {self.changes if remote else 0}".encode()
        data = b"\x89PNG\r\n\x1a\n" + hashlib.sha256(seed).digest()
        quick = "prefer" not in asked
        words = [word for word, holds in (("quick", quick), ("remote", remote)) if holds]
        etag = f'"{hashlib.sha256(data + bytes(quick)).hexdigest()[:32]}"'
        fields = {
            "content-type": CONTENT_TYPES["png"],
            "cdn-cache-control": LIFE.replace("max-age=300", "max-age=10") if quick else LIFE,
            "repr-digest": f"sha-256=:{b64encode(hashlib.sha256(data).digest()).decode()}:",
            "etag": etag,
            "x-emblazon-picture": ", ".join(words) or "final",
        }
        if not words:
            fields[SHARED_LIFE] = "public, max-age=2592000"
        status = 304 if asked.get("if-none-match") == etag else 200
        return OriginResponse(status, tuple(fields.items()), BytesBody(data))


@dataclass
class Region:
    """The cache that the data centres of one region share, in front of the origin."""

    clock: Clock
    origin: Drawing
    entries: dict[str, tuple[OriginResponse, float]] = field(default_factory=dict)

    async def fetch_shared(
        self, target: str, headers: Headers, *, deadline: float, key: str, tags: Sequence[str]
    ) -> OriginResponse:
        kept, at = self.entries.get(key, (None, 0.0))
        age = self.clock.time - at
        if kept is None or age >= _fresh(kept):
            plain = tuple(pair for pair in headers if pair[0].lower() != "if-none-match")
            kept = await self.origin.fetch(target, plain, deadline=deadline)
            self.entries[key], age = (kept, self.clock.time), 0.0
        known = get_header(headers, "if-none-match")
        status = 304 if known and known == get_header(kept.headers, "etag") else 200
        return OriginResponse(status, (*kept.headers, ("Age", str(int(age)))), kept.body)


def _fresh(answer: OriginResponse) -> float:
    lives = get_header(answer.headers, SHARED_LIFE) or get_header(answer.headers, "cdn-cache-control") or ""
    return float(lives.partition("max-age=")[2].partition(",")[0])


class Background:
    """Runs what comes after a response when the simulation says so."""

    def __init__(self) -> None:
        self.work: list[Awaitable[None]] = []

    def wait_until(self, work: Awaitable[None]) -> None:
        self.work.append(work)

    async def run(self) -> None:
        """Run it, and what it adds."""
        while self.work:
            await self.work.pop(0)


class Alone:
    """Single flight of a simulation in which requests come one after another."""

    async def do(self, key: str, lead: Callable[[], Awaitable[T]], *, wait: float) -> tuple[T, bool]:
        return await lead(), False


class World:
    """The deployment: KV and R2 for all, data centres as they are asked for."""

    def __init__(self, *, settings: dict[str, str], blobs: bool, sampled: float) -> None:
        self._idle = IDLE * sampled  # of so many requests the simulation makes one
        self.clock, self.chance, self.counts = Clock(), Chance(), Counter[str]()
        self.kv = CountingKV(self.clock, self.counts)
        self.blob = CountingBlob(self.counts) if blobs else None
        self.origin = Drawing()
        self.background = Background()
        self.config = EdgeConfig.from_env(
            {
                "EMBLAZON_ORIGIN_URL": "http://origin.test",
                "EMBLAZON_SIGNING": "off",
                "EMBLAZON_PURGE_TOKEN": TOKEN,
                "EMBLAZON_PURGES_PER_MINUTE": "100000",
                **settings,
            }
        )
        self._centres: dict[int, tuple[FreeCache, Edge, float]] = {}
        self._regions = [Region(self.clock, self.origin) for _ in range(REGIONS)]

    def _centre(self, number: int) -> tuple[Edge, Ports]:
        cache, edge, last = self._centres.get(number, (FreeCache(self.clock), Edge(self.config), 0.0))
        if self.clock.time - last > self._idle:
            edge = Edge(self.config)
        self._centres[number] = (cache, edge, self.clock.time)
        ports = Ports(
            clock=self.clock,
            random=self.chance,
            kv=self.kv,
            cache=cache,
            origin=self.origin,
            background=self.background,
            flight=Alone(),
            blob=self.blob,
            regional=self._regions[number % REGIONS] if self.config.regional_tier else None,
        )
        return edge, ports

    async def ask(self, centre: int, target: str) -> Response:
        """One request for a card, and what comes after its response."""
        edge, ports = self._centre(centre)
        response = await edge.handle(Request("GET", target, {}, "https://og.test"), ports)
        await self.background.run()
        return response

    async def purge(self, centre: int, order: bytes) -> None:
        """One purge."""
        edge, ports = self._centre(centre)
        headers = {"authorization": f"Bearer {TOKEN}"}
        response = await edge.handle(Request("POST", "/purge", headers, "", BytesBody(order)), ports)
        if response.status != 202:
            raise RuntimeError(f"purge answered {response.status}")
        await self.background.run()

    async def cron(self, centre: int) -> None:
        """One run of the cron trigger."""
        edge, ports = self._centre(centre)
        await edge.on_scheduled(ports)
        await self.background.run()
