"""What every layout algorithm is given: the document's surroundings, and the way back into the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..report import Report
from ..style.values.computed import ComputedStyle
from ..text.line_model import InlineItem, InlineLayout
from ..text.lines.beside_floats import Bands
from .boxes.box import Sides
from .boxes.fragment import Fragment
from .boxes.nodes import Node
from .flow.floats import FloatScope
from .layout_work import PASS, LayoutWork


class NaturalSize(Protocol):
    """The intrinsic dimensions of an image in CSS px; None where it has none (an SVG may lack them)."""

    @property
    def width(self) -> float | None: ...
    @property
    def height(self) -> float | None: ...
    @property
    def ratio(self) -> float | None: ...


class ImageSizes(Protocol):
    """The port through which layout learns image sizes; None for an image that could not be had."""

    def intrinsic(self, key: str) -> NaturalSize | None: ...


class TextMeasurer(Protocol):
    """The text stage as layout uses it: one inline formatting context, measured or broken into lines."""

    def intrinsic_widths(self, items: Sequence[InlineItem], style: ComputedStyle) -> tuple[float, float]: ...

    def layout(
        self,
        items: Sequence[InlineItem],
        style: ComputedStyle,
        width: float,
        height: float | None,
        bands: Bands | None = None,
    ) -> InlineLayout: ...


@dataclass(slots=True, eq=False)
class LayoutContext:
    """State of one layout run. `layout` and `content_sizes` are the engine's two recursive operations."""

    text: TextMeasurer
    report: Report
    viewport: tuple[float, float]
    layout: Callable[..., Fragment]
    content_sizes: Callable[[LayoutContext, Node], tuple[float, float]]
    work: LayoutWork = field(default_factory=LayoutWork)
    floats: FloatScope | None = None  # of the block formatting context that is being laid out

    def count_pass(self) -> None:
        """Bound the work: contrived nesting of flex and grid can multiply measuring passes."""
        self.work.take(PASS)

    def lines(
        self,
        items: Sequence[InlineItem],
        style: ComputedStyle,
        width: float,
        height: float | None,
        bands: Bands | None = None,
    ) -> InlineLayout:
        """Break a text into lines, its work counted."""
        self.work.text(items)
        return self.text.layout(items, style, width, height, bands)


@dataclass(frozen=True, slots=True)
class Frame:
    """The box around the content that an algorithm lays out: used edges, inner width, height bounds.

    `inner_height` is None where the height depends on the content; then `min_inner_height` and
    `max_inner_height` bound it. `height_basis` is what percentage heights of children refer to.
    """

    node: Node
    border: Sides
    padding: Sides
    inner_width: float
    inner_height: float | None
    min_inner_height: float
    max_inner_height: float
    height_basis: float | None
    is_auto_height: bool  # `height` behaves as auto, be it that a ratio decides

    @property
    def left(self) -> float:
        """From the border box's left edge to the content box's."""
        return self.border.left + self.padding.left

    @property
    def top(self) -> float:
        """From the border box's top edge to the content box's."""
        return self.border.top + self.padding.top
