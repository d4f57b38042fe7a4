"""The canvas: background of the page, then the display list, into one picture.

1. canvas background   from `html`, or from `body` where `html` has none (CSS Backgrounds 3 §2.11)
2. display list        boxes and text in painting order (stacking.py)
3. play                draw what can be seen
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from PIL import Image

from ..caching import ByteCache
from ..ground import Picture
from ..layout.boxes.box import Box, Rect, Sides
from ..layout.boxes.shape_geometry import Radii
from ..limits import LEAST_PAINT_WORK
from ..processes import extent_of, room_for
from ..report import Report
from ..style.values.computed import ComputedStyle
from ..style.values.value_types import Color, Url
from .boxes.background import paint_background
from .boxes.box_geometry import BoxGeometry, geometry_of
from .boxes.image import Images
from .context import FontMetricsSource, PaintContext
from .costs import background_cost
from .display_list import Group, Item, play
from .effects.effect_groups import has_effects, isolated
from .kept_display import KeptDisplay
from .painter import Painter
from .raster.geometry import IDENTITY, IntRect, pixel_round
from .raster.rasterizer import Clip
from .raster.surface import Surface
from .stacking import build_display_list
from .text.inline_slices import Slices
from .work import BOX, Work

# Opaque canvases with their colours and gradients: most cards of a template begin with the same one.
_canvases: ByteCache[Image.Image] = ByteCache(
    "canvases", 32_000_000, lambda picture: picture.width * picture.height * 4
)
_sightings: ByteCache[list[int]] = ByteCache("sightings", 64_000, lambda _: 0)


def paint_document(
    root: Box,
    *,
    width: int,
    height: int,
    dpr: float,
    fonts: FontMetricsSource | None,
    images: Images,
    report: Report,
    base: Color | None = None,
    kept: KeptDisplay | None = None,
) -> Picture:
    """Paint a laid-out document; `width` and `height` are CSS px.

    `base` is the opaque colour under the page, as a browser's white; None leaves it transparent.
    Returns "RGB" where every pixel is opaque, else "RGBA". `fonts` places text decorations; runs carry their
    own fonts. `kept` is what earlier drawings of the document left, and takes what this one leaves.
    """
    box = IntRect(0, 0, max(1, pixel_round(width * dpr)), max(1, pixel_round(height * dpr)))
    source = canvas_source(root)
    context = PaintContext(
        dpr,
        images,
        fonts,
        report,
        frozenset() if source is None else frozenset([source]),
        frozenset(viewport_boxes(root)),
        slices=Slices(root),
        viewport=Rect(0, 0, box.width, box.height),
        kept=kept,
    )
    count, depth = extent_of(root, attrgetter("children"))
    work = Work.of_canvas(box.width * box.height, sum(report.work.values()) + BOX * count)
    with room_for(depth):
        canvas = _canvas(box, source, root, context, base, work)
        background: Item | None = None
        if source is not None and has_effects(root.style):  # which take the canvas background in
            background = _item(box, _canvas(box, source, root, context, None, work))
            canvas = _canvas(box, None, root, context, base, work)
        if kept is not None:
            kept.begin(box)
        display = build_display_list(root, context, background)
        if source is None:  # what blends does so with the page alone, not with the colour under it
            display = isolated(display, context)
        if kept is not None:
            picture = kept.play(display, canvas.place, canvas.paint, work, is_flat=canvas.is_flat)
        else:
            surface, items = _begun(canvas, display, work)
            play(items, surface, Clip(box), work)
            picture = surface.image()
    work.tell(report)
    return picture


@dataclass(frozen=True, slots=True)
class _Canvas:
    """The canvas background; `key` names all that decides its pixels, None if unknown or not opaque.

    `place` does so within one document. A canvas of one colour `is_flat`.
    """

    key: tuple[object, ...] | None
    paint: Callable[[], Surface]
    place: tuple[object, ...] = ()
    is_flat: bool = False


def _item(box: IntRect, canvas: _Canvas) -> Item:
    """Return the canvas background as an item."""

    def draw(painter: Painter) -> None:
        painter.surface.draw_layer(canvas.paint(), painter.clip)

    return Item(Rect(0, 0, box.width, box.height), IDENTITY, None, draw)


def _begun(canvas: _Canvas, items: list[Item | Group], work: Work) -> tuple[Surface, list[Item | Group]]:
    """Return a surface on which painting has begun, and the items that are left.

    The boxes before the first text are the same on most cards of a template: once they were seen twice, they
    are kept painted.
    """
    keys = _leading_keys(items)
    if canvas.key is None or not keys or _work_of(items[: len(keys)], work) > LEAST_PAINT_WORK / 2:
        return canvas.paint(), items
    key = (canvas.key, *keys)
    try:
        sightings = _sightings.get(hash(key), lambda: [0])
    except TypeError:  # a style holds what cannot be compared
        return canvas.paint(), items
    sightings[0] += 1
    if sightings[0] < 2:
        return canvas.paint(), items

    def paint() -> Image.Image:
        surface = canvas.paint()
        play(items[: len(keys)], surface, Clip(surface.box), Work(work.limit, work.spent))
        return surface.rgb

    picture = _canvases.get(key, paint)
    for item in items[: len(keys)]:  # counted whether or not they were kept
        if isinstance(item, Item):
            item.enter(Clip(IntRect(0, 0, *picture.size)), work)
    return Surface(IntRect(0, 0, *picture.size), picture), items[len(keys) :]


def _work_of(items: list[Item | Group], work: Work) -> float:
    """Return what items may take at most: pictures are kept only where no limit leaves any of them out."""
    return sum(item.cost.once + item.cost.per_pixel * work.pixels for item in items)


def _leading_keys(items: list[Item | Group]) -> list[tuple[object, ...]]:
    """Return the keys of the items up to the first one without."""
    keys = []
    for item in items:
        if isinstance(item, Group) or item.key is None:
            break
        keys.append(item.key)
    return keys


def _canvas(
    box: IntRect, source: Box | None, root: Box, context: PaintContext, base: Color | None, work: Work
) -> _Canvas:
    """Return the canvas background."""
    if source is None:
        flat = base is not None
        return _Canvas((box, base) if flat else None, lambda: Surface(box, base), is_flat=flat)
    style = source.style
    geometry = geometry_of(root, context)
    if not work.take(background_cost(style, geometry), box.width * box.height):
        style = style.replace(background_layers=())
    opaque = style.background_color.a >= 1
    ground = style.background_color if opaque else base
    if opaque and not any(layer.image for layer in style.background_layers):
        return _Canvas((box, ground), lambda: Surface(box, ground), is_flat=True)

    def paint() -> Surface:
        # The image is positioned on the root element's box, and painted over the whole canvas.
        surface = Surface(box, ground)
        painter = Painter(surface, IDENTITY, Clip(box))
        paint_background(painter, _infinite(geometry, box), _canvas_style(style), context.images)
        return surface

    layers = style.background_layers
    if ground is None or any(isinstance(layer.image, Url) for layer in layers):
        return _Canvas(None, paint, (ground, geometry.border_rect))
    key = (
        box, ground, style.background_color, layers, style.image_rendering, geometry.border_rect, context.dpr,
    )  # fmt: skip
    place = (ground, geometry.border_rect)
    return _Canvas(key, lambda: Surface(box, _canvases.get(key, lambda: paint().rgb)), place)


def _infinite(geometry: BoxGeometry, box: IntRect) -> BoxGeometry:
    """Return a geometry whose border edge is the canvas and whose padding edge is the root's border edge."""
    x, y, w, h = geometry.border_rect
    sides = Sides(y, box.right - x - w, box.bottom - y - h, x)
    canvas = Rect(0, 0, box.width, box.height)
    return BoxGeometry(canvas, Radii(), sides, Sides(0, 0, 0, 0), geometry.dpr, viewport=canvas)


