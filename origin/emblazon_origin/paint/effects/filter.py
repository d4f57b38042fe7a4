"""`filter` and `backdrop-filter` functions: Filter Effects 1 §5 and §10, in sRGB as shorthands are."""

from __future__ import annotations

from math import ceil, cos, radians, sin
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops

from ...style.values.value_types import FilterFunction, Shadow
from ..raster.blur import blur, reach
from ..raster.geometry import IntRect, held
from ..raster.rasterizer import Clip, Mask
from ..raster.surface import Surface
from .mask import ReferenceBox, svg_filter, svg_filter_spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix3 = NDArray[np.float64]  # 3 rows of r, g, b and an offset

_STRIP_ROWS = 16  # worked on at once: they fit into the processor's cache


def filter_spread(
    functions: tuple[FilterFunction, ...], scale: float, place: ReferenceBox | None = None
) -> tuple[int, int, int, int]:
    """Return how far the functions carry ink to the left, top, right and bottom, in device px."""
    left = top = right = bottom = 0
    for function in functions:
        if function.reference is not None and place is not None:
            region = svg_filter_spread(function.reference, place)
            left, top, right, bottom = (
                a + b for a, b in zip((left, top, right, bottom), region, strict=True)
            )
        if function.name == "blur":
            by = reach(function.amount * scale) + 1
            left, top, right, bottom = left + by, top + by, right + by, bottom + by
        elif function.name == "drop-shadow" and function.shadow is not None:
            shadow = function.shadow
            by = reach(shadow.blur * scale) + 1
            x, y = ceil(held(abs(shadow.x) * scale)), ceil(held(abs(shadow.y) * scale))
            left, right = left + by + (x if shadow.x < 0 else 0), right + by + (x if shadow.x > 0 else 0)
            top, bottom = top + by + (y if shadow.y < 0 else 0), bottom + by + (y if shadow.y > 0 else 0)
    return left, top, right, bottom


def apply_filters(
    layer: Surface, functions: tuple[FilterFunction, ...], scale: float, place: ReferenceBox | None = None
) -> None:
    """Apply filter functions in order, in place; `scale` is device px per CSS px."""
    for function in functions:
        if function.name == "blur":
            blur_layer(layer, function.amount * scale)
        elif function.name == "drop-shadow":
            if function.shadow is not None:
                _drop_shadow(layer, function.shadow, scale)
        elif function.name == "url":
            if function.reference is not None and place is not None:
                svg_filter(layer, function.reference, place)
        elif function.name == "opacity":
            _fade(layer, function.amount)
        else:
            _recolor(layer, function)


def blur_layer(layer: Surface, sigma: float) -> None:
    """Blur premultiplied pixels."""
    if sigma <= 0:
        return
    layer.rgb = blur(layer.rgb, sigma)
    if layer.alpha is not None:
        layer.alpha = blur(layer.alpha, sigma)


def _drop_shadow(layer: Surface, shadow: Shadow, scale: float) -> None:
    alpha = layer.alpha if layer.alpha is not None else Image.new("L", layer.box.size, 255)
    sigma = shadow.blur * scale  # unlike in box-shadow, a deviation (§5.1)
    moved = Image.new("L", alpha.size)
    moved.paste(alpha, (round(held(shadow.x * scale)), round(held(shadow.y * scale))))
    if sigma > 0:
        moved = blur(moved, sigma)
    under = Surface(layer.box)
    under.fill_mask(Mask(moved, layer.box.left, layer.box.top), shadow.color, Clip(layer.box))
    under.draw_layer(layer, Clip(layer.box))
    layer.rgb, layer.alpha = under.rgb, under.alpha


def _fade(layer: Surface, amount: float) -> None:
    level = max(0, min(255, round(amount * 255)))
    layer.thin(Mask(Image.new("L", layer.box.size, level), layer.box.left, layer.box.top))


