"""Style: HTML tree + CSS cascade → computed styles (DESIGN.md §1, origin step 3)."""

from .cascade import style_document
from .units import FontMeasures, FontMetricsPort, Viewport

__all__ = ["FontMeasures", "FontMetricsPort", "Viewport", "style_document"]
