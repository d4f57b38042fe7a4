"""Style: HTML tree + CSS cascade → computed styles (DESIGN.md §1, origin step 3)."""

from .style_document import style_document
from .values.units import FontMeasures, FontMetricsPort, Viewport

__all__ = ["FontMeasures", "FontMetricsPort", "Viewport", "style_document"]
