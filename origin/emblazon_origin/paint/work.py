"""The work that painting a card may take, counted before each step: every card is drawn in bounded time.

A unit is about a nanosecond of a slow core. What a step costs follows from areas and styles alone, never
from a clock or from what caches hold: the same card is drawn with the same pixels on every machine. A card
that asks for more than the limit is drawn without its later effects, then its later boxes, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ..limits import CARD_WORK, CARD_WORK_PER_PIXEL, LEAST_PAINT_WORK, MAX_MASK_PIXELS
from ..report import Report

# Units per device pixel, measured with `time.process_time`.
FILL = 6.0
TURNED = 6.0  # for a box's outline at other angles, whose coverage is found first
CORNER_PIXEL = 5.0  # of the rectangles that round corners lie in, seen or not
GRADIENT_PIXEL = 9.0  # of its own, up to a canvas, seen or not
GRADIENT, TURNED_GRADIENT = 9.0, 54.0  # also where it is larger than any canvas
STOP = 70_000.0  # each colour stop, once
TILES, TURNED_TILES = 40.0, 90.0
IMAGE = 60.0
WHOLE_IMAGE, PART_OF_IMAGE = 35.0, 10.0  # for each pixel of its own, seen or not
MAX_WHOLE_IMAGE = 8_000_000  # px: of a larger one only what is seen is resized
BLENDED_LAYER = 60.0  # of a background, by `background-blend-mode`
SHADOW, TURNED_SHADOW = 8.0, 25.0
MAX_SHADOW_PIXELS = 16_000_000
GROUP = 30.0
BLUR, COARSE_BLUR = 100.0, 30.0
RECOLOR = 20.0
MASK_LAYER = 5.0  # beside what drawing it takes
CLIP_PATH = 10.0
DROP_SHADOW = 20.0  # and a quarter of its blur
BLEND, HUE_BLEND = 45.0, 120.0
BACKDROP = 25.0
# Units each.
STEP = 25_000.0
DASH, DASHED_PIXEL = 50_000.0, 10_000.0  # of a border that follows round corners
STRAIGHT_DASHED_PIXEL = 5_000.0
DASHED_BOX = 25.0  # per pixel inside of round dashed borders
WAVE, DOT = 100_000.0, 15_000.0  # of a text decoration, for its thickness along the line
GLYPH_PIXEL, COLOR_GLYPH_PIXEL = 6.0, 80.0  # of a glyph's em square, seen or not
STROKED_PIECE = 12_000.0  # of a flattened outline
BORDER_IMAGE = 50.0  # per pixel of its area
BORDER_SIDE = 22.0  # per pixel of the box, for each area that a side drawn on its own fills
CLIP_MASK = 6.0
# Of an outline: each command, each pixel row that one crosses, by HarfBuzz and in numpy; rows at most.
COMMAND, CROSSED_ROW, SCANNED_ROW, ROWS = 10_000.0, 600.0, 9_000.0, 1_000
BOX = 20_000.0  # put into the display list

Kind = Literal["effect", "clip", "box", "text"]
# What is left for the later kinds: text is drawn where nothing else is any more.
_SHARES: dict[Kind, float] = {"effect": 0.7, "clip": 0.9, "box": 0.9, "text": 1.0}
_MESSAGES: dict[Kind, str] = {
    "effect": "groups are drawn without opacity, filters, masks, clip paths and blending",
    "clip": "round or turned clips of overflow are rectangles",
    "box": "boxes (backgrounds, borders, shadows) are not drawn",
    "text": "pieces of text, images and outlines are not drawn",
}


class Cost(NamedTuple):
    """What a step takes: units once, and units for each pixel that it touches."""

    kind: Kind
    per_pixel: float = FILL
    once: float = STEP


_MASK = Cost("clip", CLIP_MASK)


@dataclass(slots=True)
class Work:
    """The work of one card so far."""

    limit: float
    spent: float = 0.0
    pixels: int = 0  # of the canvas
    open_pixels: int = 0  # of layers inside each other
    mask_pixels: int = 0  # of clips, which are held until the card is finished
    left_out: dict[Kind, int] = field(default_factory=dict)

    @classmethod
    def of_canvas(cls, pixels: int, taken: float = 0.0) -> Work:
        """Return the work that a canvas of so many pixels may take, after what other stages have taken."""
        return cls(max(LEAST_PAINT_WORK, CARD_WORK - taken) + CARD_WORK_PER_PIXEL * pixels, pixels=pixels)

    def take(self, cost: Cost, pixels: int) -> bool:
        """Count a step; False, and remembered, where it is too much."""
        units = cost.once + cost.per_pixel * pixels
        if self.spent + units > self.limit * _SHARES[cost.kind]:
            self.left_out[cost.kind] = self.left_out.get(cost.kind, 0) + 1
            return False
        self.spent += units
        return True

    def take_mask(self, pixels: int) -> bool:
        """Count the mask of a clip; False, and remembered, where it is too much work or memory."""
        if self.mask_pixels + pixels > MAX_MASK_PIXELS:
            self.left_out["clip"] = self.left_out.get("clip", 0) + 1
            return False
        taken = self.take(_MASK, pixels)
        self.mask_pixels += pixels if taken else 0
        return taken

    def tell(self, report: Report) -> None:
        """Report what was left out."""
        for kind, count in self.left_out.items():
            message = f"painting takes more work than the limit for this size: {count} {_MESSAGES[kind]}"
            report.add("warning" if kind in ("effect", "clip") else "error", "limit", message)
