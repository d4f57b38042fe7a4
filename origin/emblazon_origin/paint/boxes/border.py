"""Borders: CSS Backgrounds 3 §4, with the joins, dashes and shades of Chromium.

So are the light and dark sides of `inset`, `outset`, `groove` and `ridge`.
"""

from __future__ import annotations

from typing import NamedTuple

from PIL import Image, ImageChops

from ...assets.pixmap import Pixmap
from ...layout.boxes.box import Rect, Sides
from ...style.values.computed import ComputedStyle
from ...style.values.value_types import Color
from ..painter import Painter, RoundedRect
from ..raster.geometry import enclose, inset
from ..raster.path import Path, Point, polygon_path
from ..raster.rasterizer import Clip, Mask, multiply
from ..raster.stroke import Pattern, dash_pattern, dot_pattern, is_round_dotted, stroke_path
from ..raster.surface import Surface, rgb8
from .border_image import paint_border_image
from .box_geometry import BoxGeometry
from .image import Images

TOP, RIGHT, BOTTOM, LEFT = range(4)

_STEP = 0.33  # how much of full brightness separates a shade from the colour
_BLACKISH = 32 / 255  # greys below are lightened twice, since they cannot be darkened
_WHITISH = 235 / 255  # greys above are not lightened


class BorderSide(NamedTuple):
    """One side of a border."""

    side: int
    width: float
    style: str
    color: Color

    @property
    def visible(self) -> bool:
        """Whether anything of it is drawn."""
        return self.width > 0 and _inks(self.style, self.color)


def edges_of(style: ComputedStyle, border: Sides) -> tuple[BorderSide, BorderSide, BorderSide, BorderSide]:
    """Return the four sides; a `double` too thin for two lines is `solid`."""

    def edge(side: int, line: str, color: Color) -> BorderSide:
        width = border[side]
        return BorderSide(side, width, "solid" if line == "double" and width < 3 else line, color)

    return (
        edge(TOP, style.border_top_style, style.border_top_color),
        edge(RIGHT, style.border_right_style, style.border_right_color),
        edge(BOTTOM, style.border_bottom_style, style.border_bottom_color),
        edge(LEFT, style.border_left_style, style.border_left_color),
    )


def shows_border(style: ComputedStyle, border: Sides) -> bool:
    """Whether any side of a border is drawn: as `visible` has it, without making sides."""
    top, right, bottom, left = border
    return (
        (top > 0 and _inks(style.border_top_style, style.border_top_color))
        or (right > 0 and _inks(style.border_right_style, style.border_right_color))
        or (bottom > 0 and _inks(style.border_bottom_style, style.border_bottom_color))
        or (left > 0 and _inks(style.border_left_style, style.border_left_color))
    )


def _inks(line: str, color: Color) -> bool:
    return line not in ("none", "hidden") and color.a > 0


def paint_border(painter: Painter, geometry: BoxGeometry, style: ComputedStyle, images: Images) -> None:
    """Draw all sides of a box's border, or its border image."""
    if style.border_image_source is not None and paint_border_image(painter, geometry, style, images):
        return
    edges = edges_of(style, geometry.border)
    shown = [edge for edge in edges if edge.visible]
    if shown and painter.sees(geometry.border_rect):
        paint_edges(painter, geometry, edges, shown)


def paint_edges(
    painter: Painter, geometry: BoxGeometry, edges: tuple[BorderSide, ...], shown: list[BorderSide]
) -> None:
    """Draw sides alike in one go, others side by side."""
    first = shown[0]
    if not _in_one_go(edges, shown):
        if _overlap_translucent(shown):
            _paint_as_layer(painter, geometry, edges, shown)
        else:
            _paint_sides(painter, geometry, edges, shown)
    elif first.style == "solid":
        _ring(painter, geometry, Sides(0, 0, 0, 0), geometry.border, first.color)
    else:
        for outer, inner in _double(geometry.border):
            _ring(painter, geometry, outer, inner, first.color)


def sides_drawn(edges: tuple[BorderSide, ...]) -> int:
    """Return how many areas as large as the box drawing a border fills; 0 where it is rings of one colour."""
    shown = [edge for edge in edges if edge.visible]
    if not shown or _in_one_go(edges, shown):
        return 0
    return sum(2 if edge.style in ("double", "groove", "ridge") else 1 for edge in shown)


