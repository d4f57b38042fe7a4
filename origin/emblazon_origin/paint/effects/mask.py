"""`mask-image`: CSS Masking 1 §6 and §7. Layers become coverage, composited into one mask.

SVG `<clipPath>`, `<mask>` and `<filter>` on boxes (CSS Masking 1, Filter Effects 1).

The reference box is the border box: user space begins at its corner, and fractions are of its size.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from lxml import etree
from PIL import Image, ImageChops

from ...layout.boxes.box import Rect
from ...style.values.computed import ComputedStyle
from ...style.values.value_types import BackgroundLayer, Color, SvgReference, Url
from ..boxes.background import paint_layer
from ..boxes.box_geometry import BoxGeometry
from ..boxes.image import NAMESPACE, Images, data_url, svg_document
from ..painter import Painter, RoundedRect
from ..raster.geometry import IntRect, Matrix, snapped
from ..raster.rasterizer import Clip, Mask, cached_mask
from ..raster.surface import Surface

_WHITE = Color(1, 1, 1)

_REGION = {"x": "-10%", "y": "-10%", "width": "120%", "height": "120%"}


def mask_of(
    style: ComputedStyle, geometry: BoxGeometry, matrix: Matrix, box: IntRect, images: Images
) -> Mask | None:
    """Return the coverage of all mask layers over device pixels; None where the box has no mask."""
    layers = [layer for layer in style.mask_layers if layer.image is not None]
    if not layers:
        return None
    if any(isinstance(layer.image, Url) for layer in layers):
        return _composited(layers, style, geometry, matrix, box, images)
    key = ("mask-image", tuple(layers), geometry, matrix, box)
    return cached_mask(key, lambda: _composited(layers, style, geometry, matrix, box, images))


def _composited(
    layers: list[BackgroundLayer],
    style: ComputedStyle,
    geometry: BoxGeometry,
    matrix: Matrix,
    box: IntRect,
    images: Images,
) -> Mask:
    result: Image.Image | None = None
    # The last layer is lowest; each one above is combined with all below it.
    for layer in reversed(layers):
        own = _layer_coverage(layer, style, geometry, matrix, box, images)
        result = own if result is None else _combine(own, result, layer.mask_composite)
    return Mask(result if result is not None else Image.new("L", box.size), box.left, box.top)


def _layer_coverage(
    layer: BackgroundLayer,
    style: ComputedStyle,
    geometry: BoxGeometry,
    matrix: Matrix,
    box: IntRect,
    images: Images,
) -> Image.Image:
    if layer.reference is not None:
        return _svg_mask(layer, geometry, matrix, box, images)
    if isinstance(layer.image, Url) and images.intrinsic(layer.image.href) is None:
        return Image.new("L", box.size)  # a mask image that cannot be had hides everything (§6.1)
    surface = Surface(box)
    painter = Painter(surface, matrix, Clip(box))
    if layer.clip in ("border-box", "padding-box", "content-box"):
        shape = geometry.shape(layer.clip)
        painter = painter.clipped(painter.clip_to(RoundedRect(snapped(shape.rect), shape.radii)))
    paint_layer(painter, geometry, layer, images, style.image_rendering)
    if layer.mask_mode == "luminance":
        return _luminance(surface)
    return surface.alpha if surface.alpha is not None else Image.new("L", box.size, 255)


def _svg_mask(
    layer: BackgroundLayer, geometry: BoxGeometry, matrix: Matrix, box: IntRect, images: Images
) -> Image.Image:
    reference = layer.reference
    if reference is None or not reference.markup:
        return Image.new("L", box.size)
    place = ReferenceBox(geometry.image_area.border_rect, geometry.dpr, matrix, images)
    mode = None if layer.mask_mode == "match-source" else layer.mask_mode
    return svg_coverage(reference, place, box, mode).image


def _luminance(surface: Surface) -> Image.Image:
    """Return luminance times alpha: premultiplied colours already hold the product (§7.10.1)."""
    return surface.rgb.convert("L", (0.2125, 0.7154, 0.0721, 0))


def _combine(above: Image.Image, below: Image.Image, how: str) -> Image.Image:
    """Composite two coverages by Porter and Duff (§6.7)."""
    match how:
        case "subtract":
            return ImageChops.multiply(above, ImageChops.invert(below))
        case "intersect":
            return ImageChops.multiply(above, below)
        case "exclude":
            return ImageChops.add(
                ImageChops.multiply(above, ImageChops.invert(below)),
                ImageChops.multiply(below, ImageChops.invert(above)),
            )
        case _:
            return ImageChops.screen(above, below)


class ReferenceBox(NamedTuple):
    """Where an effect is applied: a box in scaled px under a matrix."""

    area: Rect
    dpr: float
    matrix: Matrix
    images: Images

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in CSS px."""
        return self.area.width / self.dpr, self.area.height / self.dpr


