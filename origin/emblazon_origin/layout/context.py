"""What every layout algorithm is given: the document's surroundings, and the way back into the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

from ..assets.images import NaturalSize
from ..report import Report
from ..style.values.computed import ComputedStyle
from ..style.values.value_types import Image as Picture
from ..text.inline import TextMeasurer
from ..text.line_model import FirstLine, InlineItem, InlineLayout
from ..text.lines.line_breaking import Bands
from .boxes.fragment import Asked, Fragment, LayoutResults
from .boxes.nodes import Kind, Node
from .flow.floats import FloatScope
from .frame import Constraints
from .layout_work import PASS, PASSES, LayoutWork


class ImageSizes(Protocol):
    """The port through which layout learns image sizes and outlines; None for an image not to be had."""

    def intrinsic(self, key: str) -> NaturalSize | None: ...

    def coverage(self, picture: Picture, width: int, height: int) -> Image.Image | None: ...


class LayoutBox(Protocol):
    """The engine's first operation: lay out a box."""

    def __call__(self, ctx: LayoutContext, node: Node, constraints: Constraints, /) -> Fragment: ...


class MeasureContent(Protocol):
    """The engine's second: the min-content and max-content width of a content box."""

    def __call__(self, ctx: LayoutContext, node: Node, /) -> tuple[float, float]: ...


@dataclass(slots=True, eq=False)
class LayoutContext:
    """State of one layout run, and the way back into the engine; `results` may be kept for the next run."""

    text: TextMeasurer
    report: Report
    layout_box: LayoutBox
    measure_content: MeasureContent
    results: LayoutResults
    viewport: tuple[float, float] = (0.0, 0.0)  # of the canvas
    work: LayoutWork = field(default_factory=LayoutWork)
    floats: FloatScope | None = None  # of the block formatting context that is being laid out
    asked: list[Asked] = field(default_factory=list)  # by the algorithm that is at work
    images: ImageSizes | None = None

    def layout(self, node: Node, constraints: Constraints) -> Fragment:
        """Return a box's fragment."""
        fragment = self.layout_box(self, node, constraints)
        self.asked.append(Asked(node, constraints, fragment))
        return fragment

    def content_sizes(self, node: Node) -> tuple[float, float]:
        """Return the min-content and max-content width of a box's content."""
        sizes = self.measure_content(self, node)
        self.asked.append(Asked(node, None, sizes))
        return sizes

    def count_pass(self, kind: Kind) -> None:
        """Bound the work: contrived nesting of flex and grid can multiply measuring passes."""
        self.work.take(PASSES.get(kind, PASS))

    def lines(
        self,
        items: Sequence[InlineItem],
        style: ComputedStyle,
        width: float,
        height: float | None,
        bands: Bands | None = None,
        first: FirstLine | None = None,
    ) -> InlineLayout:
        """Break a text into lines, its work counted."""
        return self.text.layout(items, style, width, height, bands, self.work.take, first)
