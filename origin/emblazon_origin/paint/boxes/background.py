"""Backgrounds: a colour under layers of images and gradients (CSS Backgrounds 3 §2)."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import NamedTuple

from ...assets.pixmap import Rendering
from ...layout.boxes.box import Rect, Sides
from ...style.values.computed import ComputedStyle
from ...style.values.value_types import BackgroundLayer, Color, Gradient, Url
from ..painter import Painter, RoundedRect
from ..raster.blend import blend_layer
from ..raster.geometry import IntRect, enclose, snapped
from ..raster.rasterizer import Clip, Mask
from ..raster.surface import Surface
from .border import edges_of
from .box_geometry import BoxGeometry
from .gradient import gradient_pixmap
from .image import Images, draw_image, draw_part
from .tile import Tiles, gradient_sheet, make_sheet, tiles_of

_MAX_PIXELS = 16_500_000  # of one tile: any canvas; larger ones are resampled instead of drawn whole
# Draws the text of the box as coverage, for `background-clip: text`.
TextMask = Callable[[IntRect], Mask | None]


def paint_background(
    painter: Painter,
    geometry: BoxGeometry,
    style: ComputedStyle,
    images: Images,
    text_mask: TextMask | None = None,
    *,
    isolated: bool = True,
) -> None:
    """Draw a box's background colour and layers, the last layer lowest.

    Layers of boxes that are not `isolated` (inline ones, in Chromium) blend with what is behind them too.
    """
    layers = style.background_layers
    color = style.background_color
    if color.a <= 0 and not layers:
        return
    if any(layer.blend != "normal" for layer in layers):
        if not painter.sees(geometry.border_rect):
            return
        if isolated:
            _paint_isolated(painter, geometry, style, images, text_mask)
        else:
            _paint_blended(painter, geometry, style, images, text_mask)
        return
    if color.a > 0:
        _paint_color(painter, geometry, style, color, layers[-1].clip if layers else "border-box", text_mask)
    drawn = [layer for layer in layers if layer.image is not None]
    if drawn and painter.sees(geometry.border_rect):
        for layer in reversed(drawn):
            clipped = _clip_to(painter, geometry, style, layer.clip, text_mask)
            paint_layer(clipped, geometry, layer, images, style.image_rendering)


def _paint_isolated(
    painter: Painter, geometry: BoxGeometry, style: ComputedStyle, images: Images, text_mask: TextMask | None
) -> None:
    """Blend layers with each other and the colour, but not with what is behind the box (Compositing 1 §9)."""
    box = enclose(painter.matrix.bounds(geometry.border_rect)).intersect(painter.clip.bounds)
    if box.is_empty:
        return
    group = Painter(Surface(box), painter.matrix, Clip(box))
    _paint_blended(group, geometry, style, images, text_mask)
    painter.surface.draw_layer(group.surface, painter.clip)


def _paint_blended(
    painter: Painter, geometry: BoxGeometry, style: ComputedStyle, images: Images, text_mask: TextMask | None
) -> None:
    box = enclose(painter.matrix.bounds(geometry.border_rect)).intersect(painter.clip.bounds)
    layers = style.background_layers
    if style.background_color.a > 0:
        _paint_color(painter, geometry, style, style.background_color, layers[-1].clip, text_mask)
    for layer in reversed(layers):
        single = Painter(Surface(box), painter.matrix, Clip(box))
        clipped = _clip_to(single, geometry, style, layer.clip, text_mask)
        paint_layer(clipped, geometry, layer, images, style.image_rendering)
        blend_layer(painter.surface, single.surface, painter.clip, layer.blend, 1.0)


def _paint_color(
    painter: Painter,
    geometry: BoxGeometry,
    style: ComputedStyle,
    color: Color,
    clip: str,
    text_mask: TextMask | None,
) -> None:
    if clip == "text":
        clipped = _clip_to(painter, geometry, style, clip, text_mask)
        clipped.surface.fill_rect(clipped.clip.bounds, color, clipped.clip)
        return
    painter.fill(_clip_shape(geometry, style, clip), color)


def _clip_shape(geometry: BoxGeometry, style: ComputedStyle, clip: str) -> RoundedRect:
    """Return the shape that a layer is clipped to; under an opaque border it ends in the border's middle.

    Otherwise the background would show through the border's anti-aliased round outer edge.
    """
    if clip == "border-box" and any(geometry.border) and not geometry.radii.is_square:
        edges = edges_of(style, geometry.border)
        if all(e.visible and e.color.a >= 1 and e.style not in ("dotted", "dashed") for e in edges):
            part = 1 / 6 if any(e.style == "double" for e in edges) else 1 / 2
            return geometry.shape_inside(Sides(*(width * part for width in geometry.border)))
    if clip not in ("padding-box", "content-box"):
        return geometry.border_shape
    shape = geometry.shape(clip)
    return RoundedRect(snapped(shape.rect), shape.radii)


def _clip_to(
    painter: Painter, geometry: BoxGeometry, style: ComputedStyle, clip: str, text_mask: TextMask | None
) -> Painter:
    if clip != "text":
        return painter.clipped(painter.clip_to(_clip_shape(geometry, style, clip)))
    inner = painter.clip.to_rect(enclose(painter.matrix.bounds(geometry.border_rect)))
    if text_mask is None or inner.bounds.is_empty:
        return painter.clipped(painter.clip.to_mask(None))
    return painter.clipped(inner.to_mask(text_mask(inner.bounds)))


class _Tiled(NamedTuple):
    """A layer with where its tiles are, and all that drawing them needs."""

    layer: BackgroundLayer
    images: Images
    rendering: Rendering
    tiles: Tiles
    geometry: BoxGeometry


def paint_layer(
    painter: Painter, geometry: BoxGeometry, layer: BackgroundLayer, images: Images, rendering: Rendering
) -> None:
    """Draw one layer into the painter's clip."""
    if layer.image is None or painter.clip.bounds.is_empty:
        return
    natural = images.intrinsic(layer.image.href) if isinstance(layer.image, Url) else None
    if isinstance(layer.image, Url) and natural is None:
        return
    area = snapped(geometry.image_area.shape(layer.origin).rect)
    if layer.is_fixed and geometry.viewport is not None:
        area = geometry.viewport
    if layer.is_local and geometry.scrolled is not None:
        area = geometry.scrolled
    tiles = tiles_of(layer, natural, area, _visible(painter, geometry), geometry.dpr)
    if tiles is None:
        return
    tiled = _Tiled(layer, images, rendering, tiles, geometry)
    if tiles.is_single:
        _draw_tile(painter, tiled)
    else:
        _draw_tiles(painter, tiled)


