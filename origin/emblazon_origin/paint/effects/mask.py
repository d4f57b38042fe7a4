"""`mask-image`: CSS Masking 1 §6 and §7. Layers become coverage, composited into one mask."""

from __future__ import annotations

from PIL import Image, ImageChops

from ...style.values.computed import ComputedStyle
from ...style.values.value_types import BackgroundLayer, Color, Url
from ..boxes.background import paint_layer
from ..boxes.box_geometry import BoxGeometry
from ..boxes.image import Images
from ..painter import Painter, RoundedRect
from ..raster.clip import Clip
from ..raster.geometry import IntRect, Matrix, snap
from ..raster.rasterizer import Mask, cached_mask
from ..raster.surface import Surface
from .svg_effects import ReferenceBox, svg_coverage

_WHITE = Color(1, 1, 1)


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
        painter = painter.clipped(painter.clip_to(RoundedRect(snap(shape.rect).rect, shape.radii)))
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
