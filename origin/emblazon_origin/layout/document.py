"""The layout stage: a styled document in, the positioned box tree out."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..report import Report
from ..style.values.computed import ComputedStyle
from ..style.values.dom import Element, StyledDocument
from ..text.fonts.font_library import FontLibrary
from ..text.inline import TextMeasurer
from .absolute import place_absolute
from .anchoring import AnchorField
from .boxes.box import Box, Rect
from .boxes.box_generation import BoxGenerator
from .boxes.box_tree import to_boxes
from .boxes.fragment import Fragment, LayoutResults, OutOfFlowBox, Placed, StaticPosition
from .boxes.nodes import Node
from .context import ImageSizes, LayoutContext
from .engine import content_sizes, layout
from .flow_space import FlowSpace
from .frame import Constraints
from .layout_work import LayoutWork
from .placement import relative_offset
from .sizing import margins_of

KEPT_PARAGRAPHS = 64  # for the next time: names, dates and categories come again


@dataclass(eq=False)
class DocumentLayout:
    """A document's boxes before layout, and what they are laid out in.

    Text falls on device pixels, of which `dpr` make one px, as Chromium has it. What is found out is kept:
    laid out again after some of it was forgotten, only those boxes are.
    """

    document: StyledDocument
    width: float
    height: float
    fonts: FontLibrary
    images: ImageSizes
    report: Report  # of the boxes' making
    dpr: float = 1.0
    root: Node = field(init=False)
    results: LayoutResults = field(init=False, default_factory=LayoutResults)
    text: TextMeasurer = field(init=False)

    def __post_init__(self) -> None:
        top = self.document.root
        self.text = TextMeasurer(self.fonts, grid=1.0 / self.dpr)
        self.root = BoxGenerator(self.images, self._ascent, self.report, _viewport_scroller(top)).build(top)

    def _ascent(self, style: ComputedStyle) -> float:
        metrics = self.fonts.metrics(style)
        return metrics.centred().ascent if style.has_central_baseline else metrics.ascent

    def lay_out(self, report: Report) -> Box:
        """Lay out what is not; return the root's box."""
        self.results.drawing += 1
        size = self.width, self.height
        work = LayoutWork.after(report.work.get("style", 0.0))
        ctx = LayoutContext(
            self.text, report, layout, content_sizes, self.results, size, work, images=self.images
        )
        space = FlowSpace(self.root.style.flow, Rect(0.0, 0.0, *size))
        viewport = space.from_canvas(space.area)
        fragment, x, y = self._root(ctx, viewport)
        outside = _place_in_viewport(ctx, fragment, viewport._replace(x=-x, y=-y))
        self.text.forget_oldest(KEPT_PARAGRAPHS)
        box = to_boxes(Placed(fragment, x, y), outside, report, space, ctx.work)
        ctx.work.tell(report)
        report.work["layout"] = ctx.work.spent
        return box

    def _root(self, ctx: LayoutContext, viewport: Rect) -> Placed:
        style = self.root.style
        if self.root.is_out_of_flow:
            rtl = style.direction == "rtl"
            static = StaticPosition(viewport.width if rtl else 0.0, 0.0, rtl=rtl)
            return place_absolute(ctx, OutOfFlowBox(self.root, static), viewport, rtl)
        fragment = ctx.layout(self.root, Constraints(viewport.width, viewport.height))
        margins = margins_of(style, viewport.width)
        dx, dy = relative_offset(style, viewport.width, viewport.height)
        return Placed(fragment, (margins.left or 0.0) + dx, (margins.top or 0.0) + dy)


def container_sizes(document: StyledDocument, root: Box) -> dict[int, tuple[float, float]]:
    """Return the content boxes of the document's query containers, by their numbers."""
    wanted = {
        id(element): place
        for place, element in document.containers
        if not element.style.contain.isdisjoint(("size", "inline-size"))
    }
    sizes: dict[int, tuple[float, float]] = {}
    stack = [root] if wanted else []
    while stack:
        box = stack.pop()
        place = wanted.get(id(box.element))
        if place is not None:
            sizes.setdefault(place, (box.content_box.width, box.content_box.height))
        stack.extend(reversed(box.children))
    return sizes


def _viewport_scroller(root: Element) -> Element | None:
    """Return the element whose overflow is the viewport's: the root, else its body (CSS Overflow 3 §3.3)."""
    body = next((c for c in root.children if isinstance(c, Element) and c.tag == "body"), None)
    if body is not None and (root.style.contain or body.style.contain):
        body = None
    for element in (root, body):
        if element is not None and (element.style.overflow_x, element.style.overflow_y) != (
            "visible",
            "visible",
        ):
            return element
    return None


def _place_in_viewport(ctx: LayoutContext, fragment: Fragment, viewport: Rect) -> list[Placed]:
    """Lay out what has no other containing block than the initial one."""
    boxes = [Placed(fragment, 0.0, 0.0)]
    before, after = fragment.node.style.gutters
    viewport = viewport._replace(x=viewport.x + before, width=viewport.width - before - after)
    anchors = AnchorField(boxes)
    rtl = fragment.node.style.direction == "rtl"
    waiting = list(fragment.pending)
    while waiting:
        box = place_absolute(ctx, waiting.pop(0), viewport, rtl, anchors)
        boxes.append(box)
        waiting.extend(p.moved(box.x, box.y) for p in box.fragment.pending)
    return boxes[1:]
