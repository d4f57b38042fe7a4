"""The layout stage: a styled document in, the positioned box tree out."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..report import Report
from ..style.values.dom import Element, StyledDocument
from ..text.fonts.font_library import FontLibrary
from ..text.inline import TextMeasurer
from .absolute import place_absolute
from .boxes.box import Box, Rect
from .boxes.box_generation import BoxGenerator
from .boxes.box_tree import to_boxes
from .boxes.fragment import Fragment, LayoutResults, OutOfFlowBox, Placed, StaticPosition
from .boxes.nodes import Node
from .context import ImageSizes, LayoutContext
from .engine import content_sizes, layout
from .frame import Constraints
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
        self.root = BoxGenerator(
            self.images, lambda style: self.fonts.metrics(style).ascent, self.report, _viewport_scroller(top)
        ).build(top)

    def lay_out(self, report: Report) -> Box:
        """Lay out what is not; return the root's box."""
        self.results.drawing += 1
        ctx = LayoutContext(self.text, report, layout, content_sizes, self.results)
        fragment, x, y = self._root(ctx)
        outside = _place_in_viewport(ctx, fragment, Rect(-x, -y, self.width, self.height))
        self.text.forget_oldest(KEPT_PARAGRAPHS)
        ctx.work.tell(report)
        report.work["layout"] = ctx.work.spent
        return to_boxes(Placed(fragment, x, y), outside, report, Rect(0.0, 0.0, self.width, self.height))

    def _root(self, ctx: LayoutContext) -> Placed:
        if self.root.is_out_of_flow:
            viewport, style = Rect(0.0, 0.0, self.width, self.height), self.root.style
            rtl = style.direction == "rtl"
            static = StaticPosition(self.width if rtl else 0.0, 0.0, rtl=rtl)
            return place_absolute(ctx, OutOfFlowBox(self.root, static), viewport, rtl)
        fragment = ctx.layout(self.root, Constraints(self.width, self.height))
        margins = margins_of(self.root.style, self.width)
        dx, dy = relative_offset(self.root.style, self.width, self.height)
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
    placed: list[Placed] = []
    rtl = fragment.node.style.direction == "rtl"
    waiting = list(fragment.pending)
    while waiting:
        box = place_absolute(ctx, waiting.pop(0), viewport, rtl)
        placed.append(box)
        waiting.extend(p.moved(box.x, box.y) for p in box.fragment.pending)
    return placed