def _in_one_go(edges: tuple[BorderSide, ...], shown: list[BorderSide]) -> bool:
    first = shown[0]
    if not all(edge.style == first.style and edge.color == first.color for edge in shown):
        return False
    whole = len(shown) == 4
    return (first.style == "double" and whole) or (
        first.style == "solid" and (whole or _none_hidden(edges, shown))
    )


def _overlap_translucent(shown: list[BorderSide]) -> bool:
    """True where dashes of several sides meet in corners that let the ground through alike."""
    alpha = shown[0].color.a
    broken = any(edge.style in ("dashed", "dotted") for edge in shown)
    return broken and 0 < alpha < 1 and len(shown) > 1 and all(edge.color.a == alpha for edge in shown)


def _paint_as_layer(
    painter: Painter, geometry: BoxGeometry, edges: tuple[BorderSide, ...], shown: list[BorderSide]
) -> None:
    """Draw sides as if they were opaque, and let all of them through together."""
    box = enclose(painter.matrix.bounds(geometry.border_rect)).intersect(painter.clip.bounds)
    if box.is_empty:
        return
    layer = Painter(Surface(box), painter.matrix, Clip(box))
    opaque = {edge: edge._replace(color=edge.color._replace(a=1.0)) for edge in shown}
    _paint_sides(layer, geometry, tuple(opaque.get(edge, edge) for edge in edges), list(opaque.values()))
    painter.surface.draw_layer(layer.surface, painter.clip, shown[0].color.a)


def _none_hidden(edges: tuple[BorderSide, ...], shown: list[BorderSide]) -> bool:
    """True where the sides that are not drawn take no room either."""
    return all(edge.width == 0 for edge in edges if edge not in shown)


def _ring(painter: Painter, geometry: BoxGeometry, outer: Sides, inner: Sides, color: Color) -> None:
    """Fill between two edges inside the border."""
    outside, inside = geometry.shape_inside(outer), geometry.shape_inside(inner)
    if painter.shift is not None and outside.radii.is_square:
        _square_ring(painter, outside.rect, inside.rect, color)
        return
    painter.fill_ring(outside, inside, color)


def _square_ring(painter: Painter, outer: Rect, inner: Rect, color: Color) -> None:
    x, y, w, h = outer
    top, left = inner.y - y, inner.x - x
    bottom, right = y + h - inner.y - inner.height, x + w - inner.x - inner.width
    parts = (
        Rect(x, y, w, top),
        Rect(x, y + h - bottom, w, bottom),
        Rect(x, y + top, left, h - top - bottom),
        Rect(x + w - right, y + top, right, h - top - bottom),
    )
    for part in parts:
        if part.width > 0 and part.height > 0:
            painter.fill(RoundedRect(part), color)


