"""What platforms cut off a card, and the area that all of their large previews show.

The ratios are those of `platforms.toml`, which names where each comes from. Square thumbnails are not looked
at: they cannot keep a wide card's text, and nobody reads them.
"""

from __future__ import annotations

from ..layout.boxes.box import Rect
from ..platforms import Platform, platforms

_ROUNDING = 0.01  # 1200×630 counts as 1.91:1


def crop_rect(platform: Platform, width: float, height: float) -> Rect:
    """Return what the platform's large preview shows of a card, in CSS px."""
    shown = Rect(0.0, 0.0, width, height)
    if platform.ratio is not None:
        own = width / height
        if own > platform.ratio * (1 + _ROUNDING):
            kept = height * platform.ratio
            shown = Rect((width - kept) / 2, 0.0, kept, height)
        elif own < platform.ratio * (1 - _ROUNDING):
            kept = width / platform.ratio
            shown = Rect(0.0, (height - kept) / 2, width, kept)
    return shown


def safe_area(width: float, height: float) -> Rect:
    """Return the area that every large preview shows."""
    rects = [crop_rect(platform, width, height) for platform in platforms()]
    left, top = max(r.x for r in rects), max(r.y for r in rects)
    right, bottom = min(r.x + r.width for r in rects), min(r.y + r.height for r in rects)
    return Rect(left, top, right - left, bottom - top)


def platforms_that_cut(rect: Rect, width: float, height: float) -> list[str]:
    """Return the platforms whose large preview does not show all of a rectangle."""
    cutting = []
    for platform in platforms():
        shown = crop_rect(platform, width, height)
        inside = (
            rect.x >= shown.x - 0.5
            and rect.y >= shown.y - 0.5
            and rect.x + rect.width <= shown.x + shown.width + 0.5
            and rect.y + rect.height <= shown.y + shown.height + 0.5
        )
        if not inside:
            cutting.append(platform.name)
    return cutting
