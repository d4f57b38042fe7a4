"""Borders: CSS Backgrounds 3 §4, with the joins, dashes and shades of Chromium."""

from __future__ import annotations

from dataclasses import dataclass

from ..layout.boxes import Rect, Sides
from ..style.computed import ComputedStyle
from ..style.values import Color
from .border_shade import shade
from .box_geometry import BoxGeometry
from .dash import Pattern, dash_pattern, dot_pattern, is_round_dotted
from .geometry import inset
from .painter import Painter, RoundedRect
from .path import Path, polygon_path
from .raster import multiply
from .stroke import stroke_path

TOP, RIGHT, BOTTOM, LEFT = range(4)


@dataclass(frozen=True, slots=True)
class Edge:
    """One side of a border."""

    side: int
    width: float
    style: str
    color: Color

    @property
    def visible(self) -> bool:
        """Whether anything of it is drawn."""
        return self.width > 0 and self.style not in ("none", "hidden") and self.color.a > 0


def edges_of(style: ComputedStyle, border: Sides) -> tuple[Edge, Edge, Edge, Edge]:
    """Return the four sides; a `double` too thin for two lines is `solid`."""

    def edge(side: int, line: str, color: Color) -> Edge:
        width = border[side]
        return Edge(side, width, "solid" if line == "double" and width < 3 else line, color)

    return (
        edge(TOP, style.border_top_style, style.border_top_color),
        edge(RIGHT, style.border_right_style, style.border_right_color),
        edge(BOTTOM, style.border_bottom_style, style.border_bottom_color),
        edge(LEFT, style.border_left_style, style.border_left_color),
    )


def paint_border(painter: Painter, geometry: BoxGeometry, style: ComputedStyle) -> None:
    """Draw all sides of a box's border."""
    edges = edges_of(style, geometry.border)
    shown = [edge for edge in edges if edge.visible]
    if shown and painter.sees(geometry.border_rect):
        paint_edges(painter, geometry, edges, shown)


def paint_edges(painter: Painter, geometry: BoxGeometry, edges: tuple[Edge, ...], shown: list[Edge]) -> None:
    """Draw sides alike in one go, others side by side."""
    first = shown[0]
    alike = all(edge.style == first.style and edge.color == first.color for edge in shown)
    if alike and first.style == "solid" and (len(shown) == 4 or _none_hidden(edges, shown)):
        _ring(painter, geometry, Sides(0, 0, 0, 0), geometry.border, first.color)
        return
    if alike and first.style == "double" and len(shown) == 4:
        for outer, inner in _double(geometry.border):
            _ring(painter, geometry, outer, inner, first.color)
        return
    _paint_sides(painter, geometry, edges, shown)


def _none_hidden(edges: tuple[Edge, ...], shown: list[Edge]) -> bool:
    """True where the sides that are not drawn take no room either."""
    return all(edge.width == 0 for edge in edges if edge not in shown)


def _ring(painter: Painter, geometry: BoxGeometry, outer: Sides, inner: Sides, color: Color) -> None:
    """Fill between two edges inside the border."""
    outside, inside = geometry.shape_inside(outer), geometry.shape_inside(inner)
    if painter.shift is not None and outside.radii.is_square:
        _square_ring(painter, outside.rect, inside.rect, color)
        return
    painter.fill_path(_ring_path(outside, inside), color)


def _ring_path(outside: RoundedRect, inside: RoundedRect) -> Path:
    path = outside.path()
    if inside.rect.width > 0 and inside.rect.height > 0:
        path.extend(inside.path(reverse=True))
    return path


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


def _paint_sides(painter: Painter, geometry: BoxGeometry, edges: tuple[Edge, ...], shown: list[Edge]) -> None:
    solid_like = [edge for edge in shown if edge.style not in ("dashed", "dotted")]
    opaque = all(edge.color.a >= 1 for edge in solid_like)
    for i, edge in enumerate(solid_like):
        # Opaque sides lie under the ones drawn after them, so that no seam shows along the joins.
        cover = solid_like[i:] if opaque else [edge]
        join = Path()
        for other in cover:
            join.extend(side_area(geometry, other.side, edges))
        _paint_solid_side(painter, geometry, edge, join)
    for edge in shown:
        if edge.style in ("dashed", "dotted"):
            _paint_broken_side(painter, geometry, edges, edge)


