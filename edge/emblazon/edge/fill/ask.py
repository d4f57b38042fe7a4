"""Step 7, fill: ask the origin for one card and check that the answer is complete and right."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error

from ...contract import wire
from ...contract.schema import CONTENT_TYPES, CardFormat, Format, formats_of
from ...contract.wire import DEADLINE as DEADLINE_HEADER
from ...contract.wire import write_deadline
from ...dataclass import dataclass
from ..config import EdgeConfig
from ..exchange import Exchange
from ..http.structured_fields import InvalidField, parse_dictionary
from ..messages import Headers, Inspection, OriginResponse, get_header


class BadAnswer(Exception):
    """The origin answered, but not with the card; `reason` is a token for Cache-Status."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(f"{reason} (status {status})")
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class Nature:
    """What the origin says of a picture beside its life."""

    unchanging: bool = False  # no file from the network in it, nothing missing
    quick: bool = False  # a smaller encoding is on its way


def nature_of(headers: Headers) -> Nature:
    """Read X-Emblazon-Picture: `quick`, `remote`, `degraded`, or `final` for none of them."""
    field = get_header(headers, wire.PICTURE)
    if field is None:
        return Nature()
    words = {word.strip().lower() for word in field.split(",")}
    return Nature(unchanging=not words & {"remote", "degraded"}, quick="quick" in words)


def origin_headers(x: Exchange, config: EdgeConfig, *, key: str, deadline: float) -> Headers:
    """Return the header fields of every request to the origin: nothing of the client's own.

    `deadline`: the seconds that this edge waits for the answer.
    """
    headers = [
        ("Accept", "*/*"),
        (wire.REQUEST_ID, x.id),
        (wire.KEY, key),
        (DEADLINE_HEADER, write_deadline(deadline)),
    ]
    if config.origin_token:
        headers.append(("Authorization", f"Bearer {config.origin_token}"))
    return tuple(headers)


async def check_answer(answer: OriginResponse, wanted: CardFormat, max_bytes: int) -> Inspection:
    """Return the inspected body of a right answer.

    Raises BadAnswer: status, type, length, digest or magic bytes are not those of a complete `wanted` image.
    """
    if answer.status != 200:
        raise BadAnswer(f"origin-{answer.status}", answer.status)
    media_type = (get_header(answer.headers, "content-type") or "").partition(";")[0].strip().lower()
    kinds = [kind for kind in formats_of(wanted) if CONTENT_TYPES[kind] == media_type]
    if not kinds:
        raise BadAnswer("origin-wrong-type", 200)
    inspection = await answer.body.inspect()
    if not 0 < inspection.length <= max_bytes:
        raise BadAnswer("origin-wrong-length", 200)
    declared = get_header(answer.headers, "content-length")
    encoded = get_header(answer.headers, "content-encoding")  # then the length is of the encoded bytes
    if declared is not None and not encoded and declared.strip() != str(inspection.length):
        raise BadAnswer("origin-truncated", 200)
    digest = declared_digest(answer.headers)
    if digest is not None and digest != inspection.sha256:
        raise BadAnswer("origin-wrong-digest", 200)
    if sniff(inspection.head) not in kinds:
        raise BadAnswer("origin-wrong-bytes", 200)
    return inspection


def declared_digest(headers: Headers) -> bytes | None:
    """Return the SHA-256 of a Repr-Digest field (RFC 9530); b"" for one that cannot be read."""
    field = get_header(headers, "repr-digest")
    if field is None:
        return None
    try:
        value = parse_dictionary(field).get("sha-256")
        if value is None:
            return None
        return b64decode(str(value).strip(":"), validate=True)
    except (InvalidField, Base64Error, ValueError):
        return b""


def sniff(head: bytes) -> Format | None:
    """Return the image format that the first 32 bytes announce."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis", b"mif1"):
        return "avif"
    return None
