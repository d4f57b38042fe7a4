"""The overlay: boxes, baselines, the safe area and marked findings over the card."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image, ImageDraw

BOX = (0, 120, 255, 110)
BASELINE = (255, 0, 160, 150)
SAFE = (0, 160, 60, 220)
MARKS = {
    "low-contrast": (230, 0, 0, 255),
    "outside-safe-area": (255, 120, 0, 255),
    "text-overflow": (160, 0, 220, 255),
    "text-clamped": (160, 0, 220, 255),
}
MARK = (230, 0, 0, 255)

Numbers = tuple[float, float, float, float]


def draw_overlay(
    picture: Image.Image,
    dpr: float,
    boxes: Iterable[Numbers],
    baselines: Iterable[tuple[float, float, float]],
    safe_area: Numbers,
    marks: Iterable[tuple[str, Numbers]],
) -> Image.Image:
    """Return a copy of the picture with everything drawn over it; coordinates are CSS px."""
    base = picture.convert("RGBA")
    layer = Image.new("RGBA", base.size)
    draw = ImageDraw.Draw(layer)
    for box in boxes:
        _outline(draw, box, dpr, BOX, 1)
    for left, y, right in baselines:
        draw.line((left * dpr, y * dpr, right * dpr, y * dpr), fill=BASELINE)
    _dashed(draw, safe_area, dpr)
    for code, rect in marks:
        _outline(draw, rect, dpr, MARKS.get(code, MARK), 3)
    base.alpha_composite(layer)
    return base


def _outline(
    draw: ImageDraw.ImageDraw, rect: Numbers, dpr: float, color: tuple[int, int, int, int], width: int
) -> None:
    x, y, w, h = (value * dpr for value in rect)
    draw.rectangle((x, y, max(x, x + w - 1), max(y, y + h - 1)), outline=color, width=width)


def _dashed(draw: ImageDraw.ImageDraw, rect: Numbers, dpr: float) -> None:
    x, y, w, h = (value * dpr for value in rect)
    right, bottom = x + w - 1, y + h - 1
    for start in range(int(x), int(right), 16):
        for level in (y, bottom):
            draw.line((start, level, min(start + 8, right), level), fill=SAFE, width=2)
    for start in range(int(y), int(bottom), 16):
        for side in (x, right):
            draw.line((side, start, side, min(start + 8, bottom)), fill=SAFE, width=2)
