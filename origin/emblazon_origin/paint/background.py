"""Backgrounds: a colour under layers of images and gradients (CSS Backgrounds 3 §2)."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PIL import Image

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
    if tiles is None or not tiles.lefts or not tiles.tops:
        return
    if len(tiles.lefts) * len(tiles.tops) == 1:
        _draw_tile(painter, layer, images, rendering, tiles, geometry.dpr)
    else:
        _draw_tiles(painter, layer, images, rendering, tiles, geometry)


def _draw_tile(
    painter: Painter, layer: BackgroundLayer, images: Images, rendering: Rendering, tiles: Tiles, dpr: float
) -> None:
    rect = Rect(tiles.lefts[0], tiles.tops[0], tiles.width, tiles.height)
    if isinstance(layer.image, Url):
        draw_image(painter, images, layer.image.href, rect, rendering)
    elif layer.image is not None and _drawable(tiles):
        painter.draw(gradient_pixmap(layer.image, tiles.width, tiles.height, dpr), rect.x, rect.y)


def _drawable(tiles: Tiles) -> bool:
    return tiles.width * tiles.height <= 32_000_000


def _tile_pixmap(
    layer: BackgroundLayer, images: Images, rendering: Rendering, tiles: Tiles, dpr: float
) -> Pixmap | None:
    if isinstance(layer.image, Url):
        return images.pixmap(layer.image.href, tiles.width, tiles.height, rendering)
    if layer.image is None or not _drawable(tiles):
        return None
    return gradient_pixmap(layer.image, tiles.width, tiles.height, dpr)


def _draw_tiles(
    painter: Painter,
    layer: BackgroundLayer,
    images: Images,
    rendering: Rendering,
    tiles: Tiles,
    geometry: BoxGeometry,
) -> None:
    """Assemble all tiles once, a row and then the rows, and draw that."""
    tile = _tile_pixmap(layer, images, rendering, tiles, geometry.dpr)
    if tile is None:
        return
    left, top = tiles.lefts[0], tiles.tops[0]
    width, height = tiles.lefts[-1] - left + tiles.width, tiles.tops[-1] - top + tiles.height
    if width * height > 32_000_000:
        return
    gaps = len(tiles.lefts) > 1 and max(_steps(tiles.lefts)) > tiles.width
    gaps = gaps or (len(tiles.tops) > 1 and max(_steps(tiles.tops)) > tiles.height)
    rgb = _repeat(tile.rgb, tiles, (width, height))
    alpha = tile.alpha
    if alpha is None and gaps:
        alpha = Image.new("L", tile.size, 255)
    sheet = Pixmap(rgb, _repeat(alpha, tiles, (width, height)) if alpha is not None else None)
    painter.draw(sheet, left, top, smooth=rendering not in ("pixelated", "crisp-edges"))


def _steps(edges: tuple[int, ...]) -> list[int]:
    return [b - a for a, b in itertools.pairwise(edges)]


def _repeat(tile: Image.Image, tiles: Tiles, size: tuple[int, int]) -> Image.Image:
    left, top = tiles.lefts[0], tiles.tops[0]
    row = Image.new(tile.mode, (size[0], tile.height))
    for x in tiles.lefts:
        row.paste(tile, (x - left, 0))
    sheet = Image.new(tile.mode, size)
    for y in tiles.tops:
        sheet.paste(row, (0, y - top))
    return sheet
