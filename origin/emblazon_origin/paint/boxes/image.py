"""Images as pixmaps of the size they are drawn at, and replaced content (`object-fit`, `object-position`).

Inline SVG over a copy of the pixels below it: blend modes in it mix with the page (Compositing 1 §3).
"""

from __future__ import annotations

import base64
import io
import re
from typing import NamedTuple, Protocol

from lxml import etree
from PIL import Image

from ...assets.images import NaturalSize
from ...assets.pixmap import Cut, Pixmap, Rendering
from ...assets.svg import view_box
from ...layout.boxes.box import Rect
from ...style.values.computed import ComputedStyle
from ..painter import Painter, RoundedRect
from ..raster.geometry import IntRect, snap
from ..raster.surface import Surface
from ..work import MAX_WHOLE_IMAGE

NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


class Images(Protocol):
    """The images of one render, already loaded; keys are those of `Box.replaced` and of `Url.href`."""

    def intrinsic(self, key: str) -> NaturalSize | None:
        """Return the natural size, or None for an image that could not be had."""
        ...

    def pixmap(self, key: str, width: int, height: int, rendering: Rendering = "auto") -> Pixmap | None:
        """Return the image at a size in device pixels."""
        ...

    def part(self, key: str, cut: Cut, rendering: Rendering = "auto") -> Pixmap | None:
        """Return what of the image lies in a box of pixels; None where it is no raster image."""
        ...

    def source(self, key: str, width: int, height: int) -> Pixmap | None:
        """Return the image for being turned or skewed: at no less than a size in device pixels."""
        ...

    def svg(self, markup: str, width: int, height: int) -> Image.Image | None:
        """Return SVG markup drawn once, at a size in device pixels, premultiplied ("RGBa")."""
        ...


class SeenAxis(NamedTuple):
    """An image along one axis: where it begins, its size, and the device pixels that are drawn of it."""

    first: float
    size: float
    low: int
    high: int

    @property
    def is_whole(self) -> bool:
        """Whether all of it is drawn, from pixel to pixel."""
        return self.low == self.first and self.high == self.first + self.size


def object_rect(style: ComputedStyle, natural: NaturalSize, content: Rect, dpr: float) -> Rect:
    """Return where the image is drawn, in scaled px (CSS Images 3 §5.5); it may overhang the content box."""
    width, height = concrete_size(natural, content.width, content.height, dpr)
    if style.object_fit == "frame" and (natural.scales or None in (natural.width, natural.height)):
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


class ReplacedContent(NamedTuple):
    """The content box of an image, on device pixels and as it is laid out, which the image is fitted into."""

    shape: RoundedRect
    exact: Rect


def fitted_rect(style: ComputedStyle, natural: NaturalSize, box: ReplacedContent, dpr: float) -> Rect:
    """Return where an image is drawn, before it is cut off, in device px."""
    return object_rect(style, natural, box.shape.rect if style.object_fit == "fill" else box.exact, dpr)


def paint_replaced(
    painter: Painter, images: Images, key: str, style: ComputedStyle, box: ReplacedContent, dpr: float
) -> None:
    """Draw an image into its content box; what overhangs is cut off, round corners too, or is left."""
    content = box.shape
    natural = images.intrinsic(key)
    if natural is None or content.rect.width <= 0 or content.rect.height <= 0:
        return
    if not style.overhangs and not painter.sees(content.rect):
        return
    drawn = snap(fitted_rect(style, natural, box, dpr))
    if drawn.is_empty:
        return
    if style.overhangs:
        draw_image(painter, images, key, drawn.rect, style.image_rendering)
        return
    inside = drawn.rect == content.rect and content.radii.is_square
    frame = snap(content.rect)
    clipped = painter if inside else painter.clipped(painter.clip_to(RoundedRect(frame.rect, content.radii)))
    seen = drawn.intersect(frame)
    if seen != drawn:
        x = SeenAxis(drawn.left, drawn.width, seen.left, seen.right)
        y = SeenAxis(drawn.top, drawn.height, seen.top, seen.bottom)
        if draw_part(clipped, images, key, x, y, style.image_rendering):
            return
    draw_image(clipped, images, key, drawn.rect, style.image_rendering)


_BLENDS = re.compile(r"mix-blend-mode\s*[:=]\s*[\"']?(?!normal)[a-z]")


def blends(key: str | None) -> bool:
    """True for the markup of an inline SVG that mixes with what is behind it."""
    return key is not None and key.lstrip()[:4] == "<svg" and _BLENDS.search(key) is not None


