"""The layout stage: a styled document in, the positioned box tree out."""

from __future__ import annotations

from dataclasses import replace

from ..report import Report
from ..style.computed import ComputedStyle
from ..style.dom import Element, StyledDocument
from ..style.values import TRANSPARENT
from .absolute import place_absolute
from .box_generation import BoxGenerator
from .box_tree import to_boxes
from .boxes import Box, Rect, Sides
from .context import ImageSizes, LayoutContext, TextMeasurer
from .engine import content_sizes, layout
from .fragment import Fragment, Placed
from .sizing import margins_of


def layout_document(
    doc: StyledDocument,
    *,
    width: float,
    height: float,
    text: TextMeasurer,
    images: ImageSizes,
    report: Report,
) -> Box:
    """Return the canvas: an anonymous box of the viewport's size with the root element's box in it.

    The canvas carries the background that the root or the body propagates to it. `CardError` is raised
    where the document needs unreasonably many layout passes.
    """
    body = _body(doc.root)
    overrides = _propagate_overflow(doc.root, body)
    canvas_style = _propagate_background(doc.root, body, overrides)
    generator = BoxGenerator(images, text.ascent, overrides)
    root = generator.build(doc.root)
    ctx = LayoutContext(text, report, (width, height), layout, content_sizes)
    fragment = layout(ctx, root, width, height)
    margins = margins_of(root.style, width)
    origin = (margins.left or 0.0, margins.top or 0.0)
    viewport = Rect(-origin[0], -origin[1], width, height)
    outside = _place_in_viewport(ctx, fragment, viewport)
    canvas = Box(canvas_style, Rect(0.0, 0.0, width, height), Sides(0, 0, 0, 0), Sides(0, 0, 0, 0))
    to_boxes(canvas, Placed(fragment, *origin), outside)
    r = canvas.children[0].border_box
    # Backgrounds of the canvas are positioned on the root element's box: it is the content box here.
    canvas.padding = Sides(r.y, width - r.x - r.width, height - r.y - r.height, r.x)
    return canvas


def _body(root: Element) -> Element | None:
    return next((c for c in root.children if isinstance(c, Element) and c.tag == "body"), None)


def _propagate_overflow(root: Element, body: Element | None) -> dict[Element, ComputedStyle]:
    """The root's overflow, else the body's, is the viewport's (CSS Overflow 3 §3.3)."""
    for element in (root, body):
        if element is not None and (element.style.overflow_x, element.style.overflow_y) != (
            "visible",
            "visible",
        ):
            return {element: element.style.replace(overflow_x="visible", overflow_y="visible")}
    return {}


def _propagate_background(
    root: Element, body: Element | None, overrides: dict[Element, ComputedStyle]
) -> ComputedStyle:
    """Move the root's background, else the body's, to the canvas (CSS Backgrounds 3 §2.11.2)."""
    canvas = ComputedStyle()
    canvas.display = "block"
    for element in (root, body):
        if element is None or element.style.display in ("none", "contents"):
            continue
        style = overrides.get(element, element.style)
        if style.background_color.a == 0 and not any(layer.image for layer in style.background_layers):
            continue
        canvas.background_color = style.background_color
        canvas.background_layers = tuple(
            replace(layer, origin="content-box", clip="border-box") for layer in style.background_layers
        )
        canvas.image_rendering = style.image_rendering
        overrides[element] = style.replace(background_color=TRANSPARENT, background_layers=())
        break
    return canvas


def _place_in_viewport(ctx: LayoutContext, fragment: Fragment, viewport: Rect) -> list[Placed]:
    """Lay out what has no other containing block than the initial one."""
    placed: list[Placed] = []
    waiting = list(fragment.pending)
    while waiting:
        box = place_absolute(ctx, waiting.pop(0), viewport)
        placed.append(box)
        waiting.extend(p.moved(box.x, box.y) for p in box.fragment.pending)
    return placed
