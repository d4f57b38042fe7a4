"""A finished card as the origin keeps it: bytes, digest, and what decides its life.

Its header fields (docs/caching.md, "Headers") have one source for how long anybody may keep it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import orjson

from emblazon.contract import wire
from emblazon.contract.schema import CONTENT_TYPES, CacheLife, TemplateSpec
from emblazon_origin.workers import frames
from emblazon_origin.workers.job import JobResult

SHARED_LIFE_SECONDS = 2_592_000
MOST_PATIENCE = 25.0  # seconds
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*([0-9]{1,4})\s*(?:$|[,;])", re.IGNORECASE)
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FinishedCard:
    """One encoded card. `rendered_at` is in seconds since 1970."""

    data: bytes
    content_type: str
    width: int
    height: int
    sha256: str  # hex, of `data`
    rendered_at: float
    template_version: str
    degraded: bool = False  # an image or font is missing
    remote: bool = False  # it shows files from the network, which may change
    quick: bool = False  # a smaller encoding is on its way
    timings: dict[str, float] = field(default_factory=dict)  # stage → milliseconds

    @classmethod
    def from_result(cls, result: JobResult, version: str, now: float, *, quick: bool) -> FinishedCard:
        """Make a card of what a render process answered."""
        return cls(
            data=result.data,
            content_type=result.content_type,
            width=result.width,
            height=result.height,
            sha256=hashlib.sha256(result.data).hexdigest(),
            rendered_at=now,
            template_version=version,
            degraded=result.degraded,
            remote=bool(result.fetches),
            quick=quick,
            timings=result.timings,
        )

    @property
    def etag(self) -> str:
        """Strong entity tag, of the bytes."""
        return f'"{self.sha256[:32]}"'

    @property
    def repr_digest(self) -> str:
        """RFC 9530 Repr-Digest field value."""
        return f"sha-256=:{base64.b64encode(bytes.fromhex(self.sha256)).decode()}:"

    @property
    def size(self) -> int:
        """Bytes held in memory, near enough."""
        return len(self.data) + 1024

    def to_bytes(self) -> bytes:
        """Return one frame: JSON header and image."""
        header: dict[str, Any] = {k: v for k, v in asdict(self).items() if k not in ("data", "timings")}
        return frames.pack(header, self.data)

    @classmethod
    def from_bytes(cls, frame: bytes) -> FinishedCard | None:
        """Read a frame back; None when it is damaged or of another version of the program."""
        size = frames.PREFIX.size
        if len(frame) < size:
            return None
        head, body = frames.PREFIX.unpack_from(frame)
        if len(frame) != size + head + body:
            return None
        data = frame[size + head :]
        try:
            card = cls(**orjson.loads(frame[size : size + head]), data=data)
        except (orjson.JSONDecodeError, TypeError):
            return None
        return card if card._is_sound() else None

    def _is_sound(self) -> bool:
        """Return whether the fields have their types, and the digest is that of the bytes."""
        typed = (
            all(type(value) is str for value in (self.content_type, self.sha256, self.template_version))
            and all(type(value) is int for value in (self.width, self.height))
            and all(type(value) is bool for value in (self.degraded, self.remote, self.quick))
            and type(self.rendered_at) in (int, float)
        )
        known = typed and self.content_type in CONTENT_TYPES.values()
        return known and hashlib.sha256(self.data).hexdigest() == self.sha256


def directives(life: CacheLife) -> str:
    """Write a life as cache directives (RFC 9111, RFC 5861)."""
    return (
        f"max-age={life.max_age}, stale-while-revalidate={life.stale_while_revalidate}, "
        f"stale-if-error={life.stale_if_error}"
    )


def lives(
    card: FinishedCard, life: CacheLife, *, quick_max_age: int, degraded_max_age: int
) -> tuple[CacheLife, CacheLife]:
    """Return how long clients and how long CDNs may keep a card.

    A degraded card is short-lived everywhere, stale serving included: the missing image may be back
    soon. A quick encoding is short-lived for CDNs alone, so that their next revalidation brings the
    smaller one.
    """
    if card.degraded:
        short = min(life.max_age, degraded_max_age)
        reduced = CacheLife(short, min(life.stale_while_revalidate, degraded_max_age), life.stale_if_error)
        return reduced, reduced
    if card.quick:
        return life, replace(life, max_age=min(life.max_age, quick_max_age))
    return life, life


def card_headers(
    card: FinishedCard, spec: TemplateSpec, client: CacheLife, cdn: CacheLife, *, immutable: bool
) -> Headers:
    """Return the fields of a 200 or 304, without Content-Length."""
    pinned = "public, max-age=31536000, immutable"
    keep_for_ever = immutable and not card.degraded
    tags = ",".join((f"template:{spec.name}", *(f"tag:{tag}" for tag in spec.tags)))
    return [
        ("Content-Type", card.content_type),
        ("ETag", card.etag),
        ("Cache-Control", pinned if keep_for_ever else f"public, {directives(client)}"),
        ("CDN-Cache-Control", directives(cdn)),
        ("Repr-Digest", card.repr_digest),
        ("Cache-Tag", tags),
        (wire.TEMPLATE_VERSION, card.template_version),
        (wire.SIZE, f"{card.width}x{card.height}"),
        (wire.PICTURE, nature(card)),
    ]


def nature(card: FinishedCard) -> str:
    """Say what may become of a picture: `quick` (a smaller encoding is on its way), `remote`, `degraded`.

    `final` stands for none of them: it will be these very bytes for as long as its key is the same.
    """
    words = [word for word in ("quick", "remote", "degraded") if getattr(card, word)]
    return ", ".join(words) or "final"


def shared_life(card: FinishedCard, query: str) -> Headers:
    """Let the cache between edge and origin, where there is one, keep what cannot change.

    The edge asks for a version there. One that this origin does not have yet has the life of all others, so
    that a deployment that is under way leaves nothing of the old behind.
    """
    version = card.template_version[: wire.VERSION_DIGITS]
    if nature(card) == "final" and f"{wire.SHARED}={version}." in query:
        return [(wire.SHARED_LIFE, f"public, max-age={SHARED_LIFE_SECONDS}")]
    return []


def patience(prefer: str) -> float:
    """Seconds that the client will wait for a better answer: `Prefer: wait=…` (RFC 7240 §4.3)."""
    match = _WAIT.search(prefer)
    return min(float(match[1]), MOST_PATIENCE) if match else 0.0


def server_timing(tier: str, timings: dict[str, float], total: float) -> str:
    """Write stages in milliseconds as Server-Timing; `tier` says where the card came from."""
    stages = [f"{name};dur={milliseconds:.1f}" for name, milliseconds in timings.items()]
    return ", ".join([f'origin;desc="{tier}";dur={total * 1000:.1f}', *stages])


def matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison of If-None-Match against one entity tag (RFC 9110 §13.1.2)."""
    if if_none_match.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == etag for part in if_none_match.split(","))
