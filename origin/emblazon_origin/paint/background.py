"""Backgrounds: a colour under layers of images and gradients (CSS Backgrounds 3 §2)."""

from __future__ import annotations

from collections.abc import Callable

from ..layout.boxes import Rect, Sides
from ..style.computed import ComputedStyle
from ..style.values import BackgroundLayer, Color, Url
from .blend import blend_layer
from .border import edges_of
from .box_geometry import BoxGeometry
from .clip import Clip
from .geometry import IntRect, enclose, snap
from .gradient import gradient_pixmap
from .image import Images, Rendering, draw_image
from .painter import Painter, RoundedRect
from .raster import Mask
from .surface import Pixmap, Surface
from .tile import Tiles, tiles_of
from .tile_sheet import fractional_tiles, whole_tiles

_MAX_PIXELS = 32_000_000  # of one tile
# Draws the text of the box as coverage, for `background-clip: text`.
TextMask = Callable[[IntRect], Mask | None]


def paint_background(
    painter: Painter,
    geometry: BoxGeometry,
    style: ComputedStyle,
    images: Images,
    text_mask: TextMask | None = None,
) -> None:
    """Draw a box's background colour and layers, the last layer lowest."""
    layers = style.background_layers
    color = style.background_color
    if color.a <= 0 and not layers:
        return
    if not painter.sees(geometry.border_rect):
        return
    if any(layer.blend != "normal" for layer in layers):
        _paint_blended(painter, geometry, style, images, text_mask)
        return
    if color.a > 0:
        _paint_color(painter, geometry, style, color, layers[-1].clip if layers else "border-box", text_mask)
    for layer in reversed(layers):
        clipped = _clip_to(painter, geometry, style, layer.clip, text_mask)
        paint_layer(clipped, geometry, layer, images, style.image_rendering)


def _paint_blended(
    painter: Painter, geometry: BoxGeometry, style: ComputedStyle, images: Images, text_mask: TextMask | None
) -> None:
    """Blend layers with each other and the colour, but not with what is behind the box (Compositing 1 §9)."""
    box = enclose(painter.matrix.bounds(geometry.border_rect)).intersect(painter.clip.bounds)
    if box.is_empty:
        return
    group = Painter(Surface(box), painter.matrix, Clip(box))
    layers = style.background_layers
    if style.background_color.a > 0:
        _paint_color(group, geometry, style, style.background_color, layers[-1].clip, text_mask)
    for layer in reversed(layers):
        single = Painter(Surface(box), painter.matrix, Clip(box))
        clipped = _clip_to(single, geometry, style, layer.clip, text_mask)
        paint_layer(clipped, geometry, layer, images, style.image_rendering)
        blend_layer(group.surface, single.surface, group.clip, layer.blend, 1.0)
    painter.surface.draw_layer(group.surface, painter.clip)


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
    if clip == "border-box" and not geometry.radii.is_square:
        edges = edges_of(style, geometry.border)
        if all(e.visible and e.color.a >= 1 and e.style not in ("dotted", "dashed") for e in edges):
            part = 1 / 6 if any(e.style == "double" for e in edges) else 1 / 2
            return geometry.shape_inside(Sides(*(width * part for width in geometry.border)))
    shape = geometry.shape(clip if clip in ("padding-box", "content-box") else "border-box")
    return RoundedRect(snap(shape.rect).rect, shape.radii)


def _clip_to(
    painter: Painter, geometry: BoxGeometry, style: ComputedStyle, clip: str, text_mask: TextMask | None
) -> Painter:
    if clip != "text":
        return painter.clipped(painter.clip_to(_clip_shape(geometry, style, clip)))
    inner = painter.clip.to_rect(enclose(painter.matrix.bounds(geometry.border_rect)))
    if text_mask is None or inner.bounds.is_empty:
        return painter.clipped(painter.clip.to_mask(None))
    return painter.clipped(inner.to_mask(text_mask(inner.bounds)))


def paint_layer(
    painter: Painter, geometry: BoxGeometry, layer: BackgroundLayer, images: Images, rendering: Rendering
) -> None:
    """Draw one layer into the painter's clip."""
    if layer.image is None or painter.clip.bounds.is_empty:
        return
    natural = images.intrinsic(layer.image.href) if isinstance(layer.image, Url) else None
    if isinstance(layer.image, Url) and natural is None:
        return
    area = snap(geometry.shape(layer.origin).rect).rect
    tiles = tiles_of(layer, natural, area, geometry.border_rect, geometry.dpr)
    if tiles is None or tiles.x.pixels * tiles.y.pixels > _MAX_PIXELS:
        return
    if tiles.is_single:
        _draw_tile(painter, layer, images, rendering, tiles, geometry)
    else:
        _draw_tiles(painter, layer, images, rendering, tiles, geometry)


def _draw_tile(
    painter: Painter,
    layer: BackgroundLayer,
    images: Images,
    rendering: Rendering,
    tiles: Tiles,
    geometry: BoxGeometry,
) -> None:
    x, y = tiles.x.starts[0], tiles.y.starts[0]
    if isinstance(layer.image, Url):
        rect = Rect(x, y, tiles.x.pixels, tiles.y.pixels)
        draw_image(painter, images, layer.image.href, rect, rendering)
    elif layer.image is not None:
        pixmap = gradient_pixmap(layer.image, tiles.x.pixels, tiles.y.pixels, geometry.dpr)
        painter.draw(pixmap, x, y, edges=not _covers(pixmap, x, y, geometry.border_rect))


def _draw_tiles(
    painter: Painter,
    layer: BackgroundLayer,
    images: Images,
    rendering: Rendering,
    tiles: Tiles,
    geometry: BoxGeometry,
) -> None:
    """Assemble all tiles once and draw that."""
    width, height = tiles.x.pixels, tiles.y.pixels
    if isinstance(layer.image, Url):
        tile = images.pixmap(layer.image.href, width, height, rendering)
    else:
        tile = gradient_pixmap(layer.image, width, height, geometry.dpr) if layer.image else None
    if tile is None:
        return
    sharp = rendering in ("pixelated", "crisp-edges")
    if sharp or (tiles.x.is_whole and tiles.y.is_whole):
        sheet, x, y = whole_tiles(tile, tiles)
    else:
        sheet, x, y = fractional_tiles(tile, tiles, snap(geometry.border_rect))
    if sheet is not None:
        painter.draw(sheet, x, y, smooth=not sharp, edges=not _covers(sheet, x, y, geometry.border_rect))


def _covers(pixmap: Pixmap, x: int, y: int, rect: Rect) -> bool:
    """True where a picture reaches every edge of a rectangle, whose clip then does the anti-aliasing."""
    w, h = pixmap.size
    return x <= rect.x and y <= rect.y and x + w >= rect.x + rect.width and y + h >= rect.y + rect.height
