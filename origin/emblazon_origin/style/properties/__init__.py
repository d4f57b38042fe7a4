"""The rows of the registry, by topic; importing this package fills it.

animation.py    animations: what decides how they end
border.py       borders, radii, outlines, box shadows
box.py          box generation, position, size, margins, padding, overflow
common.py       parsers that several properties share
decoration.py   text decoration, shadows, strokes and fills
drawn_shape.py  the grammar of shape()
flex_grid.py    flex, grid and box alignment
font.py         fonts and everything that chooses or features a face
font_face.py    @font-face rules
gap_rules.py    rules in the gaps of grid, flex and columns
generated.py    generated content, counters, lists
motion.py       motion paths
multicol.py     multi-column layout and breaks
other.py        properties that are known and draw nothing
paint.py        backgrounds, masks, filters, transforms, blending, images
shapes.py       basic shapes, transforms and filter functions
text.py         text
"""

from . import (
    animation,
    border,
    box,
    decoration,
    flex_grid,
    font,
    gap_rules,
    generated,
    motion,
    multicol,
    other,
    paint,
    text,
)

__all__ = [
    "animation",
    "border",
    "box",
    "containment",
    "decoration",
    "flex_grid",
    "font",
    "gap_rules",
    "generated",
    "motion",
    "multicol",
    "other",
    "paint",
    "text",
]