def _canvas_style(style: ComputedStyle) -> ComputedStyle:
    """Return the style with layers that are neither clipped nor positioned by borders."""
    from dataclasses import replace

    layers = tuple(
        replace(layer, clip="border-box", origin="padding-box") for layer in style.background_layers
    )
    return style.replace(background_layers=layers)


def canvas_source(root: Box) -> Box | None:
    """Return the box whose background the canvas takes: the root element's, or `body`'s if that has none."""
    if root.style.display == "none":  # there is no box to take one from
        return None
    if _has_background(root):
        return root
    if root.element is None or root.element.tag == "html":
        body = _body(root)
        return body if body is not None and _has_background(body) else None
    return None


def _body(root: Box) -> Box | None:
    """Return the body, where containment does not keep to itself what is the page's (Containment 2 §3)."""
    for child in root.children:
        if child.element is not None and child.element.tag == "body":
            return None if root.style.contain or child.style.contain else child
    return None


def _has_background(box: Box) -> bool:
    return box.style.background_color.a > 0 or any(layer.image for layer in box.style.background_layers)


def viewport_boxes(root: Box) -> list[Box]:
    """Return the boxes whose overflow is the viewport's: the root, and `body` if the root's is visible."""
    boxes = [root]
    if root.style.overflow_x == "visible" and root.style.overflow_y == "visible":
        body = _body(root)
        boxes += [body] if body is not None else []
    return boxes