def draw_image(painter: Painter, images: Images, key: str, rect: Rect, rendering: Rendering) -> None:
    """Draw an image into a rectangle of whole scaled px."""
    width, height = round(rect.width), round(rect.height)
    if painter.shift is not None and width * height <= MAX_WHOLE_IMAGE and blends(key):
        _draw_blending(painter, images, key, rect)
        return
    if painter.shift is not None and width * height <= MAX_WHOLE_IMAGE:
        pixmap = images.pixmap(key, width, height, rendering)
        if pixmap is not None:
            painter.draw(pixmap, rect.x, rect.y)
        return
    # Under any other matrix, resample once, from the source to the device.
    sx, sy = painter.matrix.scale
    shrink = min(1.0, (MAX_WHOLE_IMAGE / max(1.0, width * sx * height * sy)) ** 0.5)
    pixmap = images.source(key, max(1, round(width * sx * shrink)), max(1, round(height * sy * shrink)))
    if pixmap is not None:
        painter.draw_scaled(pixmap, rect, smooth=rendering not in ("pixelated", "crisp-edges"))


def draw_part(
    painter: Painter, images: Images, key: str, x: SeenAxis, y: SeenAxis, rendering: Rendering
) -> bool:
    """Draw the part of a raster image that is seen, with its ends between pixels. False where it is not."""
    if x.low >= x.high or y.low >= y.high or (x.high - x.low) * (y.high - y.low) > MAX_WHOLE_IMAGE:
        return False
    if painter.shift is None:
        return False
    size = x.high - x.low, y.high - y.low
    pixmap = images.part(key, Cut(x.size, y.size, x.low - x.first, y.low - y.first, *size), rendering)
    if pixmap is not None:
        painter.draw(pixmap, x.low, y.low)
    return pixmap is not None


def data_url(surface: Surface) -> str:
    """Return a surface's pixels as a PNG in a data: URL."""
    buffer = io.BytesIO()
    surface.image().save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def svg_document(width: int, height: int, content: str) -> str:
    """Return an SVG document whose user space is device pixels."""
    return (
        f'<svg xmlns="{NAMESPACE}" xmlns:xlink="{XLINK}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{content}</svg>'
    )


def over_backdrop(markup: str, below: Surface, box: IntRect) -> str:
    """Return an inline SVG, as large as `box`, with what is `below` as the first thing that it draws."""
    root = etree.fromstring(markup)
    across, down = viewport_transform(root, *box.size)
    root.set("width", str(box.width))
    root.set("height", str(box.height))
    back = (
        f"matrix({1 / across.scale} 0 0 {1 / down.scale} "
        f"{across.origin - across.shift / across.scale} {down.origin - down.shift / down.scale})"
    )
    place = {"x": below.box.left - box.left, "y": below.box.top - box.top}
    place |= {"width": below.box.width, "height": below.box.height}
    group = etree.Element(f"{{{NAMESPACE}}}g", transform=back)
    image = etree.SubElement(group, f"{{{NAMESPACE}}}image", preserveAspectRatio="none")
    for name, value in place.items():
        image.set(name, str(value))
    image.set(f"{{{XLINK}}}href", data_url(below))
    root.insert(0, group)
    return str(etree.tostring(root, encoding="unicode"))


class ViewportAxis(NamedTuple):
    """user → device along one axis: (value − origin) · scale + shift."""

    origin: float
    scale: float
    shift: float


def viewport_transform(
    root: etree._Element, width: float, height: float
) -> tuple[ViewportAxis, ViewportAxis]:
    """Return how an SVG's user space lies in a viewport, by viewBox and preserveAspectRatio (SVG 2 §8.2)."""
    view = view_box(root)
    if view is None or view[2] <= 0 or view[3] <= 0:
        natural = [number(root.get(name)) for name in ("width", "height")]
        view = (0.0, 0.0, natural[0] or width, natural[1] or height)
        words = ["none"]
    else:
        words = (root.get("preserveAspectRatio") or "xMidYMid").split()
    scales = width / view[2], height / view[3]
    if words[0] == "none":
        return ViewportAxis(view[0], scales[0], 0.0), ViewportAxis(view[1], scales[1], 0.0)
    scale = max(scales) if "slice" in words else min(scales)
    across = {"xMin": 0.0, "xMax": 1.0}.get(words[0][:4], 0.5) * (width - view[2] * scale)
    down = {"YMin": 0.0, "YMax": 1.0}.get(words[0][4:8], 0.5) * (height - view[3] * scale)
    return ViewportAxis(view[0], scale, across), ViewportAxis(view[1], scale, down)


def number(text: str | None) -> float | None:
    """Return a size in px; None where there is none, or a percentage."""
    try:
        value = float((text or "").strip().removesuffix("px"))
    except ValueError:
        return None
    return value if value > 0 else None
