"""JPEG, WebP and AVIF, each quick or small. Quality is 1–100 in each format's own sense."""

from __future__ import annotations

import io

from PIL import Image

DEFAULT_QUALITY = {"jpg": 85, "webp": 80, "avif": 65}
# Thin coloured text smears where chroma is halved; from this quality on it is kept whole.
_FULL_CHROMA_FROM = 90


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
    chroma = "4:4:4" if quality >= _FULL_CHROMA_FROM else "4:2:0"
    out = io.BytesIO()
    on_white(image).save(
        out, "JPEG", quality=min(quality, 98), subsampling=chroma, progressive=small, optimize=small
    )
    return out.getvalue()


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
