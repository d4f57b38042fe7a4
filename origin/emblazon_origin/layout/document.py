"""The layout stage: a styled document in, the positioned box tree out."""

from __future__ import annotations

from ..report import Report
from ..style.values.dom import Element, StyledDocument
from ..text.fonts.font_library import FontLibrary
from ..text.inline import TextMeasurer
from .absolute import place_absolute
from .boxes.box import Box, Rect
from .boxes.box_generation import BoxGenerator
from .boxes.box_tree import to_boxes
from .boxes.fragment import Fragment, Placed
from .context import ImageSizes, LayoutContext
from .engine import content_sizes, layout
from .sizing import margins_of


def layout_document(
    doc: StyledDocument,
    *,
    width: float,
    height: float,
    fonts: FontLibrary,
    images: ImageSizes,
    report: Report,
    dpr: float = 1.0,
) -> Box:
    """Return the root element's box in a viewport of `width` by `height` px.

    Text falls on device pixels, of which `dpr` make one px, as Chromium has it. What asks for more work
    than the limit is left out and reported.
    """
    generator = BoxGenerator(
        images, lambda style: fonts.metrics(style).ascent, report, _viewport_scroller(doc.root)
    )
    root = generator.build(doc.root)
    text = TextMeasurer(fonts, report, grid=1.0 / dpr)
    ctx = LayoutContext(text, report, (width, height), layout, content_sizes)
    fragment = layout(ctx, root, width, height)
    margins = margins_of(root.style, width)
    origin = (margins.left or 0.0, margins.top or 0.0)
    outside = _place_in_viewport(ctx, fragment, Rect(-origin[0], -origin[1], width, height))
    ctx.work.tell(report)
    report.work["layout"] = ctx.work.spent
    return to_boxes(Placed(fragment, *origin), outside, report, Rect(0.0, 0.0, width, height))


def _viewport_scroller(root: Element) -> Element | None:
    """Return the element whose overflow is the viewport's: the root, else its body (CSS Overflow 3 §3.3)."""
    body = next((c for c in root.children if isinstance(c, Element) and c.tag == "body"), None)
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