def _draw_tile(painter: Painter, tiled: _Tiled) -> None:
    layer, images, rendering, tiles, geometry = tiled
    rect = Rect(tiles.x.starts[0], tiles.y.starts[0], tiles.x.pixels, tiles.y.pixels)
    if isinstance(layer.image, Url):
        box = enclose(_visible(painter, geometry)) if tiles.x.repeats or tiles.y.repeats else None
        border = geometry.border_rect
        seen = box.rect if box is not None else border
        x = tiles.x.single_within(*_ends(seen if tiles.x.repeats else border, 0))
        y = tiles.y.single_within(*_ends(seen if tiles.y.repeats else border, 1))
        if (x.is_whole and y.is_whole) or not draw_part(painter, images, layer.image.href, x, y, rendering):
            draw_image(painter, images, layer.image.href, rect, rendering)
    elif layer.image is not None:
        _draw_gradient(painter, layer.image, rect, geometry)


def _ends(rect: Rect, axis: int) -> tuple[float, float]:
    return rect[axis], rect[axis] + rect[axis + 2]


def _draw_tiles(painter: Painter, tiled: _Tiled) -> None:
    """Assemble all tiles once and draw that."""
    layer, images, rendering, tiles, geometry = tiled
    width, height = tiles.x.pixels, tiles.y.pixels
    if width * height > _MAX_PIXELS:
        _draw_large_tiles(painter, tiled)
        return
    visible = _visible(painter, geometry)
    sharp = rendering in ("pixelated", "crisp-edges")
    cover = None if sharp or (tiles.x.is_whole and tiles.y.is_whole) else enclose(visible)
    if isinstance(layer.image, Url):
        tile = images.pixmap(layer.image.href, width, height, rendering)
        sheet = make_sheet(tile, tiles, cover) if tile is not None else None
    else:
        sheet = gradient_sheet(layer.image, tiles, cover, geometry.dpr) if layer.image else None
    if sheet is not None:
        edges = not _covers(Rect(sheet.x, sheet.y, *sheet.pixmap.size), visible)
        painter.draw(sheet.pixmap, sheet.x, sheet.y, smooth=not sharp, edges=edges)


def _draw_gradient(painter: Painter, gradient: Gradient, rect: Rect, geometry: BoxGeometry) -> None:
    """Draw a gradient into whole scaled px; a very large one at a lower resolution."""
    factor = 1
    while rect.width * rect.height > _MAX_PIXELS * factor * factor:
        factor *= 2
    width, height = max(1, ceil(rect.width / factor)), max(1, ceil(rect.height / factor))
    pixmap = gradient_pixmap(gradient, width, height, geometry.dpr / factor)
    edges = not _covers(rect, geometry.border_rect)
    if factor == 1:
        painter.draw(pixmap, rect.x, rect.y, edges=edges)
    else:
        painter.draw_scaled(pixmap, rect, edges=edges)


def _draw_large_tiles(painter: Painter, tiled: _Tiled) -> None:
    """Draw tiles that are each larger than any canvas one by one: few of them can be seen."""
    layer, images, rendering, tiles, geometry = tiled
    for x in tiles.x.starts:
        for y in tiles.y.starts:
            rect = Rect(x, y, tiles.x.pixels, tiles.y.pixels)
            if isinstance(layer.image, Url):
                draw_image(painter, images, layer.image.href, rect, rendering)
            elif layer.image is not None:
                _draw_gradient(painter, layer.image, rect, geometry)


def _visible(painter: Painter, geometry: BoxGeometry) -> Rect:
    """Return the part of the border box that the clip lets through, in scaled px."""
    x, y, w, h = geometry.border_rect
    seen = painter.matrix.inverse().bounds(painter.clip.bounds.rect)
    left, top = max(x, seen.x), max(y, seen.y)
    right, bottom = min(x + w, seen.x + seen.width), min(y + h, seen.y + seen.height)
    return Rect(left, top, max(0.0, right - left), max(0.0, bottom - top))


def _covers(drawn: Rect, rect: Rect) -> bool:
    """True where a picture reaches every edge of a rectangle, whose clip then does the anti-aliasing."""
    return (
        drawn.x <= rect.x
        and drawn.y <= rect.y
        and drawn.x + drawn.width >= rect.x + rect.width
        and drawn.y + drawn.height >= rect.y + rect.height
    )
