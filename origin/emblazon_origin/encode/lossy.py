"""JPEG, WebP and AVIF, each quick or small. Quality is 1–100 in each format's own sense."""

from __future__ import annotations

import io

from PIL import Image, ImageChops

DEFAULT_QUALITY = {"jpg": 85, "webp": 80, "avif": 65}
# Thin coloured text smears where chroma is halved. It is kept whole from this quality on, and in small files
# (which have the time to look) where halving would visibly change more than so many of a thousand pixels.
_FULL_CHROMA_FROM = 90
_SMEARED_PER_MILLE = 8
_VISIBLE_CHROMA = 28


def on_white(image: Image.Image) -> Image.Image:
    """Flatten alpha for formats that have none."""
    if image.mode == "RGB":
        return image
    white = Image.new("RGB", image.size, (255, 255, 255))
    rgba = image.convert("RGBA")
    white.paste(rgba.convert("RGB"), None, rgba.getchannel("A"))
    return white


def encode_jpeg(image: Image.Image, quality: int, *, small: bool = False) -> bytes:
    """Encode JPEG; `small` is progressive with fitted Huffman tables."""
    opaque = on_white(image)
    whole = quality >= _FULL_CHROMA_FROM or (small and quality >= 60 and smears(opaque))
    chroma = "4:4:4" if whole else "4:2:0"
    out = io.BytesIO()
    opaque.save(out, "JPEG", quality=min(quality, 98), subsampling=chroma, progressive=small, optimize=small)
    return out.getvalue()


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


def encode_webp(image: Image.Image, quality: int, *, small: bool = False) -> bytes:
    """Encode WebP; quality 100 is lossless."""
    out = io.BytesIO()
    if quality >= 100:
        image.save(
            out, "WEBP", lossless=True, quality=75 if small else 0, method=4 if small else 0, exact=False
        )
    else:
        image.save(out, "WEBP", quality=quality, method=4 if small else 0, alpha_quality=100)
    return out.getvalue()


def encode_avif(image: Image.Image, quality: int, *, small: bool = False) -> bytes:
    """Encode AVIF with one thread, so that bytes never depend on the machine."""
    out = io.BytesIO()
    chroma = "4:4:4" if quality >= _FULL_CHROMA_FROM else "4:2:0"
    image.save(out, "AVIF", quality=quality, speed=6 if small else 10, subsampling=chroma, max_threads=1)
    return out.getvalue()
