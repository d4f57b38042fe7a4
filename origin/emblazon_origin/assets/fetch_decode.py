"""Content decoding that stops at a limit: a bomb never unfolds (docs/caching.md row 19).

httpx would decode whole chunks without a bound, 64 KB on the wire to hundreds of megabytes, so that
bodies are read raw and decoded here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import brotli

from emblazon_origin.errors import AssetError

ACCEPT_ENCODING = "gzip, br"
_STEP = 64 * 1024


class TooLarge(AssetError):
    """The body is larger than allowed, on the wire or decoded."""


def decode(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Join and decode the chunks of a body of at most `limit` bytes, encoded and decoded.

    Raises TooLarge, and AssetError for encodings that were not asked for or broken bodies.
    """
    names = [
        name.strip().lower() for name in encoding.split(",") if name.strip().lower() not in ("", "identity")
    ]
    if len(names) > 1:
        raise AssetError(f"the content is encoded {len(names)} times")
    bounded = _bounded(chunks, limit)
    match names[0] if names else "":
        case "":
            parts: Iterator[bytes] = iter(bounded)
        case "gzip" | "x-gzip":
            parts = _inflate(bounded, 16 + zlib.MAX_WBITS)
        case "deflate":
            parts = _inflate(bounded, zlib.MAX_WBITS)
        case "br":
            parts = _unbrotli(bounded)
        case other:
            raise AssetError(f"the content encoding {other[:20]} was not asked for")
    try:
        return b"".join(_bounded(parts, limit))
    except (zlib.error, brotli.error) as error:
        raise AssetError(f"the body cannot be decoded: {error}") from error


def _bounded(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"larger than {limit:,} bytes")
        yield chunk


def _inflate(chunks: Iterable[bytes], window: int) -> Iterator[bytes]:
    decompressor = zlib.decompressobj(window)
    for chunk in chunks:
        data = chunk
        while data and not decompressor.eof:
            yield decompressor.decompress(data, _STEP)
            data = decompressor.unconsumed_tail
    while not decompressor.eof:
        rest = decompressor.decompress(decompressor.unconsumed_tail, _STEP)
        if not rest:
            raise AssetError("the body ends too early")
        yield rest


def _unbrotli(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decompressor = brotli.Decompressor()
    for chunk in chunks:
        yield decompressor.process(chunk, output_buffer_limit=_STEP)
        while not decompressor.can_accept_more_data():
            yield decompressor.process(b"", output_buffer_limit=_STEP)
    if not decompressor.is_finished():
        raise AssetError("the body ends too early")
