"""Group effects of a box, in order: backdrop-filter, filter, clip-path, mask, opacity, mix-blend-mode.

Some groups need no layer: a box of one colour, only faded or blurred, such as a soft spot of light.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PIL import ImageChops

from ...layout.boxes.box import Box, Rect
from ...limits import MAX_NESTED_LAYERS, MAX_OPEN_PIXELS
from ...style.values.computed import ComputedStyle
from ...style.values.dom import Element
from ...style.values.value_types import BoxShape, SvgReference
from ..boxes.box_geometry import BoxGeometry
from ..boxes.box_shadow import blurred_shape
from ..boxes.shape import shape_path
from ..context import PaintContext
from ..costs import backdrop_cost, clip_path_cost, group_cost
from ..display_list import ClipNode, Group, Item, ink_of
from ..painter import Painter, RoundedRect
from ..raster.blend import blend_layer
from ..raster.blur import reach
from ..raster.geometry import IntRect, Matrix, enclose
from ..raster.path import Path, rounded_rect_path
from ..raster.rasterizer import Clip, Mask, cached_mask, coverage
from ..raster.surface import Surface
from ..work import SHADOW, STEP, Cost
from .filter import apply_filters, filter_spread, mirrored
from .mask import ReferenceBox, mask_of, svg_coverage

Items = list[Item | Group]

_MAX_PIXELS = 4_000_000


# What hides from backdrop filters what is below as soon as it may change (Filter Effects 2 §2).
_GROUPING = frozenset((
    "opacity", "filter", "backdrop-filter", "clip-path", "mask", "mask-image", "mix-blend-mode",
))  # fmt: skip


def has_effects(style: ComputedStyle) -> bool:
    """True where a box is painted on a layer of its own."""
    return (
        style.opacity < 1
        or bool(style.filter)
        or bool(style.backdrop_filter)
        or style.mix_blend_mode != "normal"
        or style.clip_path is not None
        or not style.will_change.isdisjoint(_GROUPING)
        or (bool(style.mask_layers) and any(layer.image is not None for layer in style.mask_layers))
    )


def effect_group(
    box: Box,
    geometry: BoxGeometry,
    items: Items,
    matrix: Matrix,
    clip: ClipNode | None,
    context: PaintContext,
) -> Group:
    """Wrap a box's items into a group with its effects; `matrix` includes the box's own transform."""
    style = box.style
    scale = _scale(matrix, context)
    only = items[0] if len(items) == 1 else None
    if isinstance(only, Group) and only.plain and only.clip is None and _only_fades(style):
        return replace(only, opacity=only.opacity * style.opacity, clip=clip)

    place = ReferenceBox(geometry.border_rect, context.dpr, matrix, context.images)
    filtered = _with_ink(place, items) if _has_svg_filter(style) else place
    clipped = place._replace(area=_reference_box(box, context))
    shape = _clip_shape(style, clipped)
    if isinstance(style.clip_path, BoxShape):
        shape = _rounded_box(geometry, style.clip_path_box, clipped.area), "nonzero"

    def cut(layer: Surface) -> None:
        _clip(layer, style, clipped, shape)
        mask = mask_of(style, geometry, matrix, layer.box, context.images)
        if mask is not None:
            layer.thin(mask)

    def compose(below: Surface, layer: Surface, clip: Clip, opacity: float) -> None:
        apply_filters(layer, style.filter, scale, filtered)
        cut(layer)
        blend_layer(below, layer, clip, style.mix_blend_mode, opacity)

    # Under the root element there is nothing to filter.
    behind = bool(style.backdrop_filter) and (box.element is None or box.element.tag != "html")

    before = _backdrop(style, geometry, matrix, scale, cut) if behind else None
    return Group(
        _anchored(items, geometry, matrix, behind or _has_svg_filter(style)),
        clip,
        compose,
        too_deep(context),
        filter_spread(style.filter, scale, filtered),
        before,
        style.opacity,
        plain=style.mix_blend_mode == "normal" and before is None,
        blends=style.mix_blend_mode != "normal",
        cost=_cost(style, scale, shape, matrix, [geometry]),
        before_ink=enclose(matrix.bounds(geometry.border_rect)),
        before_cost=backdrop_cost(style, scale),
    )


def _only_fades(style: ComputedStyle) -> bool:
    """True where `opacity` is all that is done to a group."""
    return (
        style.mix_blend_mode == "normal"
        and not (style.filter or style.backdrop_filter)
        and style.clip_path is None
        and all(layer.image is None for layer in style.mask_layers)
    )


def inline_group(
    element: Element,
    pieces: list[BoxGeometry],
    items: Items,
    matrix: Matrix,
    clip: ClipNode | None,
    context: PaintContext,
) -> Group:
    """Wrap what of an inline element lies on a line; `pieces` are its boxes there."""
    style = element.style
    scale = _scale(matrix, context)
    if style.backdrop_filter:
        _report_boxless("backdrop-filter", context)
    needs_box = style.clip_path is not None or _has_svg_filter(style)
    bounds = context.slices.bounds_of(element) if context.slices and needs_box else None
    area = context.place(bounds or Rect(0, 0, 0, 0))
    place = ReferenceBox(area, context.dpr, matrix, context.images)
    shape = _clip_shape(style, place)

    def compose(below: Surface, layer: Surface, clip: Clip, opacity: float) -> None:
        apply_filters(layer, style.filter, scale, place)
        _clip(layer, style, place, shape)
        masks = [mask_of(style, piece, matrix, layer.box, context.images) for piece in pieces]
        if any(masks):
            layer.thin(_lightest([mask for mask in masks if mask is not None]))
        blend_layer(below, layer, clip, style.mix_blend_mode, opacity)

    return Group(
        items,
        clip,
        compose,
        too_deep(context),
        filter_spread(style.filter, scale, place),
        opacity=style.opacity,
        blends=style.mix_blend_mode != "normal",
        cost=_cost(style, scale, shape, matrix, pieces),
    )


def _cost(
    style: ComputedStyle,
    scale: float,
    shape: tuple[Path, str] | None,
    matrix: Matrix,
    pieces: list[BoxGeometry],
) -> Cost:
    outline = clip_path_cost(*shape) if shape is not None else 0.0
    return group_cost(style, scale, outline, pieces, exact=matrix.is_pixel_shift)


def isolated(items: Items, context: PaintContext) -> Items:
    """Wrap the items of a stacking context where some of them blend: they blend with each other only."""
    if not any(item.blends for item in items):
        return items
    return [Group(items, None, lay_over, too_deep(context), plain=True)]


def lay_over(below: Surface, layer: Surface, clip: Clip, opacity: float) -> None:
    """Lay a layer over what is below as it is."""
    below.draw_layer(layer, clip, opacity)


def _has_svg_filter(style: ComputedStyle) -> bool:
    return any(function.reference is not None for function in style.filter)


def _with_ink(place: ReferenceBox, items: Items) -> ReferenceBox:
    """Return the box that filters refer to: around all that is painted in it (Chromium)."""
    if not items:
        return place
    ink = place.matrix.inverse().bounds(ink_of(items).rect)
    x, y, w, h = place.area
    left, top = min(x, ink.x), min(y, ink.y)
    right, bottom = max(x + w, ink.x + ink.width), max(y + h, ink.y + ink.height)
    return place._replace(area=Rect(left, top, right - left, bottom - top))


def _clip_shape(style: ComputedStyle, place: ReferenceBox) -> tuple[Path, str] | None:
    """Return the outline and fill rule of a `clip-path` that is no SVG element."""
    if style.clip_path is None or isinstance(style.clip_path, SvgReference):
        return None
    return shape_path(style.clip_path, place.area, place.dpr)


def _rounded_box(geometry: BoxGeometry, name: str, area: Rect) -> Path:
    """Return a reference box with the corners that `border-radius` gives it."""
    if name == "margin-box":
        radii = geometry.radii.spread(geometry.border_rect.x - area.x)
    else:
        radii = geometry.shape(name).radii
    return rounded_rect_path(area, radii.fit(area.width, area.height))


def _clip(layer: Surface, style: ComputedStyle, place: ReferenceBox, shape: tuple[Path, str] | None) -> None:
    """Cut a layer by `clip-path`."""
    if isinstance(style.clip_path, SvgReference):
        layer.thin(svg_coverage(style.clip_path, place, layer.box))
    elif shape is not None:
        path, rule = shape
        layer.thin(coverage(path, place.matrix, layer.box, rule))


def _lightest(masks: list[Mask]) -> Mask:
    """Return what any of several masks of one size lets through."""
    image = masks[0].image
    for mask in masks[1:]:
        image = ImageChops.lighter(image, mask.image)
    return Mask(image, masks[0].x, masks[0].y)


def _report_boxless(name: str, context: PaintContext) -> None:
    message = f"{name} has no effect on inline text here; make the element an inline-block"
    if not any(known.message == message for known in context.report.diagnostics):
        context.report.add("warning", "css-unsupported-value", message, where=name)


def too_deep(context: PaintContext) -> Callable[[], None]:
    """Return what tells that a group is drawn without its layer."""

    def tell() -> None:
        message = (
            f"more than {MAX_NESTED_LAYERS} groups, or {MAX_OPEN_PIXELS} of their pixels, are nested; "
            "the inner ones are drawn without effects"
        )
        if not any(known.message == message for known in context.report.diagnostics):
            context.report.add("warning", "limit", message)

    return tell


def _anchored(items: Items, geometry: BoxGeometry, matrix: Matrix, shows: bool) -> Items:
    """Backdrop filters and those that make pixels show even where the box itself has none."""
    if items or not shows:
        return items

    def nothing(painter: Painter) -> None:
        del painter

    x, y, width, height = geometry.border_rect
    return [Item(Rect(x, y, max(1.0, width), max(1.0, height)), matrix, None, nothing)]


def _scale(matrix: Matrix, context: PaintContext) -> float:
    sx, sy = matrix.scale
    return (sx + sy) / 2 * context.dpr


def _reference_box(box: Box, context: PaintContext) -> Rect:
    """Return the reference box of `clip-path`, not snapped, in scaled px."""
    match box.style.clip_path_box:
        case "padding-box":
            return context.place(box.padding_box)
        case "content-box":
            return context.place(box.content_box)
        case "margin-box":
            return context.place(_margin_box(box))
        case _:
            return context.place(box.border_box)


def _margin_box(box: Box) -> Rect:
    """Return the border box grown by margins that are lengths; auto ones count as 0."""
    style, (x, y, w, h) = box.style, box.border_box
    top, right, bottom, left = (
        0.0 if margin == "auto" else margin.resolve(w)
        for margin in (style.margin_top, style.margin_right, style.margin_bottom, style.margin_left)
    )
    return Rect(x - left, y - top, w + left + right, h + top + bottom)


def _backdrop(
    style: ComputedStyle, geometry: BoxGeometry, matrix: Matrix, scale: float, cut: Callable[[Surface], None]
) -> Callable[[Surface, Clip], None]:
    """Return the step that filters what is already painted under the border box, `cut` as the box is."""

    def draw(below: Surface, clip: Clip) -> None:
        box = enclose(matrix.bounds(geometry.border_rect)).intersect(below.box)
        if box.is_empty or box.intersect(clip.bounds).is_empty:
            return
        margin = max(filter_spread(style.backdrop_filter, scale))
        copy = mirrored(below, box, min(margin, max(box.size)))
        apply_filters(copy, style.backdrop_filter, scale)
        shaped = Painter(below, matrix, clip).clip_to(geometry.border_shape)
        part = _cropped(copy, box)
        cut(part)
        below.draw_layer(part, shaped, style.opacity)

    return draw


def _cropped(surface: Surface, box: IntRect) -> Surface:
    part = Surface(box)
    part.rgb, part.alpha = surface.part(box)
    return part


def plain_group(
    box: Box, geometry: BoxGeometry, matrix: Matrix, clip: ClipNode | None, context: PaintContext
) -> Item | None:
    """Return one item that paints the whole group, or None where it takes a layer."""
    style = box.style
    sigma = style.filter[0].amount * context.dpr if style.filter else 0.0
    x, y, w, h = geometry.border_rect
    by = reach(sigma)
    if not (_is_plain(box, context) and _only_faded_or_blurred(style)) or not matrix.is_pixel_shift:
        return None
    if (w + 2 * by) * (h + 2 * by) > _MAX_PIXELS:
        return None
    color = style.background_color._replace(a=style.background_color.a * style.opacity)
    shape = RoundedRect(Rect(0, 0, w, h), geometry.radii)

    def draw(painter: Painter) -> None:
        if sigma <= 0:
            painter.fill(geometry.border_shape, color)
            return
        soft = cached_mask(("soft", shape, sigma), lambda: blurred_shape(shape, sigma, plain=False))
        mask = soft.moved(int(x + matrix.e), int(y + matrix.f))
        painter.surface.fill_mask(mask, color, painter.clip)

    soft_pixels = (w + 2 * by) * (h + 2 * by) if sigma > 0 else 0.0
    cost = Cost("box", once=STEP + SHADOW * soft_pixels)
    return Item(Rect(x - by, y - by, w + 2 * by, h + 2 * by), matrix, clip, draw, cost=cost)


def _is_plain(box: Box, context: PaintContext) -> bool:
    """True where a background colour is all that a box paints."""
    style = box.style
    return (
        style.background_color.a > 0
        and style.visibility == "visible"
        and not (box.children or box.lines or box.replaced is not None or any(box.border))
        and not (style.box_shadow or style.outline_width > 0)
        and all(layer.image is None and layer.clip == "border-box" for layer in style.background_layers)
        and box not in context.without_background
    )


def _only_faded_or_blurred(style: ComputedStyle) -> bool:
    return (
        (not style.filter or (len(style.filter) == 1 and style.filter[0].name == "blur"))
        and not (style.backdrop_filter or style.mask_layers or style.clip_path is not None)
        and style.mix_blend_mode == "normal"
    )
