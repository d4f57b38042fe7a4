"""Clips: a device rectangle and, where edges are round or slanted, a coverage mask."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops

from .geometry import IntRect
from .rasterizer import Mask, multiply


@dataclass(frozen=True, slots=True)
class Clip:
    """What may be drawn on: `bounds` in device pixels, thinned out by `mask` (which covers the bounds)."""

    bounds: IntRect
    mask: Mask | None = None

    def to_rect(self, box: IntRect) -> Clip:
        """Narrow to a rectangle."""
        bounds = self.bounds.intersect(box)
        return Clip(bounds, None if bounds.is_empty else self.mask)

    def to_mask(self, mask: Mask | None) -> Clip:
        """Narrow to a coverage mask; None is an empty one."""
        if mask is None:
            return Clip(IntRect(0, 0, 0, 0))
        bounds = self.bounds.intersect(mask.box)
        if bounds.is_empty:
            return Clip(bounds)
        return Clip(bounds, multiply(self.mask, mask) if self.mask else mask)

    def cover(self, box: IntRect, mask: Image.Image | None) -> Image.Image | None:
        """Thin `mask` (coverage of `box`, None: all of it) out by the clip; `box` is inside the bounds."""
        if self.mask is None:
            return mask
        own = self.mask.crop(box)
        low, high = own.getextrema()
        if low == 255:
            return mask
        if high == 0 or mask is None:
            return own
        return ImageChops.multiply(own, mask)