def _double(border: Sides) -> tuple[tuple[Sides, Sides], tuple[Sides, Sides]]:
    """Split each width into a line, a gap and a line."""
    line = Sides(*(float(int((width + 1) // 3)) if width >= 3 else width / 3 for width in border))
    gap_end = Sides(*(width - third for width, third in zip(border, line, strict=True)))
    return (Sides(0, 0, 0, 0), line), (gap_end, border)


def _paint_sides(
    painter: Painter, geometry: BoxGeometry, edges: tuple[BorderSide, ...], shown: list[BorderSide]
) -> None:
    """Draw sides that differ. Opaque ones of one style share their rings: no seam shows at the joins."""
    unbroken = [edge for edge in shown if edge.style not in ("dashed", "dotted")]
    for style in dict.fromkeys(edge.style for edge in unbroken):
        alike = [edge for edge in unbroken if edge.style == style]
        if all(edge.color.a >= 1 for edge in alike):
            _paint_joined(painter, geometry, alike)
        else:
            for edge in alike:
                _paint_joined(painter, geometry, [edge])
    for edge in shown:
        if edge.style in ("dashed", "dotted"):
            _paint_broken_side(painter, geometry, edges, edge)


def _paint_joined(painter: Painter, geometry: BoxGeometry, sides: list[BorderSide]) -> None:
    """Draw sides of one style: each ring once, filled with a picture of the sides' colours."""
    areas = [painter.mask(side_area(geometry, edge.side)) for edge in sides]
    for outer, inner, colors in _rings(geometry, sides):
        ring = painter.ring_mask(geometry.shape_inside(outer), geometry.shape_inside(inner))
        if ring is None:
            continue
        if len(sides) == 1:
            if areas[0] is not None:
                painter.surface.fill_mask(multiply(ring, areas[0]), colors[0], painter.clip)
            continue
        picture = Image.new("RGB", ring.box.size, rgb8(colors[0]))
        covered = Image.new("L", ring.box.size)
        for edge_area, color in zip(areas, colors, strict=True):
            if edge_area is not None:
                own = edge_area.crop(ring.box)
                covered = ImageChops.add(covered, own)
                picture.paste(rgb8(color), None, own)
        cover = ImageChops.multiply(ring.image, covered)
        painter.surface.draw(Pixmap(picture, cover), ring.x, ring.y, painter.clip)


def _rings(geometry: BoxGeometry, sides: list[BorderSide]) -> list[tuple[Sides, Sides, list[Color]]]:
    """Return what a style draws: (outer widths, inner widths, colour of each side)."""
    whole, none = geometry.border, Sides(0, 0, 0, 0)

    def shades(style: str) -> list[Color]:
        return [shade(edge.color, style, edge.side in (TOP, LEFT)) for edge in sides]

    match sides[0].style:
        case "double":
            return [(outer, inner, [edge.color for edge in sides]) for outer, inner in _double(whole)]
        case "groove" | "ridge":
            half = Sides(*(float(int((width + 1) // 2)) for width in whole))
            first, second = ("inset", "outset") if sides[0].style == "groove" else ("outset", "inset")
            return [(none, half, shades(first)), (half, whole, shades(second))]
        case "inset" | "outset":
            return [(none, whole, shades(sides[0].style))]
        case _:
            return [(none, whole, [edge.color for edge in sides])]


def corners_of(geometry: BoxGeometry, side: int) -> tuple[Point, Point, Point, Point]:
    """Return a side's outer start and end, then its inner end and start, clockwise."""
    x, y, w, h = geometry.border_rect
    inner = inset(geometry.border_rect, geometry.border)
    outer_points = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
    inner_points = (
        (inner.x, inner.y), (inner.x + inner.width, inner.y),
        (inner.x + inner.width, inner.y + inner.height), (inner.x, inner.y + inner.height),
    )  # fmt: skip
    after = (side + 1) % 4
    return outer_points[side], outer_points[after], inner_points[after], inner_points[side]


def side_area(geometry: BoxGeometry, side: int) -> Path:
    """Return the area of one side, mitred at the corners towards sides that exist."""
    start, end, inner_end, inner_start = corners_of(geometry, side)
    a, b = _join(start, inner_start), _join(end, inner_end)
    far_a = _reach_past(a, geometry.radii[side])
    far_b = _reach_past(b, geometry.radii[(side + 1) % 4])
    meeting = _meeting(start, a, end, b)
    if meeting is not None and (far_a > meeting[0] or far_b > meeting[1]):
        far_a, far_b = meeting
    return polygon_path(
        [
            start,
            end,
            (end[0] + b[0] * far_b, end[1] + b[1] * far_b),
            (start[0] + a[0] * far_a, start[1] + a[1] * far_a),
        ]
    )


def _join(outer: Point, inner: Point) -> Point:
    return inner[0] - outer[0], inner[1] - outer[1]


def _reach_past(join: Point, radii: Point) -> float:
    """Return how far a join must be extended to leave its rounded corner."""
    (dx, dy), (rx, ry) = join, radii
    ends = [radius / abs(step) for radius, step in ((rx, dx), (ry, dy)) if step]
    return max(1.0, min(ends, default=1.0))


def _meeting(p: Point, a: Point, q: Point, b: Point) -> Point | None:
    """Return how far along a and b the joins from p and q meet, or None where they do not."""
    cross = a[0] * b[1] - a[1] * b[0]
    if abs(cross) < 1e-9:
        return None
    x, y = q[0] - p[0], q[1] - p[1]
    along_a, along_b = (x * b[1] - y * b[0]) / cross, (x * a[1] - y * a[0]) / cross
    return (along_a, along_b) if along_a > 0 and along_b > 0 else None


def _paint_broken_side(
    painter: Painter, geometry: BoxGeometry, edges: tuple[BorderSide, ...], edge: BorderSide
) -> None:
    """Draw a dashed or dotted side: a straight stroke, or along the curve where corners are round."""
    if geometry.radii.is_square:
        dashes = painter.mask(_straight_stroke(geometry.border_rect, edge))
        area = _joined_area(geometry, edges, edge)
        if dashes is not None and area is not None:
            cut = painter.mask(area)
            dashes = multiply(dashes, cut) if cut is not None else None
        painter.surface.fill_mask(dashes, edge.color, painter.clip)
        return
    mask = _along_the_curve(painter, geometry, edge)
    alike = all(e.style == edge.style and e.color == edge.color and e.width == edge.width for e in edges)
    if mask is None or (alike and edge.side != TOP):
        return
    if not alike:
        inside = painter.mask(side_area(geometry, edge.side))
        mask = multiply(mask, inside) if inside is not None else None
    painter.surface.fill_mask(mask, edge.color, painter.clip)


def _joined_area(geometry: BoxGeometry, edges: tuple[BorderSide, ...], edge: BorderSide) -> Path | None:
    """Return the area of a straight side, mitred where the neighbour looks different; None for all of it."""
    start, end, far_end, far_start = corners_of(geometry, edge.side)
    before, after = edges[edge.side - 1], edges[(edge.side + 1) % 4]
    at_start, at_end = (
        other.visible and (other.color != edge.color or other.style != edge.style)
        for other in (before, after)
    )
    if not (at_start or at_end):
        return None
    across = 1 if edge.side in (TOP, BOTTOM) else 0
    if not at_start:
        far_start = (start[0], far_start[1]) if across else (far_start[0], start[1])
    if not at_end:
        far_end = (end[0], far_end[1]) if across else (far_end[0], end[1])
    return polygon_path([start, end, far_end, far_start])


def _along_the_curve(painter: Painter, geometry: BoxGeometry, edge: BorderSide) -> Mask | None:
    """Return dashes or dots all the way round a rounded border."""
    width = max(geometry.border)
    pattern = pattern_for(edge.style, width)
    even = min(geometry.border) == width
    round_dots = is_round_dotted(edge.style, width)
    # Dashes are drawn too wide and then cut, so that their long edges are anti-aliased once.
    stroke = width if round_dots else width + 2
    middle = geometry.shape_inside(Sides(*(side / 2 for side in geometry.border)))
    dots = painter.mask(stroke_path(middle.path(), stroke, pattern, closed=True))
    if round_dots and even:
        return dots
    ring = painter.ring_mask(geometry.border_shape, geometry.padding_shape)
    return multiply(dots, ring) if dots is not None and ring is not None else None


def pattern_for(style: str, width: float) -> Pattern:
    """Return the function that turns a length into dashes."""
    return dot_pattern(width) if is_round_dotted(style, width) else dash_pattern(style, width)


def _straight_stroke(rect: Rect, edge: BorderSide) -> Path:
    x, y, w, h = rect
    half = edge.width / 2
    match edge.side:
        case 0:
            ends = (x, y + half), (x + w, y + half)
        case 2:
            ends = (x, y + h - half), (x + w, y + h - half)
        case 3:
            ends = (x + half, y), (x + half, y + h)
        case _:
            ends = (x + w - half, y), (x + w - half, y + h)
    (x0, y0), (x1, y1) = ends
    line = Path().move(x0, y0).line(x1, y1)
    return stroke_path(line, edge.width, pattern_for(edge.style, edge.width), closed=False)


def shade(color: Color, style: str, top_or_left: bool) -> Color:
    """Return the colour of one side of an `inset` or `outset` border."""
    light = _luminance(color)
    in_shadow = top_or_left == (style == "inset")
    if light < _luminance(Color(_BLACKISH, _BLACKISH, _BLACKISH)):
        return _lighten(color) if in_shadow else _lighten(_lighten(color))
    if in_shadow:
        return _darken(color)
    return color if light > _luminance(Color(_WHITISH, _WHITISH, _WHITISH)) else _lighten(color)


def _darken(color: Color) -> Color:
    top = max(color[:3])
    return _scale(color, max(0.0, top - _STEP) / top if top > 0 else 0.0)


def _lighten(color: Color) -> Color:
    top = max(color[:3])
    if top <= 0:
        return _scale(Color(1, 1, 1, color.a), _STEP)
    return _scale(color, min(1.0, top + _STEP) / top)


def _scale(color: Color, factor: float) -> Color:
    """Multiply the channels and cut them to bytes, downwards."""
    r, g, b = (min(255, int(channel * factor * 255.999)) / 255 for channel in color[:3])
    return Color(r, g, b, color.a)


def _luminance(color: Color) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color[:3]]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
