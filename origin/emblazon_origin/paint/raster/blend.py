"""Blend modes: Compositing and Blending 1 §5, §9 and §10, on premultiplied layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from ...style.values.value_types import BlendMode
from .geometry import IntRect
from .rasterizer import Clip
from .surface import Surface, byte

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_STRIP_PIXELS = 32_768  # blended at once, so that all that is worked on stays in the processor's cache


def blend_layer(below: Surface, layer: Surface, clip: Clip, mode: BlendMode, opacity: float) -> None:
    """Composite a layer onto a surface with a blend mode, through the clip."""
    if mode == "normal":
        below.draw_layer(layer, clip, opacity)
        return
    box = layer.inked().intersect(clip.bounds).intersect(below.box)
    rows = max(1, _STRIP_PIXELS // max(1, box.width))
    for top in range(box.top, box.bottom, rows):
        strip = box._replace(top=top, bottom=min(box.bottom, top + rows))
        _blend(below, layer, strip, clip.cover(strip, None), mode, byte(opacity) / 255)


def _blend(
    below: Surface, layer: Surface, box: IntRect, cover: Image.Image | None, mode: BlendMode, weight: float
) -> None:
    """Blend some rows; `cover` and `weight` thin the layer out."""
    source, source_alpha = _floats(layer, box)
    backdrop, backdrop_alpha = _floats(below, box)
    thin: Array | float = weight
    if cover is not None:
        thin = weight * np.asarray(cover, np.float32)[..., None] / 255
    source, source_alpha = source * thin, source_alpha * thin
    if mode == "plus-lighter":
        result = np.minimum(source + backdrop, 1)
        alpha = np.minimum(source_alpha + backdrop_alpha, 1)
    else:
        cs, cb = _straight(source, source_alpha), _straight(backdrop, backdrop_alpha)
        mixed = _MODES[mode](cb, cs)
        # co = cs·αs·(1−αb) + cb·αb·(1−αs) + αs·αb·B(cb, cs), already premultiplied
        result = (
            source * (1 - backdrop_alpha)
            + backdrop * (1 - source_alpha)
            + source_alpha * backdrop_alpha * mixed
        )
        alpha = source_alpha + backdrop_alpha - source_alpha * backdrop_alpha
    area = below.local(box)
    below.rgb.paste(_image(result), area)
    if below.alpha is not None:
        below.alpha.paste(_image(alpha[..., 0]), area)


def _floats(surface: Surface, box: IntRect) -> tuple[Array, Array]:
    rgb, alpha = surface.part(box)
    colors = np.asarray(rgb, np.float32) / 255
    if alpha is None:
        return colors, np.ones((*colors.shape[:2], 1), np.float32)
    return colors, np.asarray(alpha, np.float32)[..., None] / 255


def _straight(colors: Array, alpha: Array) -> Array:
    return np.minimum(colors / np.where(alpha > 0, alpha, 1), 1)


def _image(values: Array) -> Image.Image:
    return Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8))


# --- separable modes: b(cb, cs) ------------------------------------------------------------------


def _hard_light(cb: Array, cs: Array) -> Array:
    return np.where(cs <= 0.5, cb * 2 * cs, cb + (2 * cs - 1) - cb * (2 * cs - 1))


def _color_dodge(cb: Array, cs: Array) -> Array:
    quotient = cb / np.where(cs < 1, 1 - cs, 1)
    return np.where(cb <= 0, 0, np.where(cs >= 1, 1, np.minimum(1, quotient)))


def _color_burn(cb: Array, cs: Array) -> Array:
    quotient = (1 - cb) / np.where(cs > 0, cs, 1)
    return np.where(cb >= 1, 1, np.where(cs <= 0, 0, 1 - np.minimum(1, quotient)))


def _soft_light(cb: Array, cs: Array) -> Array:
    d = np.where(cb <= 0.25, ((16 * cb - 12) * cb + 4) * cb, np.sqrt(cb))
    result: Array = np.where(cs <= 0.5, cb - (1 - 2 * cs) * cb * (1 - cb), cb + (2 * cs - 1) * (d - cb))
    return result


# --- non-separable modes (§10.2) -----------------------------------------------------------------


def _lum(c: Array) -> Array:
    return (0.3 * c[..., 0] + 0.59 * c[..., 1] + 0.11 * c[..., 2])[..., None]


def _low(c: Array) -> Array:
    return np.minimum(np.minimum(c[..., 0], c[..., 1]), c[..., 2])[..., None]


def _high(c: Array) -> Array:
    return np.maximum(np.maximum(c[..., 0], c[..., 1]), c[..., 2])[..., None]


def _sat(c: Array) -> Array:
    return _high(c) - _low(c)


def _clip_color(c: Array) -> Array:
    light, low, high = _lum(c), _low(c), _high(c)
    c = np.where(low < 0, light + (c - light) * light / np.where(low < 0, light - low, 1), c)
    return np.where(high > 1, light + (c - light) * (1 - light) / np.where(high > 1, high - light, 1), c)


def _set_lum(c: Array, light: Array) -> Array:
    return _clip_color(c + (light - _lum(c)))


def _set_sat(c: Array, saturation: Array) -> Array:
    low, spread = _low(c), _sat(c)
    return np.where(spread > 0, (c - low) * saturation / np.where(spread > 0, spread, 1), 0)


_MODES: dict[str, Callable[[Array, Array], Array]] = {
    "multiply": lambda cb, cs: cb * cs,
    "screen": lambda cb, cs: cb + cs - cb * cs,
    "overlay": lambda cb, cs: _hard_light(cs, cb),
    "darken": lambda cb, cs: np.minimum(cb, cs),
    "lighten": lambda cb, cs: np.maximum(cb, cs),
    "color-dodge": _color_dodge,
    "color-burn": _color_burn,
    "hard-light": _hard_light,
    "soft-light": _soft_light,
    "difference": lambda cb, cs: np.abs(cb - cs),
    "exclusion": lambda cb, cs: cb + cs - 2 * cb * cs,
    "hue": lambda cb, cs: _set_lum(_set_sat(cs, _sat(cb)), _lum(cb)),
    "saturation": lambda cb, cs: _set_lum(_set_sat(cb, _sat(cs)), _lum(cb)),
    "color": lambda cb, cs: _set_lum(cs, _lum(cb)),
    "luminosity": lambda cb, cs: _set_lum(cb, _lum(cs)),
}
