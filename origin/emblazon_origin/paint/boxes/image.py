"""Images as pixmaps of the size they are drawn at, and replaced content (`object-fit`, `object-position`)."""

from __future__ import annotations

import re
from typing import Protocol

from PIL import Image

from ...assets.images import NaturalSize
from ...assets.pixmap import Pixmap, Rendering
from ...layout.boxes.box import Rect
from ...style.values.computed import ComputedStyle
from ..painter import Painter, RoundedRect
from ..raster.geometry import IntRect, snap
from ..raster.surface import Surface
from .svg_backdrop import over_backdrop

_MAX_PIXELS = 8_000_000  # a picture larger than that is never made whole


class Images(Protocol):
    """The images of one render, already loaded; keys are those of `Box.replaced` and of `Url.href`."""

    def intrinsic(self, key: str) -> NaturalSize | None:
        """Return the natural size, or None for an image that could not be had."""
        ...

    def pixmap(self, key: str, width: int, height: int, rendering: Rendering = "auto") -> Pixmap | None:
        """Return the image at a size in device pixels."""
        ...

    def source(self, key: str, width: int, height: int) -> Pixmap | None:
        """Return the image for being turned or skewed: at no less than a size in device pixels."""
        ...

    def svg(self, markup: str, width: int, height: int) -> Image.Image | None:
        """Return SVG markup drawn once, at a size in device pixels, premultiplied ("RGBa")."""
        ...


def object_rect(style: ComputedStyle, natural: NaturalSize, content: Rect, dpr: float) -> Rect:
    """Return where the image is drawn, in scaled px (CSS Images 3 §5.5); it may overhang the content box."""
    width, height = concrete_size(natural, content.width, content.height, dpr)
    if style.object_fit == "frame" and (natural.width is None or natural.height is None):
        return content
    match style.object_fit:
        case "fill":
            width, height = content.width, content.height
        case "contain" | "cover":
            width, height = _fit(width, height, content, style.object_fit)
        case "scale-down":
            if width > content.width or height > content.height:
                width, height = _fit(width, height, content, "contain")
    x = style.object_position.x.resolve((content.width - width) / dpr) * dpr
    y = style.object_position.y.resolve((content.height - height) / dpr) * dpr
    return Rect(content.x + x, content.y + y, width, height)


def concrete_size(natural: NaturalSize, width: float, height: float, dpr: float) -> tuple[float, float]:
    """Return the natural size in scaled px, completed from a default size (CSS Images 3 §5.3)."""
    w = natural.width * dpr if natural.width is not None else None
    h = natural.height * dpr if natural.height is not None else None
    ratio = natural.ratio
    if w is not None and h is not None:
        return w, h
    if ratio:
        if w is not None:
            return w, w / ratio
        if h is not None:
            return h * ratio, h
        return (width, width / ratio) if width / ratio <= height else (height * ratio, height)
    return w if w is not None else width, h if h is not None else height


def _draw_blending(painter: Painter, images: Images, markup: str, rect: Rect) -> None:
    """Draw an inline SVG over a copy of what is below it, and put that in its place."""
    dx, dy = painter.shift or (0, 0)
    box = IntRect(
        int(rect.x) + dx, int(rect.y) + dy, int(rect.x + rect.width) + dx, int(rect.y + rect.height) + dy
    )
    shown = box.intersect(painter.surface.box)
    if shown.intersect(painter.clip.bounds).is_empty:
        return
    below = Surface(shown)
    below.rgb, below.alpha = painter.surface.part(shown)
    drawn = images.svg(over_backdrop(markup, below, box), *box.size)
    if drawn is None:
        return
    *rgb, alpha = drawn.split()
    result = Surface(box)
    result.rgb, result.alpha = Image.merge("RGB", rgb), alpha
    painter.surface.replace_part(result, painter.clip)


def _fit(width: float, height: float, into: Rect, how: str) -> tuple[float, float]:
    if width <= 0 or height <= 0:
        return 0.0, 0.0
    scales = into.width / width, into.height / height
    scale = min(scales) if how == "contain" else max(scales)
    return width * scale, height * scale


def paint_replaced(
    painter: Painter, images: Images, key: str, style: ComputedStyle, content: RoundedRect, dpr: float
) -> None:
    """Draw an image into its content box; what overhangs is cut off, round corners too."""
    natural = images.intrinsic(key)
    if (
        natural is None
        or content.rect.width <= 0
        or content.rect.height <= 0
        or not painter.sees(content.rect)
    ):
        return
    box = snap(object_rect(style, natural, content.rect, dpr))
    if box.is_empty:
        return
    inside = box.rect == content.rect and content.radii.is_square
    clipped = (
        painter
        if inside
        else painter.clipped(painter.clip_to(RoundedRect(snap(content.rect).rect, content.radii)))
    )
    draw_image(clipped, images, key, box.rect, style.image_rendering)


_BLENDS = re.compile(r"mix-blend-mode\s*[:=]\s*[\"']?(?!normal)[a-z]")


def blends(key: str | None) -> bool:
    """True for the markup of an inline SVG that mixes with what is behind it."""
    return key is not None and key.lstrip()[:4] == "<svg" and _BLENDS.search(key) is not None


def draw_image(painter: Painter, images: Images, key: str, rect: Rect, rendering: Rendering) -> None:
    """Draw an image into a rectangle of whole scaled px."""
    width, height = round(rect.width), round(rect.height)
    if painter.shift is not None and width * height <= _MAX_PIXELS and blends(key):
        _draw_blending(painter, images, key, rect)
        return
    if painter.shift is not None and width * height <= _MAX_PIXELS:
        pixmap = images.pixmap(key, width, height, rendering)
        if pixmap is not None:
            painter.draw(pixmap, rect.x, rect.y)
        return
    # Under any other matrix, resample once, from the source to the device.
    sx, sy = painter.matrix.scale
    shrink = min(1.0, (_MAX_PIXELS / max(1.0, width * sx * height * sy)) ** 0.5)
    pixmap = images.source(key, max(1, round(width * sx * shrink)), max(1, round(height * sy * shrink)))
    if pixmap is not None:
        painter.draw_scaled(pixmap, rect, smooth=rendering not in ("pixelated", "crisp-edges"))