def svg_coverage(
    reference: SvgReference, place: ReferenceBox, box: IntRect, mask_type: str | None = None
) -> Mask:
    """Return the coverage of a clip path or mask over device pixels; `mask_type` overrides the mask's own."""
    area, dpr, matrix, images = place
    local = matrix.then(Matrix(dpr, 0, 0, dpr, area.x, area.y))
    a, b, c, d, e, f = local._replace(e=local.e - box.left, f=local.f - box.top)
    defs, kind = _in_user_space(reference, *place.size, mask_type)
    use = f'{"clip-path" if kind == "clipPath" else "mask"}="url(#{_id(reference)})"'
    far = 1e5
    markup = (
        f'<g transform="matrix({a} {b} {c} {d} {e} {f})"><g {use}>'
        f'<rect x="{-far}" y="{-far}" width="{2 * far}" height="{2 * far}" fill="#fff"/></g></g>'
    )
    drawn = images.svg(svg_document(*box.size, defs + markup), *box.size)
    image = drawn.getchannel("a") if drawn is not None else Image.new("L", box.size)
    return Mask(image, box.left, box.top)


def svg_filter(layer: Surface, reference: SvgReference, place: ReferenceBox) -> None:
    """Filter a layer in place; turned boxes are filtered along the device's axes."""
    area, dpr, matrix, images = place
    scale_x, scale_y = (scale * dpr for scale in matrix.scale)
    left, top, _, _ = matrix.bounds(area)
    x, y = (left - layer.box.left) / scale_x, (top - layer.box.top) / scale_y
    width, height = layer.box.width / scale_x, layer.box.height / scale_y
    defs, _ = _in_user_space(reference, *place.size)
    markup = (
        f'<g transform="scale({scale_x} {scale_y}) translate({x} {y})"><g filter="url(#{_id(reference)})">'
        f'<image x="{-x}" y="{-y}" width="{width}" height="{height}" preserveAspectRatio="none" '
        f'xlink:href="{data_url(layer)}"/></g></g>'
    )
    drawn = images.svg(svg_document(*layer.box.size, defs + markup), *layer.box.size)
    if drawn is not None:
        *rgb, alpha = drawn.split()
        layer.rgb, layer.alpha = Image.merge("RGB", rgb), alpha


def svg_filter_spread(reference: SvgReference, place: ReferenceBox) -> tuple[int, int, int, int]:
    """Return how far the filter's region reaches out of the reference box: left, top, right, bottom."""
    element = etree.fromstring(reference.markup)[0]
    user = element.get("filterUnits") == "userSpaceOnUse"
    width, height = place.size
    x, y, w, h = (
        _length(element.get(name, _REGION[name]), size, user)
        for name, size in zip(_REGION, (width, height, width, height), strict=True)
    )
    sx, sy = (scale * place.dpr for scale in place.matrix.scale)
    reach = (-x * sx, -y * sy, (x + w - width) * sx, (y + h - height) * sy)
    left, top, right, bottom = (min(max(0, int(by) + 1), 4096) for by in reach)
    return left, top, right, bottom


def _id(reference: SvgReference) -> str:
    return escape(reference.id)


def _in_user_space(
    reference: SvgReference, width: float, height: float, mask_type: str | None = None
) -> tuple[str, str]:
    """Return the definitions with fractions of the reference box (CSS px) as lengths, and the tag."""
    defs = etree.fromstring(reference.markup)
    element = defs[0]
    kind = etree.QName(element).localname
    if mask_type is not None:
        element.set("style", f"{element.get('style', '')};mask-type:{mask_type}".lstrip(";"))
    if kind == "clipPath":
        if element.get("clipPathUnits") == "objectBoundingBox":
            element.set("clipPathUnits", "userSpaceOnUse")
            element.set("transform", f"matrix({width} 0 0 {height} 0 0) {element.get('transform', '')}")
    else:
        units = f"{kind}Units"
        user = element.get(units) == "userSpaceOnUse"
        for name, size in zip(_REGION, (width, height, width, height), strict=True):
            element.set(name, f"{_length(element.get(name, _REGION[name]), size, user)}")
        element.set(units, "userSpaceOnUse")
        if kind == "mask" and element.get("maskContentUnits") == "objectBoundingBox":
            element.set("maskContentUnits", "userSpaceOnUse")
            scaled = etree.Element(f"{{{NAMESPACE}}}g", transform=f"matrix({width} 0 0 {height} 0 0)")
            scaled.extend(list(element))
            element.append(scaled)
        if kind == "filter" and element.get("primitiveUnits") == "objectBoundingBox":
            _say_primitives(element, width, height)
    return etree.tostring(defs, encoding="unicode"), kind


_SHARES = {
    **dict.fromkeys(("x", "width", "dx"), (0,)), **dict.fromkeys(("y", "height", "dy"), (1,)),
    "stdDeviation": (0, 1), "radius": (0, 1),
}  # fmt: skip


def _say_primitives(element: etree._Element, width: float, height: float) -> None:
    """Write what primitives say in shares of the reference box in CSS px (Filter Effects 1 §7.4)."""
    element.set("primitiveUnits", "userSpaceOnUse")
    sizes = width, height
    for primitive in element:
        for name, axes in _SHARES.items():
            parts = primitive.get(name, "").replace(",", " ").split()
            if parts:
                pairs = zip(axes, (parts * 2)[: len(axes)], strict=True)
                said = (f"{_length(part, sizes[axis], False):.9g}" for axis, part in pairs)
                primitive.set(name, " ".join(said))


def _length(text: str, size: float, user: bool) -> float:
    """Return a coordinate of a mask's or filter's region in CSS px."""
    text = text.strip()
    try:
        if text.endswith("%"):
            return float(text[:-1]) / 100 * size
        return float(text.removesuffix("px")) * (1.0 if user else size)
    except ValueError:
        return 0.0
