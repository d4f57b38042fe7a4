"""The work that laying out a card may take, counted step by step: every card is laid out in bounded time.

Units are those of `paint/work.py`, about nanoseconds of a slow core; what a step costs follows from the
numbers of boxes, tracks, lines and characters (`text/inline_cost.py`), never from a clock. A box that there
is no work left for keeps what an earlier pass made of it, or stays empty, and the report says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..limits import CARD_WORK, LAYOUT_WORK, LEAST_LAYOUT_WORK
from ..report import Report
from .boxes.nodes import Kind

PASS = 20_000.0  # one layout or measuring of one box
# The same of boxes whose algorithms ask more of what they hold.
PASSES: dict[Kind, float] = {
    "flex": 60_000.0, "grid": 200_000.0, "columns": 80_000.0, "table": 80_000.0, "turned": 80_000.0
}  # fmt: skip
TRACK_SPAN = 450.0  # a grid item or table cell looks at one track that it spans
SUBGRID_ITEM = 12_000.0  # what an item asks is handed on to the tracks of the grid around
SUBGRID = 50_000.0  # a subgrid is made, by every grid around it whose tracks it takes
GRID_CELL = 300.0  # placement looks at one cell
RULE = 80_000.0  # a piece of a rule in a gap, which becomes a box
INTERVAL = 1_000.0  # a break is tried at one line or box that is not cut, or one is put into a column
CUT = 500.0  # a column looks whether a box is in it
ANCHOR = 3_000.0  # an anchor is looked for at one box
PICTURE_PIXEL = 60.0  # of the shape of a float
FLOAT = 250.0  # a box is compared with a float


class LayoutExhausted(Exception):
    """There is no work left; caught where the box that asked for it is laid out."""


@dataclass(slots=True)
class LayoutWork:
    """The work of one card's layout so far."""

    limit: float = LAYOUT_WORK
    spent: float = 0.0
    left_out: int = 0  # boxes

    @classmethod
    def after(cls, taken: float) -> LayoutWork:
        """Return the work that layout may take after what styling has taken."""
        return cls(max(LEAST_LAYOUT_WORK, min(LAYOUT_WORK, CARD_WORK - taken)))

    def take(self, units: float) -> None:
        """Count a step. Raises LayoutExhausted."""
        if self.spent + units > self.limit:
            self.spent = self.limit
            raise LayoutExhausted
        self.spent += units

    def tell(self, report: Report) -> None:
        """Report what was left out."""
        if self.left_out:
            message = (
                f"layout takes more work than the limit: {self.left_out} boxes are not laid out; use fewer, "
                "or nest fewer flex and grid boxes"
            )
            report.add("error", "limit", message)
