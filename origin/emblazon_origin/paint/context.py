"""What every painting step needs to know of the render."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ..layout.boxes import Box
from ..report import Report
from ..style.computed import ComputedStyle
from ..text.metrics import FontMetrics
from .image import Images


class FontMetricsSource(Protocol):
    """The fonts, as far as decorations ask for them."""

    def metrics(self, style: ComputedStyle) -> FontMetrics:
        """Return the metrics of a style's first available font."""
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
    missing: set[str] = field(default_factory=set)  # images already reported
