"""A finished card as the origin keeps it: bytes, digest, and what decides its life."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from emblazon.contract.schema import CONTENT_TYPES
from emblazon_origin.workers import frames
from emblazon_origin.workers.job import JobResult


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