def side_area(geometry: BoxGeometry, side: int, edges: tuple[Edge, ...]) -> Path:
    """Return the area of one side, mitred at the corners towards sides that exist."""
    x, y, w, h = geometry.border_rect
    right, bottom = x + w, y + h
    inner = inset(geometry.border_rect, geometry.border)
    cx, cy = _reach_in(geometry)
    outer_points = ((x, y), (right, y), (right, bottom), (x, bottom))
    inner_points = (
        (inner.x, inner.y), (inner.x + inner.width, inner.y),
        (inner.x + inner.width, inner.y + inner.height), (inner.x, inner.y + inner.height),
    )  # fmt: skip
    start, end = side, (side + 1) % 4
    a = _towards(outer_points[start], inner_points[start], cx, cy)
    b = _towards(outer_points[end], inner_points[end], cx, cy)
    return polygon_path([outer_points[start], outer_points[end], b, a])


def _reach_in(geometry: BoxGeometry) -> tuple[float, float]:
    """How far joins must go on inwards to cut rounded corners too."""
    radii = geometry.radii
    return max(r[0] for r in radii), max(r[1] for r in radii)


def _towards(
    outer: tuple[float, float], inner: tuple[float, float], rx: float, ry: float
) -> tuple[float, float]:
    """Extend the join from the outer through the inner corner until past the corner's curve."""
    dx, dy = inner[0] - outer[0], inner[1] - outer[1]
    stretch = 1.0
    if dx and abs(dx) < rx:
        stretch = max(stretch, rx / abs(dx))
    if dy and abs(dy) < ry:
        stretch = max(stretch, ry / abs(dy))
    stretch = min(stretch, 64.0)
    return outer[0] + dx * stretch, outer[1] + dy * stretch


def _paint_solid_side(painter: Painter, geometry: BoxGeometry, edge: Edge, join: Path) -> None:
    b = geometry.border
    whole, none = geometry.border, Sides(0, 0, 0, 0)
    half = Sides(*(float(int((width + 1) // 2)) for width in b))
    match edge.style:
        case "double":
            rings = [(outer, inner, edge.color) for outer, inner in _double(b)]
        case "groove" | "ridge":
            first = "inset" if edge.style == "groove" else "outset"
            second = "outset" if edge.style == "groove" else "inset"
            rings = [
                (none, half, shade(edge.color, first, edge.side in (TOP, LEFT))),
                (half, whole, shade(edge.color, second, edge.side in (TOP, LEFT))),
            ]
        case "inset" | "outset":
            rings = [(none, whole, shade(edge.color, edge.style, edge.side in (TOP, LEFT)))]
        case _:
            rings = [(none, whole, edge.color)]
    area = painter.mask(join)
    for outer, inner, color in rings:
        ring = painter.mask(_ring_path(geometry.shape_inside(outer), geometry.shape_inside(inner)))
        if ring is not None and area is not None:
            painter.surface.fill_mask(multiply(ring, area), color, painter.clip)


def _paint_broken_side(painter: Painter, geometry: BoxGeometry, edges: tuple[Edge, ...], edge: Edge) -> None:
    """Draw a dashed or dotted side: a straight stroke, or along the curve where corners are round."""
    if geometry.radii.is_square:
        painter.fill_path(_straight_stroke(geometry.border_rect, edge), edge.color)
        return
    middle = geometry.shape_inside(Sides(*(width / 2 for width in geometry.border)))
    width = max(geometry.border)
    stroke = stroke_path(middle.path(), width, pattern_for(edge.style, width), closed=True)
    ring = _ring_path(geometry.border_shape, geometry.padding_shape)
    mask = painter.mask(stroke)
    inside = painter.mask(ring)
    alike = all(e.style == edge.style and e.color == edge.color and e.width == edge.width for e in edges)
    if mask is None or inside is None:
        return
    clipped = multiply(mask, inside)
    if not alike:
        area = painter.mask(side_area(geometry, edge.side, edges))
        clipped = multiply(clipped, area) if clipped and area else None
    elif edge.side != TOP:
        return
    painter.surface.fill_mask(clipped, edge.color, painter.clip)


def pattern_for(style: str, width: float) -> Pattern:
    """Return the function that turns a length into dashes."""
    return dot_pattern(width) if is_round_dotted(style, width) else dash_pattern(style, width)


def _straight_stroke(rect: Rect, edge: Edge) -> Path:
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
