"""What every painting step needs to know of the render."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..layout.boxes.box import Box, Rect
from ..report import Report
from ..style.values.computed import ComputedStyle
from ..text.fonts.font_metrics import FontMetrics
from ..text.line_model import Line
from .boxes.image import Images
from .kept_display import KeptDisplay
from .text.inline_slices import Slices


class FontMetricsSource(Protocol):
    """The fonts, as far as decorations ask for them."""

    def metrics(self, style: ComputedStyle, grid: float = 1.0) -> FontMetrics:
        """Return the metrics of a style's first available font, on device px of `grid` px."""
        ...


@dataclass(frozen=True, slots=True)
class PaintContext:
    """The images, the scale, and the boxes that the canvas treats specially."""

    dpr: float
    images: Images
    fonts: FontMetricsSource | None
    report: Report
    # Boxes whose background was moved to the canvas (CSS Backgrounds 3 §2.11.2).
    without_background: frozenset[Box] = frozenset()
    # Boxes whose overflow was moved to the viewport (CSS Overflow 3 §3.3).
    unclipped: frozenset[Box] = frozenset()
    # Scaled px by which a turned or scaled box and its content move, so that it lies on whole pixels.
    shift: tuple[float, float] = (0.0, 0.0)
    slices: Slices | None = None
    viewport: Rect | None = None  # scaled px; None under a transform, which takes fixed backgrounds along
    kept: KeptDisplay | None = None  # of a document that comes again

    def place(self, rect: Rect) -> Rect:
        """Return a rectangle of CSS px in scaled px."""
        x, y, w, h = rect
        dpr, (dx, dy) = self.dpr, self.shift
        return Rect(x * dpr + dx, y * dpr + dy, w * dpr, h * dpr)

    def line_origin(self, box: Box, line: Line) -> tuple[float, float]:
        """Return, in scaled px, the left of a block's content box and a line's baseline."""
        x, y, _, _ = box.border_box
        border, padding = box.border, box.padding
        left, top = x + border.left + padding.left, y + border.top + padding.top
        return left * self.dpr + self.shift[0], (top + line.baseline) * self.dpr + self.shift[1]
