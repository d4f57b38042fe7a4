"""JPEG, WebP and AVIF, each quick or small. Quality is 1–100 in each format's own sense."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image, ImageChops, ImageFile

from ..ground import OnGround, Picture, image_of, stretches
from .effort import effort_of
from .jpeg_bands import JPEG_BAND, jpeg_bands

DEFAULT_QUALITY = {"jpg": 85, "webp": 80, "avif": 65}
# Thin coloured text smears where chroma is halved. It is kept whole from this quality on, and in small files
# (which have the time to look) where halving would visibly change more than so many of a thousand pixels.
_FULL_CHROMA_FROM = 90
_SMEARED_PER_MILLE = 8
_VISIBLE_CHROMA = 28
_block_lock = threading.Lock()


def on_white(image: Image.Image) -> Image.Image:
    """Flatten alpha for formats that have none."""
    if image.mode == "RGB":
        return image
    white = Image.new("RGB", image.size, (255, 255, 255))
    rgba = image.convert("RGBA")
    white.paste(rgba.convert("RGB"), None, rgba.getchannel("A"))
    return white


def encode_jpeg(picture: Picture, quality: int, *, small: bool = False) -> bytes:
    """Encode JPEG; `small` is progressive with fitted Huffman tables."""
    opaque = on_white(image_of(picture))
    whole = quality >= _FULL_CHROMA_FROM or (small and quality >= 60 and smears(opaque))
    settings: dict[str, Any] = {"quality": min(quality, 98), "subsampling": "4:4:4" if whole else "4:2:0"}
    if small:
        return _jpeg(opaque, progressive=True, optimize=True, **settings)
    settings["restart_marker_rows"] = JPEG_BAND // (8 if whole else 16)
    fresh = picture.fresh_bands(JPEG_BAND) if isinstance(picture, OnGround) else None
    if fresh is None or not isinstance(picture, OnGround):
        return _jpeg(opaque, **settings)
    below = picture.ground
    known = below.found(("jpeg", quality), lambda: jpeg_bands(_jpeg(below.image, **settings)))
    bands = iter(jpeg_bands(_jpeg(_rows_of(opaque, fresh), **settings)).bands) if any(fresh) else iter(())
    return known.with_bands([next(bands) if is_fresh else None for is_fresh in fresh])


def _jpeg(image: Image.Image, **settings: Any) -> bytes:
    out = io.BytesIO()
    with _room_for(image):
        image.save(out, "JPEG", **settings)
    return out.getvalue()


def _rows_of(image: Image.Image, fresh: list[bool]) -> Image.Image:
    """Return some bands of a picture, one below the other."""
    parts = [
        image.crop((0, first * JPEG_BAND, image.width, min(end * JPEG_BAND, image.height)))
        for is_fresh, first, end in stretches(fresh)
        if is_fresh
    ]
    if len(parts) == 1:
        return parts[0]
    rows = Image.new("RGB", (image.width, sum(part.height for part in parts)))
    top = 0
    for part in parts:
        rows.paste(part, (0, top))
        top += part.height
    return rows


@contextmanager
def _room_for(image: Image.Image) -> Iterator[None]:
    """Let Pillow's buffer hold the whole file, as a progressive one needs; it guesses less for noise.

    Other threads that open files in this moment read them in larger blocks, and nothing else.
    """
    with _block_lock:
        before = ImageFile.MAXBLOCK
        ImageFile.MAXBLOCK = max(before, 4 * image.width * image.height)
        try:
            yield
        finally:
            ImageFile.MAXBLOCK = before


def smears(image: Image.Image) -> bool:
    """True where halving the chroma would visibly change too much: fine detail in colour."""
    _, *chroma = image.convert("YCbCr").split()
    pixels = image.width * image.height
    for channel in chroma:
        halved = channel.reduce(2).resize(channel.size, Image.Resampling.BILINEAR)
        histogram = ImageChops.difference(channel, halved).histogram()
        if sum(histogram[_VISIBLE_CHROMA:]) * 1000 > _SMEARED_PER_MILLE * pixels:
            return True
    return False


def encode_webp(picture: Picture, quality: int, *, small: bool = False) -> bytes:
    """Encode WebP; quality 100 is lossless.

    From the default quality on, cards of few shades are drawn in a palette, whose letters stay sharp.
    """
    from .shades import few_shades  # late: a JPEG needs no numpy
    from .vp8l import encode_indexed_webp

    in_palette = b""
    if DEFAULT_QUALITY["webp"] <= quality < 100:
        reduced = few_shades(picture)
        if reduced is not None:
            in_palette = encode_indexed_webp(reduced)
            if not small:
                return in_palette
            picture = reduced.image().convert("RGB")
    out, image = io.BytesIO(), image_of(picture)
    if quality >= 100 or in_palette:
        patience, method = effort_of(image).lossless_webp if small else (0, 0)
        image.save(out, "WEBP", lossless=True, quality=patience, method=method, exact=False)
    else:
        image.save(out, "WEBP", quality=quality, method=4 if small else 0, alpha_quality=100)
    return min(out.getvalue(), in_palette or out.getvalue(), key=len)


def encode_avif(picture: Picture, quality: int, *, small: bool = False) -> bytes:
    """Encode AVIF with one thread, so that bytes never depend on the machine."""
    out, image = io.BytesIO(), image_of(picture)
    whole = quality >= _FULL_CHROMA_FROM
    speed = effort_of(image, times=2 if whole else 1).avif_speed if small else 10
    chroma = "4:4:4" if whole else "4:2:0"
    image.save(out, "AVIF", quality=quality, speed=speed, subsampling=chroma, max_threads=1)
    return out.getvalue()
