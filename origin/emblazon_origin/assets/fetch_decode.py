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
_KNOWN = frozenset(("gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress"))
_MOST_ENCODINGS = 2


class TooLarge(AssetError):
    """The body is larger than allowed, on the wire or decoded."""


def decode(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Join and decode the chunks of a body of at most `limit` bytes, encoded and decoded.

    As in browsers what is no encoding's name counts for nothing (`utf-8`, `none`, `aws-chunked`), and a body
    that ends too early is what there is of it. Raises TooLarge, and AssetError for encodings that were not
    asked for or broken bodies.
    """
    names = [name for part in encoding.split(",") if (name := part.strip().lower()) in _KNOWN]
    if len(names) > _MOST_ENCODINGS:
        raise AssetError(f"the content is encoded {len(names)} times")
    parts: Iterable[bytes] = _bounded(chunks, limit)
    for name in reversed(names):
        if name in ("zstd", "compress", "x-compress"):
            raise AssetError(f"the content encoding {name} was not asked for")
        decoded = _unbrotli(parts) if name == "br" else _inflate(parts)
        parts = _bounded(decoded, limit)
    try:
        return b"".join(parts)
    except (zlib.error, brotli.error) as error:
        raise AssetError(f"the body cannot be decoded: {error}") from error


def _bounded(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"larger than {limit:,} bytes")
        yield chunk


def _inflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Inflate gzip, zlib, or deflate without either's frame, which some servers call deflate."""
    decompressor = None
    for chunk in chunks:
        data = chunk
        if decompressor is None:
            if not data:
                continue
            framed = data[:1] == b"\x1f" or data[0] & 0x0F == 8
            decompressor = zlib.decompressobj(32 + zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)
        while data and not decompressor.eof:
            yield decompressor.decompress(data, _STEP)
            data = decompressor.unconsumed_tail
    while decompressor is not None and not decompressor.eof:
        rest = decompressor.decompress(decompressor.unconsumed_tail, _STEP)
        if not rest:
            return
        yield rest


def _unbrotli(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decompressor = brotli.Decompressor()
    for chunk in chunks:
        yield decompressor.process(chunk, output_buffer_limit=_STEP)
        while not decompressor.can_accept_more_data():
            yield decompressor.process(b"", output_buffer_limit=_STEP)
