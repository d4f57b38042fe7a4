"""`auto-safe`: a file that every platform shows, at the first answer.

PNG where the picture is flat, so that text stays as sharp as it was drawn; JPEG where a photo would make the
PNG heavy. The template may decide (`safe_format` in card.toml); else the size of the quick PNG does, so that
the quick and the small form of one card have one type.
"""

from __future__ import annotations

from PIL import Image

from emblazon.contract.schema import Format

from ..platforms import safe_bytes
from .png import encode_png

JPEG_QUALITY = 90  # text over a photo keeps its colours whole
_MARGIN = 0.97  # of the limit: sources disagree on what a kilobyte is


def safe_budget(max_bytes: int | None) -> int:
    """Return the bytes that the file may have."""
    limit = int(safe_bytes() * _MARGIN)
    return limit if max_bytes is None else min(max_bytes, limit)


def safe_format(image: Image.Image, budget: int, decided: Format | None) -> Format:
    """Return the type of the file for a picture in "RGB" or "RGBA"."""
    if decided is not None:
        return decided
    if image.mode == "RGBA":  # JPEG has no alpha
        return "png"
    return "png" if len(encode_png(image)) <= budget else "jpg"
