"""WCAG 2.2 contrast (success criterion 1.4.3) of text over what is really painted behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from ..style.values.value_types import Color
from .drawn_text import DrawnRun

LARGE_PX, LARGE_BOLD_PX = 24.0, 18.66  # 18 pt, and 14 pt bold
REQUIRED, REQUIRED_LARGE = 4.5, 3.0
# Of the pixels behind a run: that many may be worse than the ratio that counts.
_SHARE = 0.1


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
