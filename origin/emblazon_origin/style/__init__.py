"""Style: HTML tree + CSS cascade → computed styles (docs/architecture.md, origin step 3).

style_document.py  HTML text → `StyledDocument`
"""

from .style_document import style_document
from .values.units import FontMeasures, FontMetricsPort, Viewport

__all__ = ["FontMeasures", "FontMetricsPort", "Viewport", "style_document"]
