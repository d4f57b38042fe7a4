"""What each platform shows of a picture, from the table of `platforms`."""

from __future__ import annotations

from emblazon.contract.schema import Format

from ..explain.safe_area import crop_rect
from ..platforms import Platform, platforms


def platform_facts() -> list[dict[str, object]]:
    """Return the platforms' limits as JSON values, strictest first."""
    return [
        {
            "name": platform.name,
            "bytes": platform.bytes,
            "types": platform.types,
            "ratio": platform.ratio,
            "least": platform.least,
            "source": platform.source,
            "kind": platform.kind,
            "read": platform.read.isoformat(),
        }
        for platform in platforms()
    ]


def verdicts(format: Format, size: int, width: int, height: int) -> list[dict[str, object]]:
    """Return one verdict for each platform on a picture of `size` bytes and `width` × `height` device px.

    `crop` is what its large preview shows: left, top, width and height as shares of the picture.
    """
    return [_verdict(platform, format, size, width, height) for platform in platforms()]


def _verdict(platform: Platform, format: Format, size: int, width: int, height: int) -> dict[str, object]:
    refusal = platform.refusal(format, size)
    is_small = width < platform.least[0] or height < platform.least[1]
    shown = crop_rect(platform, width, height)
    cut = round((1 - shown.width * shown.height / (width * height)) * 100, 1)
    if refusal:
        state, text = "refused", f"Not shown: {platform.name} {refusal}"
    elif is_small:
        state = "small"
        text = f"A thumbnail only: large from {platform.least[0]} × {platform.least[1]}"
    elif cut >= 1:
        state, text = "cut", f"Shown, {cut:g} % cut off"
    else:
        state, text = "shown", "Shown whole"
    crop = [shown.x / width, shown.y / height, shown.width / width, shown.height / height]
    return {"platform": platform.name, "state": state, "text": text, "crop": [round(n, 4) for n in crop]}
