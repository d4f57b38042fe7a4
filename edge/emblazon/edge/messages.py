"""The messages of the edge: requests, responses and their bodies, and what the stores return.

- Bodies are opaque. On a hit the core passes a body from `Cache` or `KV` to the `Response` without a look at
  its bytes; on workerd that is a JS ReadableStream which streams through untouched. Every adapter must accept
  `BytesBody` (bytes made by Python: JSON, built-in cards) wherever it accepts a `Body`, beside its own kind.
- Whole bodies may be used any number of times, also by other requests of the isolate.
- A stream is used once: `tee()` it first where it has two readers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ..dataclass import dataclass
from ..typed import Protocol

Headers = tuple[tuple[str, str], ...]  # in order; names as they go on the wire, any case


# Bodies


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the store check needs to know of a whole body."""

    length: int  # bytes
    sha256: bytes  # 32 bytes
    head: bytes  # the first 32 bytes: magic numbers live there


class Body(Protocol):
    """Bytes that the runtime holds for us."""

    @property
    def length(self) -> int | None:
        """Bytes, where known without reading."""

    def tee(self) -> tuple[Body, Body]:
        """Return two bodies with the same bytes; whole bodies return themselves twice."""

    async def inspect(self) -> Inspection:
        """Return length, digest and first bytes of a whole body (crypto.subtle on workerd)."""

    async def slice(self, start: int, stop: int) -> Body:
        """Return bytes `start:stop` as a whole body; uses a stream up."""

    async def read(self) -> bytes:
        """Return the bytes to Python: for small JSON only, never for images on workerd. Uses a stream up."""


@dataclass(frozen=True, slots=True)
class BytesBody:
    """A whole body made of Python bytes."""

    data: bytes

    @property
    def length(self) -> int:
        return len(self.data)

    def tee(self) -> tuple[BytesBody, BytesBody]:
        return self, self

    async def inspect(self) -> Inspection:
        return Inspection(len(self.data), hashlib.sha256(self.data).digest(), self.data[:32])

    async def slice(self, start: int, stop: int) -> BytesBody:
        return BytesBody(self.data[start:stop])

    async def read(self) -> bytes:
        return self.data


# Requests and responses


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in."""

    method: str  # as sent
    target: str  # path and query, raw, percent-encoding untouched, without a fragment
    headers: Mapping[str, str]  # lower-case names; repeated fields joined with ", "
    base_url: str = "https://localhost"  # scheme and authority of the request, for absolute URLs in answers
    body: Body | None = None
    client: str = ""  # client address, for rate limits and audit lines
    verified_bot: bool | None = None  # whether the host vouches for the crawler; None: it does not say


@dataclass(frozen=True, slots=True)
class Response:
    """One response. `body` is None for HEAD, 204 and 304, while Content-Length stays in the headers."""

    status: int
    headers: Headers = ()
    body: Body | None = None

    def header(self, name: str) -> str | None:
        """Return the first value of a field, or None."""
        return get_header(self.headers, name)


@dataclass(frozen=True, slots=True)
class OriginResponse:
    """A complete answer of the origin."""

    status: int
    headers: Headers
    body: Body  # whole


def get_header(headers: Headers, name: str) -> str | None:
    """Return a field's value, repeated lines joined as RFC 9110 §5.3 says, or None."""
    wanted = name.lower()
    values = [value for key, value in headers if key.lower() == wanted]
    return ", ".join(values) if values else None


# What the stores return


@dataclass(frozen=True, slots=True)
class KVEntry:
    """A value and the metadata that was stored with it."""

    body: Body
    metadata: str  # JSON text, at most 1024 bytes; "" when none was stored


@dataclass(frozen=True, slots=True)
class KVKey:
    """One line of a listing."""

    name: str
    metadata: str  # JSON text; "" when none


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A response found in the data centre's cache."""

    headers: Headers
    body: Body
