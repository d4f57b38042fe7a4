"""The rows of the registry, by topic; importing this package fills it."""

from . import border, box, containment, decoration, flex_grid, font, generated, other, paint, text

__all__ = [
    "border",
    "box",
    "containment",
    "decoration",
    "flex_grid",
    "font",
    "generated",
    "other",
    "paint",
    "text",
]
