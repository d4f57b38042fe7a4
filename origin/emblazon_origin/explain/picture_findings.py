"""Findings that only the finished layout and picture can tell; each returns its marks for the overlay.

What platforms cut off leaves the area that all of their large previews show. The ratios are those of
`platforms.toml`, which names where each comes from. Square thumbnails are not looked at: they cannot keep a
wide card's text, and nobody reads them.

Contrast is that of WCAG 2.2 (success criterion 1.4.3), of text over what is really painted behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image

from emblazon.contract.schema import Format

from ..layout.boxes.box import Rect
from ..platforms import Platform, describe_refusals, platforms
from ..render import RenderRequest
from ..report import Report
from ..style.values.value_types import Color
from .drawn_text import DrawnRun, intersect
from .explanation import ExplainedText, Numbers, rounded

Marks = list[tuple[str, Numbers]]
_SLACK = 1.0  # px that may be cut before it is worth a word

_ROUNDING = 0.01  # 1200×630 counts as 1.91:1

LARGE_PX, LARGE_BOLD_PX = 24.0, 18.66  # 18 pt, and 14 pt bold
REQUIRED, REQUIRED_LARGE = 4.5, 3.0
# Of the pixels behind a run: that many may be worse than the ratio that counts.
_SHARE = 0.1


def contrast_findings(texts: Iterable[ExplainedText], report: Report) -> Marks:
    """Warn of text below WCAG AA, once per element."""
    marks: Marks = []
    told: set[str] = set()
    for text in texts:
        if text.contrast is None or text.contrast >= text.required or not text.text.strip():
            continue
        marks.append(("low-contrast", text.rect))
        if text.selector in told:
            continue
        told.add(text.selector)
        report.add(
            "warning",
            "low-contrast",
            f"{_short(text.text)}: contrast {text.contrast:.2f} is below {text.required:g} (WCAG AA)",
            where=text.selector,
        )
    return marks


def overflow_findings(runs: Iterable[DrawnRun], request: RenderRequest, report: Report) -> Marks:
    """Warn of text that the canvas or a clipping box cuts off."""
    canvas = Rect(0.0, 0.0, request.width, request.height)
    marks: Marks = []
    told: set[str] = set()
    for drawn in runs:
        if not drawn.run.text.strip():
            continue
        shown = intersect(drawn.visible, canvas)
        lost = max(drawn.rect.width - shown.width, drawn.rect.height - shown.height)
        if lost <= _SLACK:
            continue
        marks.append(("text-overflow", rounded(drawn.rect)))
        if drawn.selector in told:
            continue
        told.add(drawn.selector)
        gone = shown.width < 1 or shown.height < 1
        where = "is not visible at all" if gone else f"is cut off by {lost:.0f} px"
        report.add("warning", "text-overflow", f"{_short(drawn.run.text)} {where}", where=drawn.selector)
    return marks


def safe_area_findings(runs: Iterable[DrawnRun], request: RenderRequest, report: Report) -> Marks:
    """Warn of text that some platform's large preview does not show."""
    canvas = Rect(0.0, 0.0, request.width, request.height)
    marks: Marks = []
    told: set[str] = set()
    for drawn in runs:
        shown = intersect(drawn.visible, canvas)
        if not drawn.run.text.strip() or shown.width < 1 or shown.height < 1:
            continue
        cutting = platforms_that_cut(shown, request.width, request.height)
        if not cutting:
            continue
        marks.append(("outside-safe-area", rounded(shown)))
        if drawn.selector not in told:
            told.add(drawn.selector)
            message = f"{_short(drawn.run.text)} is cut off on {', '.join(cutting)}"
            report.add("warning", "outside-safe-area", message, where=drawn.selector)
    return marks


def platform_findings(format: Format, size: int, report: Report) -> None:
    """Warn of platforms that do not show the file."""
    told = describe_refusals(format, size)
    if told:
        report.add("warning", "platform-limit", f"{told}; ask for auto-safe", where=format)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"


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


def required_contrast(size: float, weight: float) -> float:
    """Return the ratio that level AA asks for."""
    large = size >= LARGE_PX or (size >= LARGE_BOLD_PX and weight >= 700)
    return REQUIRED_LARGE if large else REQUIRED


def run_contrast(drawn: DrawnRun, backdrop: Image.Image, dpr: float) -> float | None:
    """Return the contrast ratio of a run over `backdrop`, the picture without text.

    None where it cannot be told: nothing visible, no colour of its own (`background-clip: text`), colour
    glyphs. It is the ratio that 90 % of the pixels behind the run reach.
    """
    color = drawn.run.style.text_fill_color or drawn.run.style.color
    alpha = color.a * drawn.opacity
    if alpha == 0 or drawn.run.font.is_color or drawn.visible.width < 1 or drawn.visible.height < 1:
        return None
    x, y, w, h = drawn.visible
    area = (
        max(0, int(x * dpr)), max(0, int(y * dpr)),
        min(backdrop.width, int((x + w) * dpr) + 1), min(backdrop.height, int((y + h) * dpr) + 1),
    )  # fmt: skip
    if area[0] >= area[2] or area[1] >= area[3]:
        return None
    pixels = np.asarray(_on_white(backdrop.crop(area)), dtype=np.float64) / 255
    text = np.array([min(1.0, max(0.0, channel)) for channel in color[:3]])
    front = text * alpha + pixels * (1 - alpha)
    ratios = contrast_ratios(_luminance(front), _luminance(pixels))
    return float(np.quantile(ratios, _SHARE))


def contrast(first: Color, second: Color) -> float:
    """Return the ratio of two opaque colours."""
    a, b = (_luminance(np.array([color[:3]], dtype=np.float64)) for color in (first, second))
    return float(contrast_ratios(a, b)[0])


def contrast_ratios(first: Any, second: Any) -> Any:
    """Return (lighter + 0.05) / (darker + 0.05) element by element."""
    return (np.maximum(first, second) + 0.05) / (np.minimum(first, second) + 0.05)


def _luminance(pixels: Any) -> Any:
    """Return the relative luminance of sRGB pixels in 0..1."""
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    return white.convert("RGB")
