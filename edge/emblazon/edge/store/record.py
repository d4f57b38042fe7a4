"""What is kept beside a stored card: KV metadata (at most 1024 bytes of JSON), a header in the Cache API."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import lru_cache

from ...contract.schema import CONTENT_TYPES, FORMATS, Format
from ...dataclass import dataclass
from ...typed import cast
from .freshness import Stored

RECORD_VERSION = 1
MAX_RECORD_BYTES = 1024
RECORD_HEADER = "X-Emblazon-Record"


@dataclass(frozen=True, slots=True)
class Record:
    """The facts about one stored card. Times are seconds since the epoch."""

    times: Stored
    format: Format
    length: int  # bytes
    digest: str  # SHA-256 of the bytes, standard base64
    template: str
    version: str  # template version that drew it
    url_epoch: int = 0
    soft_epoch: int = 0
    modified: float = 0.0  # when these very bytes were first stored
    fallback: str = ""  # why this is a fallback card; "" for a real one
    in_blob: bool = False  # the bytes are in the blob store, KV holds this record alone
    unchanging: bool = False  # the picture is a function of its key: it is never refreshed
    quick: bool = False  # a smaller encoding is on its way; it is in no KV
    unadmitted: bool = False  # KV gets it when it is asked for again
    ahead: bool = False  # drawn before anybody asked
    origin_etag: str = ""  # the origin's own entity tag of the bytes, to refresh by

    @property
    def etag(self) -> str:
        """A strong entity tag of the bytes."""
        return f'"{self.digest.rstrip("=").translate(_URL_SAFE)[:32]}"'

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.format]

    def to_json(self) -> str:
        """Write the record; raises ValueError when it would not fit into KV's metadata."""
        times = self.times
        members: dict[str, object] = {
            "v": RECORD_VERSION,
            "t": round(times.at, 3),
            "f": round(times.fresh, 3),
            "w": times.stale_while_revalidate,
            "e": times.stale_if_error,
            "a": times.age,
            "d": round(times.fill_seconds, 3),
            "y": self.format,
            "n": self.length,
            "h": self.digest,
            "p": self.template,
            "r": self.version,
            "x": self.url_epoch,
            "s": self.soft_epoch,
            "m": round(self.modified, 3),
        }
        if self.fallback:
            members["b"] = self.fallback
        if self.origin_etag:
            members["g"] = self.origin_etag
        members |= {name: 1 for name, is_so in self._flags() if is_so}
        text = json.dumps(members, separators=(",", ":"))
        if len(text) > MAX_RECORD_BYTES:
            raise ValueError(f"record of {len(text)} bytes does not fit into {MAX_RECORD_BYTES}")
        return text

    def _flags(self) -> tuple[tuple[str, bool], ...]:
        return (
            ("o", self.in_blob),
            ("u", self.unchanging),
            ("q", self.quick),
            ("k", self.unadmitted),
            ("j", self.ahead),
        )


_URL_SAFE = str.maketrans("+/", "-_")


def encode_digest(sha256: bytes) -> str:
    """Return a digest as records and Repr-Digest fields write it."""
    return b64encode(sha256).decode()


@lru_cache(maxsize=512)  # hot cards come with the same record again and again
def parse_record(text: str) -> Record | None:
    """Read a record; None where it is not one of this version, which makes the entry a miss."""
    try:
        members = json.loads(text)
        if members["v"] != RECORD_VERSION or members["y"] not in FORMATS:
            return None
        return Record(
            times=Stored(
                at=float(members["t"]),
                fresh=float(members["f"]),
                stale_while_revalidate=float(members["w"]),
                stale_if_error=float(members["e"]),
                age=float(members["a"]),
                fill_seconds=float(members["d"]),
            ),
            format=cast(Format, members["y"]),
            length=int(members["n"]),
            digest=str(members["h"]),
            template=str(members["p"]),
            version=str(members["r"]),
            url_epoch=int(members["x"]),
            soft_epoch=int(members["s"]),
            modified=float(members["m"]),
            fallback=str(members.get("b", "")),
            in_blob=bool(members.get("o")),
            unchanging=bool(members.get("u")),
            quick=bool(members.get("q")),
            unadmitted=bool(members.get("k")),
            ahead=bool(members.get("j")),
            origin_etag=str(members.get("g", "")),
        )
    except (ValueError, KeyError, TypeError):
        return None
