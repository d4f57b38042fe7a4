"""The data centre's cache, in memory: least recently used goes first, bounded in bytes."""

from __future__ import annotations

from dataclasses import dataclass

from emblazon.edge.http.cache_control import parse_directives
from emblazon.edge.messages import Body, BytesBody, CacheEntry, Headers, get_header
from emblazon.edge.ports import Clock, PortError

from ..caching import ByteCache

ENTRY_OVERHEAD = 312  # bytes that Python's own objects take for an entry, roughly, beside ByteCache's


@dataclass(frozen=True, slots=True)
class _Kept:
    headers: Headers
    data: bytes
    expires: float

    @property
    def size(self) -> int:
        return len(self.data) + sum(len(name) + len(value) for name, value in self.headers) + ENTRY_OVERHEAD


class MemoryCache:
    """`ports.Cache` with the rules of the Cache API: `put` refuses `Vary: *` and obeys max-age alone."""

    def __init__(self, clock: Clock, *, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._clock = clock
        self._entries: ByteCache[_Kept] = ByteCache("edge", max_bytes, lambda kept: kept.size)

    @property
    def bytes(self) -> int:
        """Bytes held."""
        return self._entries.bytes

    async def match(self, url: str) -> CacheEntry | None:
        """See `ports.Cache`."""
        kept = self._entries.peek(url)
        if kept is None:
            return None
        if kept.expires <= self._clock.now():
            self._entries.drop(url)
            return None
        return CacheEntry(kept.headers, BytesBody(kept.data))

    async def put(self, url: str, headers: Headers, body: Body) -> None:
        """See `ports.Cache`. An entry larger than the whole cache is not kept."""
        if (get_header(headers, "vary") or "").strip() == "*":
            raise PortError("a response with Vary: * cannot be cached")
        directives = parse_directives(get_header(headers, "cache-control") or "")
        max_age = directives.seconds("s-maxage")
        max_age = directives.seconds("max-age") if max_age is None else max_age
        self._entries.drop(url)
        if not max_age or "no-store" in directives or "private" in directives:
            return
        self._entries.put(url, _Kept(headers, await body.read(), self._clock.now() + max_age))

    async def delete(self, url: str) -> bool:
        """See `ports.Cache`."""
        return self._entries.drop(url)

    def __len__(self) -> int:
        return len(self._entries)
