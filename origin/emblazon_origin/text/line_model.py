"""What the text stage takes (inline items) and gives (lines of fragments).

The layout stage flattens an inline formatting context into `InlineItem`s in document order;
`text.inline.layout_inline(items, block_style, width, …)` breaks it into `Line`s.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import floor
from typing import TYPE_CHECKING, NamedTuple

from ..read_only import read_only
from ..report import Report
from ..style.values.computed import ComputedStyle

if TYPE_CHECKING:
    from ..style.values.dom import Element, Text
    from .fonts.font_instance import FontInstance


# --- in ---------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class TextItem:
    """Text of one text node, white space not yet collapsed, with the style of its parent element."""

    text: str
    style: ComputedStyle
    element: Element | None = None
    source: Text | None = None  # the text node


@dataclass(slots=True, eq=False)
class OpenItem:
    """Start of an inline box (`<span>`): its left margin, border and padding take room here.

    Horizontal edges are used px, already resolved against the containing block by layout.
    """

    style: ComputedStyle
    element: Element | None
    margin_left: float = 0.0
    border_left: float = 0.0
    padding_left: float = 0.0
    margin_right: float = 0.0
    border_right: float = 0.0
    padding_right: float = 0.0
    annotation: Annotation | None = None  # of a base in ruby


@dataclass(slots=True, eq=False)
class Annotation:
    """What stands over or under a base in ruby, and its style."""

    items: list[InlineItem]
    style: ComputedStyle


@read_only
class CloseItem:
    """End of the inline box that `open` started."""

    open: OpenItem


@read_only
class AtomicItem:
    """An inline-block, inline-flex, inline-grid or replaced element, sized by layout; margin box in px.

    `baseline` is the distance from the top of the margin box to its baseline (its height where it has none).
    """

    style: ComputedStyle
    width: float
    height: float
    baseline: float


@read_only
class BreakItem:
    """`<br>`."""

    style: ComputedStyle


InlineItem = TextItem | OpenItem | CloseItem | AtomicItem | BreakItem


class FirstLine(NamedTuple):
    """The items in their styles on a first line, as many as in others; the block that has it, its style."""

    items: list[InlineItem]
    style: ComputedStyle
    element: Element | None


# --- out --------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class GlyphRun:
    """Glyphs of one font, one style and one direction on one line, in visual order, left to right.

    `glyphs[i]` is drawn with its origin at (x + xs[i], baseline − ys[i]); x is relative to the line's
    block container content box, as is `Line.baseline` (y of the alphabetic baseline, downwards).
    The run's own baseline is `line.baseline + shift` (vertical-align: positive shift is down).
    """

    font: FontInstance
    size: float  # px
    glyphs: list[int]
    xs: list[float]
    ys: list[float]
    x: float
    width: float
    shift: float
    style: ComputedStyle
    text: str = ""  # source characters, for reports
    rtl: bool = False
    element: Element | None = None
    # Of the boxes that made the style's text decorations: their baselines relative to the line's.
    decorating_shifts: tuple[float, ...] = ()
    # Top of what holds the run, from the line's baseline: of the nearest painted inline box, or the line.
    holder_top: float = 0.0
    upright: bool = False  # of vertical text: not turned with the line, about whose middle it stands
    hangs_by_ink: bool = False  # upright of a font that the style names (vertical_metrics.py)

    def baseline_at(self, line_baseline: float, dpr: float) -> float:
        """Return the y of the run's own baseline for that of its line, both in scaled px.

        What holds the run is moved to a whole pixel with all its text, as in Chromium, so that lines stay
        equally far apart.
        """
        holder = floor(line_baseline + self.holder_top * dpr + 0.5)
        return holder + (self.shift - self.holder_top) * dpr


@dataclass(slots=True, eq=False)
class InlineBoxFragment:
    """The part of an inline box on one line: where its background, border and outline are painted.

    x and y are the border box's corner relative to the block container's content box.
    """

    style: ComputedStyle
    element: Element | None
    x: float
    y: float
    width: float
    height: float
    has_left_edge: bool = True
    has_right_edge: bool = True
    border_left: float = 0.0
    border_right: float = 0.0
    padding_left: float = 0.0
    padding_right: float = 0.0


@read_only
class AtomicFragment:
    """An atomic inline placed on a line: top left of its margin box, relative to the content box."""

    item: AtomicItem
    x: float
    y: float
    rtl: bool = False  # whether what is around it reads from the right


@read_only
class Line:
    """One line box; y grows downwards from the top of the block container's content box.

    `boxes` come before `runs` in paint order, outermost first.
    """

    y: float
    height: float
    baseline: float
    width: float  # of its content, without trailing spaces
    runs: list[GlyphRun] = field(default_factory=list)
    boxes: list[InlineBoxFragment] = field(default_factory=list)
    atomics: list[AtomicFragment] = field(default_factory=list)
    pushed: float = 0.0  # down, by marks over it
    marked_below: float = 0.0  # how far marks reach below its baseline

    def moved(self, down: float) -> Line:
        """Return the line so much further down in the content box, px."""
        return replace(
            self,
            y=self.y + down,
            baseline=self.baseline + down,
            boxes=[replace(box, y=box.y + down) for box in self.boxes],
            atomics=[replace(atomic, y=atomic.y + down) for atomic in self.atomics],
        )


@read_only
class InlineLayout:
    """The result of laying out one inline formatting context at one available width."""

    lines: list[Line]
    width: float  # widest line
    height: float
    first_baseline: float
    last_baseline: float
    clamped: bool = False
    scale: float = 1.0  # font scale that text-fit chose
    overflow: float = 0.0  # px by which the widest line exceeds the available width, before any ellipsis
    findings: Report | None = None  # what there is to say of its fonts
