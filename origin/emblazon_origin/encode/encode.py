"""Pixels to bytes: quick for the first answer, small for the one that is kept, within a byte budget.

    encode(image, "png", quality=None, max_bytes=None, report=report)      → (bytes, "image/png")
    optimize(image, "png", quality=None, max_bytes=None, report=report)    → the same picture, smaller

The same pixels and settings give the same bytes on every run; no file carries a time or a name. The number
of pixels bounds the work: `effort.py`.

`auto-safe` is a file that every platform shows, at the first answer: PNG where the picture is flat, so that
text stays as sharp as it was drawn; JPEG where a photo would make the PNG heavy. The template may decide
(`safe_format` in card.toml); else the size of the quick PNG does, so that the quick and the small form of
one card have one type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import floor, log

from PIL import Image

from emblazon.contract.schema import CARD_FORMATS, CONTENT_TYPES, CardFormat, Format

from ..errors import CardError
from ..ground import OnGround, Picture
from ..platforms import safe_bytes
from ..report import Report
from .effort import effort_of
from .lossy import DEFAULT_QUALITY, encode_avif, encode_jpeg, encode_webp
from .png import encode_png
from .png_attempts import png_attempts

_LOSSY: dict[str, Callable[..., bytes]] = {"jpg": encode_jpeg, "webp": encode_webp, "avif": encode_avif}
_LOWEST_QUALITY = 20  # below, text is no longer readable
_HIGHEST_SEARCHED = 95  # above, files grow and nothing is seen of it

JPEG_QUALITY = 90  # text over a photo keeps its colours whole
_MARGIN = 0.97  # of the limit: sources disagree on what a kilobyte is


def encode(
    picture: Picture,
    format: CardFormat,
    *,
    quality: int | None = None,
    max_bytes: int | None = None,
    report: Report | None = None,
    safe_format: Format | None = None,
) -> tuple[bytes, str]:
    """Encode quickly; return bytes and content type.

    With `max_bytes`, quality and then settings are lowered until the file fits; where nothing fits, the
    smallest one is returned and a `limit` finding reported. `auto-safe` is `safe_format`, or measured.
    Raises `CardError` for an unknown format.
    """
    return _encode(picture, format, quality, max_bytes, report, safe_format, small=False)


def optimize(
    picture: Picture,
    format: CardFormat,
    *,
    quality: int | None = None,
    max_bytes: int | None = None,
    report: Report | None = None,
    safe_format: Format | None = None,
) -> tuple[bytes, str]:
    """Encode slowly and small: palette where it is not visible, progressive JPEG, patient WebP and AVIF."""
    return _encode(picture, format, quality, max_bytes, report, safe_format, small=True)


def _encode(
    picture: Picture,
    asked: CardFormat,
    quality: int | None,
    max_bytes: int | None,
    report: Report | None,
    decided: Format | None,
    *,
    small: bool,
) -> tuple[bytes, str]:
    if asked not in CARD_FORMATS:
        raise CardError(f"unknown format {asked!r}; use one of {', '.join(CARD_FORMATS)}")
    picture = _plain(picture)
    if asked == "auto-safe":
        max_bytes = safe_budget(max_bytes)
        format = safe_format(picture, max_bytes, decided)
        quality = JPEG_QUALITY if quality is None else quality
    else:
        format = asked
    wanted = max(1, min(100, quality if quality is not None else DEFAULT_QUALITY.get(format, 100)))
    smallest: bytes | None = None
    for attempt in _attempts(picture, format, wanted, max_bytes, small=small):
        if smallest is None or len(attempt) < len(smallest):
            smallest = attempt
        if max_bytes is None or len(attempt) <= max_bytes:
            return attempt, CONTENT_TYPES[format]
    assert smallest is not None  # noqa: S101  # there is always a first attempt
    if report is not None:
        message = f"the smallest {format} is {len(smallest)} bytes, above the limit of {max_bytes}"
        report.add("warning", "limit", message, where="_max")
    return smallest, CONTENT_TYPES[format]


def _plain(picture: Picture) -> Picture:
    if isinstance(picture, OnGround) or picture.mode in ("RGB", "RGBA"):
        return picture
    return picture.convert("RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB")


def _attempts(
    picture: Picture, format: Format, quality: int, max_bytes: int | None, *, small: bool
) -> Iterator[bytes]:
    """Yield encodings, the best one first, the last one the smallest that is still worth having."""
    if format == "png":
        yield from png_attempts(picture, max_bytes, small=small)
    else:
        yield from _lossy_attempts(_LOSSY[format], picture, quality, max_bytes, small=small)


def _lossy_attempts(
    draw: Callable[..., bytes], picture: Picture, quality: int, max_bytes: int | None, *, small: bool
) -> Iterator[bytes]:
    first = draw(picture, quality, small=small)
    yield first
    if max_bytes is None:
        return
    # Searched for with quick settings, whose sizes are much the same.
    effort = effort_of(picture)
    lowest = min(_LOWEST_QUALITY, quality)
    found, best = search_quality(
        lambda q: draw(picture, q),
        lowest,
        min(quality, _HIGHEST_SEARCHED),
        len(first),
        max_bytes,
        effort.probes,
    )
    if effort.slow_search and (small or len(best) > max_bytes):  # patience saves a little more
        yield draw(picture, found, small=True)
    yield best


# --- the best encoding within a byte budget: few encodings, each one a guess from those before ---


_NEAR = 0.95  # of the budget is near enough


def search_quality(
    draw: Callable[[int], bytes], low: int, high: int, high_bytes: int, max_bytes: int, probes: int
) -> tuple[int, bytes]:
    """Return the best quality found that fits, and its bytes; the lowest one where none does.

    `high` is known not to fit, at `high_bytes`. Draws `low` and at most `probes` qualities in between.
    """
    best = draw(low)
    if len(best) > max_bytes:
        return low, best
    fitted_before: bool | None = None
    halve = False
    for _ in range(probes):
        if high - low <= 1 or len(best) >= _NEAR * max_bytes:
            break
        quality = (low + high) // 2 if halve else _guess(low, len(best), high, high_bytes, max_bytes)
        attempt = draw(quality)
        fits = len(attempt) <= max_bytes
        if fits:
            low, best = quality, attempt
        else:
            high, high_bytes = quality, len(attempt)
        halve = fits is fitted_before
        fitted_before = fits
    return low, best


def _guess(low: int, low_bytes: int, high: int, high_bytes: int, max_bytes: int) -> int:
    """Return the quality strictly between two whose size should just fit."""
    if high_bytes <= low_bytes:
        return (low + high) // 2
    part = log(max_bytes / low_bytes) / log(high_bytes / low_bytes)
    return max(low + 1, min(high - 1, floor(low + part * (high - low))))


def safe_budget(max_bytes: int | None) -> int:
    """Return the bytes that the file may have."""
    limit = int(safe_bytes() * _MARGIN)
    return limit if max_bytes is None else min(max_bytes, limit)


def safe_format(picture: Picture, budget: int, decided: Format | None) -> Format:
    """Return the type of the file for a picture in "RGB" or "RGBA"."""
    if decided is not None:
        return decided
    if isinstance(picture, Image.Image) and picture.mode == "RGBA":  # JPEG has no alpha
        return "png"
    return "png" if len(encode_png(picture)) <= budget else "jpg"
