"""The work that laying out a card may take, counted step by step: every card is laid out in bounded time.

Units are those of `paint/work.py`, about nanoseconds of a slow core; what a step costs follows from the
numbers of boxes, tracks and characters, never from a clock. A box that there is no work left for
keeps what an earlier pass made of it, or stays empty, and the report says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..limits import LAYOUT_WORK
from ..report import Report
from ..text.line_model import CloseItem, InlineItem, OpenItem, TextItem

PASS = 80_000.0  # one layout or measuring of one box
TEXT = 110_000.0  # breaking one text into lines
TEXT_ITEM = 30_000.0  # an inline box's start or end, a run, an atomic
NESTED = 3_000.0  # each inline box around a run, for layout and for paint
LETTER, WIDE_LETTER = 2_000.0, 6_000.0  # of ASCII, of other scripts
TRACK_SPAN = 300.0  # a grid item or table cell looks at one track that it spans
GRID_CELL = 150.0  # placement looks at one cell
INTERVAL = 1_000.0  # a break is tried at one line or box that is not cut, or one is put into a column
FLOAT = 250.0  # a box is compared with a float


class LayoutExhausted(Exception):
    """There is no work left; caught where the box that asked for it is laid out."""


@dataclass(slots=True)
class LayoutWork:
    """The work of one card's layout so far."""

    limit: float = LAYOUT_WORK
    spent: float = 0.0
    left_out: int = 0  # boxes

    def take(self, units: float) -> None:
        """Count a step. Raises LayoutExhausted."""
        self.spent += units
        if self.spent > self.limit:
            raise LayoutExhausted

    def text(self, items: Sequence[InlineItem]) -> None:
        """Count the breaking of a text. Raises LayoutExhausted."""
        units, depth = TEXT + TEXT_ITEM * len(items), 0
        for item in items:
            if isinstance(item, TextItem):
                units += NESTED * depth + len(item.text) * (LETTER if item.text.isascii() else WIDE_LETTER)
            elif isinstance(item, OpenItem):
                depth += 1
            elif isinstance(item, CloseItem):
                depth -= 1
        self.take(units)

    def tell(self, report: Report) -> None:
        """Report what was left out."""
        if self.left_out:
            message = (
                f"layout takes more work than the limit: {self.left_out} boxes are not laid out; use fewer, "
                "or nest fewer flex and grid boxes"
            )
            report.add("error", "limit", message)
