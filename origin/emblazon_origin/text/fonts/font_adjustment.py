"""What `size-adjust` and the metric overrides of an `@font-face` rule change (CSS Fonts 5 §3)."""

from __future__ import annotations

from typing import NamedTuple

from ...style.values.dom import FontFaceRule
from .font_metrics import DesignMetrics


class FontAdjustment(NamedTuple):
    """A factor of the font size, and metrics as shares of the size that it gives; None is the file's own."""

    size: float = 1.0
    ascent: float | None = None
    descent: float | None = None
    line_gap: float | None = None

    @classmethod
    def of(cls, rule: FontFaceRule) -> FontAdjustment:
        """Return what a rule asks for."""
        return cls(rule.size_adjust, rule.ascent_override, rule.descent_override, rule.line_gap_override)

    def apply(self, design: DesignMetrics, units_per_em: int) -> DesignMetrics:
        """Return a font's metrics with the overrides in place."""
        overrides = {"ascent": self.ascent, "descent": self.descent, "line_gap": self.line_gap}
        given = {name: share * units_per_em for name, share in overrides.items() if share is not None}
        return design._replace(**given) if given else design


NO_ADJUSTMENT = FontAdjustment()