def _recolor(layer: Surface, function: FilterFunction) -> None:
    """Apply a colour matrix; its offsets are scaled by alpha, since pixels are premultiplied."""
    matrix = color_matrix(function)
    if _is_linear_table(function):
        _transfer(layer, float(matrix[0, 0]), float(matrix[0, 3]))
        return
    # Functions without an offset are linear, so they work on premultiplied colours as they are;
    # results are held between 0 and alpha.
    layer.rgb = layer.rgb.convert("RGB", tuple(float(value) for value in matrix.flat))
    if layer.alpha is not None:
        layer.rgb = ImageChops.darker(layer.rgb, Image.merge("RGB", (layer.alpha,) * 3))


def _is_linear_table(function: FilterFunction) -> bool:
    return function.name in ("brightness", "contrast", "invert")


def _transfer(layer: Surface, slope: float, offset: float) -> None:
    """Apply slope·c + offset to every channel."""
    for top in range(0, layer.box.height, _STRIP_ROWS):
        area = (0, top, layer.box.width, min(top + _STRIP_ROWS, layer.box.height))
        rgb = np.asarray(layer.rgb.crop(area), np.float32)
        most: float | NDArray[np.float32] = 255.0
        if layer.alpha is not None:
            most = np.asarray(layer.alpha.crop(area), np.float32)[..., None]
        changed = np.clip(rgb * slope + offset * most, 0, most) + 0.5
        layer.rgb.paste(Image.fromarray(changed.astype(np.uint8)), area)


def color_matrix(function: FilterFunction) -> Matrix3:
    """Return the matrix of a colour function (§10, with feColorMatrix of §9.6)."""
    amount = function.amount
    match function.name:
        case "brightness":
            return _diagonal(amount, 0.0)
        case "contrast":
            return _diagonal(amount, 0.5 - 0.5 * amount)
        case "invert":
            amount = min(amount, 1.0)
            return _diagonal(1 - 2 * amount, amount)
        case "grayscale":
            return _saturate(1 - min(amount, 1.0))
        case "saturate":
            return _saturate(amount)
        case "sepia":
            return _sepia(1 - min(amount, 1.0))
        case "hue-rotate":
            return _hue_rotate(radians(amount))
        case _:
            return _diagonal(1.0, 0.0)


def _diagonal(slope: float, offset: float) -> Matrix3:
    return np.array([[slope, 0, 0, offset], [0, slope, 0, offset], [0, 0, slope, offset]], np.float64)


def _with_offset(matrix: Matrix3) -> Matrix3:
    return np.concatenate([matrix, np.zeros((3, 1))], axis=1)


def _saturate(s: float) -> Matrix3:
    gray = np.array([0.213, 0.715, 0.072])
    return _with_offset(np.tile(gray * (1 - s), (3, 1)) + np.eye(3) * s)


def _sepia(rest: float) -> Matrix3:
    full = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
    return _with_offset(full + (np.eye(3) - full) * rest)


def _hue_rotate(angle: float) -> Matrix3:
    base = np.tile(np.array([0.213, 0.715, 0.072]), (3, 1))
    by_cos = np.array([[0.787, -0.715, -0.072], [-0.213, 0.285, -0.072], [-0.213, -0.715, 0.928]])
    by_sin = np.array([[-0.213, -0.715, 0.928], [0.143, 0.140, -0.283], [-0.787, 0.715, 0.072]])
    return _with_offset(base + cos(angle) * by_cos + sin(angle) * by_sin)


def mirrored(surface: Surface, box: IntRect, margin: int) -> Surface:
    """Return a copy of some pixels of a surface with a mirrored margin, for blurring a backdrop."""
    grown = Surface(box.grow(margin))
    rgb, alpha = surface.part(box)
    grown.rgb = _mirror(rgb, margin)
    grown.alpha = _mirror(alpha, margin) if alpha is not None else None
    return grown


def _mirror(image: Image.Image, margin: int) -> Image.Image:
    pixels = np.asarray(image)
    width = [(margin, margin), (margin, margin)] + [(0, 0)] * (pixels.ndim - 2)
    return Image.fromarray(np.pad(pixels, width, mode="symmetric"))
