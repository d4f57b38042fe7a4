"""What platforms cut off a card, as one table, and the area that all of their large previews show.

The ratios are those that guides to link previews commonly give; each `source` names the platform's own page
to check them against. None was measured on the platform itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..layout.boxes.box import Rect


@dataclass(frozen=True, slots=True)
class Crop:
    """One platform's preview: centred and cropped to `ratio`, None where the whole image is shown.

    `covered` is the share of the height at the bottom that the platform writes over. Only large previews
    make the safe area; square thumbnails cannot keep a wide card's text, and nobody reads them.
    """

    platform: str
    preview: Literal["large", "thumbnail"]
    ratio: float | None
    source: str
    covered: float = 0.0


CROPS: tuple[Crop, ...] = (
    Crop("X", "large", 2.0, "developer.x.com, Summary Card with Large Image: ratio of 2:1"),
    Crop("X", "thumbnail", 1.0, "developer.x.com, Summary Card: ratio of 1:1"),
    Crop("Facebook", "large", 1.91, "developers.facebook.com, Images in Link Shares: 1.91:1"),
    Crop("LinkedIn", "large", 1.91, "linkedin.com help, Make your website shareable: 1200×627, 1.91:1"),
    Crop("Slack", "large", None, "api.slack.com, Unfurling links: scaled as a whole"),
    Crop("Discord", "large", None, "discord.com developer docs, Embeds: scaled as a whole"),
    Crop(
        "WhatsApp", "large", 1.91, "developers.facebook.com, WhatsApp link previews: 1.91:1 from 300 px width"
    ),
    Crop("WhatsApp", "thumbnail", 1.0, "developers.facebook.com, WhatsApp link previews: small previews"),
    Crop("iMessage", "large", None, "developer.apple.com TN3156, rich links: scaled as a whole"),
)
_ROUNDING = 0.01  # 1200×630 counts as 1.91:1


def crop_rect(crop: Crop, width: float, height: float) -> Rect:
    """Return what a platform shows of a card, in CSS px."""
    shown = Rect(0.0, 0.0, width, height)
    if crop.ratio is not None:
        own = width / height
        if own > crop.ratio * (1 + _ROUNDING):
            kept = height * crop.ratio
            shown = Rect((width - kept) / 2, 0.0, kept, height)
        elif own < crop.ratio * (1 - _ROUNDING):
            kept = width / crop.ratio
            shown = Rect(0.0, (height - kept) / 2, width, kept)
    return shown._replace(height=min(shown.height, height * (1 - crop.covered) - shown.y))


def safe_area(width: float, height: float) -> Rect:
    """Return the area that every large preview shows."""
    rects = [crop_rect(crop, width, height) for crop in CROPS if crop.preview == "large"]
    left, top = max(r.x for r in rects), max(r.y for r in rects)
    right, bottom = min(r.x + r.width for r in rects), min(r.y + r.height for r in rects)
    return Rect(left, top, right - left, bottom - top)


def platforms_that_cut(rect: Rect, width: float, height: float) -> list[str]:
    """Return the platforms whose large preview does not show all of a rectangle."""
    cutting = []
    for crop in CROPS:
        shown = crop_rect(crop, width, height)
        inside = (
            rect.x >= shown.x - 0.5
            and rect.y >= shown.y - 0.5
            and rect.x + rect.width <= shown.x + shown.width + 0.5
            and rect.y + rect.height <= shown.y + shown.height + 0.5
        )
        if crop.preview == "large" and not inside:
            cutting.append(crop.platform)
    return cutting
