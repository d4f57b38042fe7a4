"""Boxes in space: how what is painted on a plane gets onto the surface, and which plane lies before which.

Where parallels stay parallel a plane's items are drawn as they are. Else they are drawn on a layer, whose
pixels are then sampled where a viewer sees them (CSS Transforms 2 §3 to §5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image

from ...assets.pixmap import Pixmap
from ...layout.boxes.box import Rect
from ...limits import MAX_NESTED_LAYERS, MAX_OPEN_PIXELS
from ..context import PaintContext
from ..display_list import ClipNode, Group, Item, ink_of, play
from ..raster.geometry import IDENTITY, IntRect, Matrix, enclose
from ..raster.path import polygon_path
from ..raster.rasterizer import Clip, coverage
from ..raster.surface import Surface
from ..work import GROUP, IMAGE, Cost, Work
from .effect_groups import lay_over, too_deep
from .solid import FRONT, NEAREST, PlaneView, Point3

if TYPE_CHECKING:
    from numpy.typing import NDArray  # loads all of numpy

Items = list[Item | Group]

MAX_SPLIT_PLANES = 64  # of one 3D rendering context; more are sorted whole, by the depth of their middles
MAX_PIECES = 512
_ENLARGED = 4.0  # at most, the layer of what is seen larger
_MAX_LAYER_PIXELS = 16_000_000
_THICK = 0.05  # px by which a corner may lie off a plane and still be in it
_COST = Cost("box", GROUP + IMAGE)


@dataclass(slots=True, eq=False)
class Plane(Group):
    """Items of one plane in space; `view` is how it is seen, from scaled px to device px.

    `raster` is the matrix that the items are drawn with, `cut` the part of the plane that is drawn, as it is
    seen: all of it where it is empty.
    """

    view: PlaneView = FRONT
    raster: Matrix = IDENTITY
    cut: tuple[tuple[float, float], ...] = ()
    is_shared: bool = False  # to be sorted by depth among the planes of what it is in

    @property
    def is_projected(self) -> bool:
        """True where the items are drawn on a layer first."""
        return self.view.matrix is None

    def area(self) -> Rect:
        """Return the part of the plane that has ink, in scaled px."""
        return self.raster.inverse().bounds(ink_of(self.items).rect)

    def outline(self) -> list[Point3]:
        """Return the corners of what is painted, as they are seen."""
        return self.view.outline(self.area())

    def device_ink(self) -> IntRect:
        """Return the device pixels that it may touch."""
        if not self.is_projected:
            return ink_of(self.items)
        if self._ink is None:
            self._ink = _bounds(self.outline())
        return self._ink

    def play(self, surface: Surface, base: Clip, work: Work, depth: int) -> None:
        """Draw the items as the plane is seen."""
        clip = base if self.clip is None else self.clip.resolve(base, work)
        if self.cut:
            clip = clip.to_mask(coverage(polygon_path(self.cut), IDENTITY, clip.bounds))
        visible = self.device_ink().intersect(clip.bounds).intersect(surface.box)
        if visible.is_empty:
            return
        if not self.is_projected:
            play(self.items, surface, clip, work, depth)
            return
        box = self._layer_box(visible)
        pixels = box.width * box.height
        if (
            box.is_empty
            or pixels > _MAX_LAYER_PIXELS
            or not work.take(_COST, pixels + visible.width * visible.height)
        ):
            return
        if depth >= MAX_NESTED_LAYERS or work.open_pixels + pixels > MAX_OPEN_PIXELS:
            self.skip()
            return
        work.open_pixels += pixels
        layer = Surface(box)
        play(self.items, layer, Clip(box), work, depth + 1)
        work.open_pixels -= pixels
        self._project(layer, surface, clip, visible)

    def _layer_box(self, visible: IntRect) -> IntRect:
        """Return the layer's pixels that can be seen."""
        ink = ink_of(self.items)
        left, top, right, bottom = visible
        corners = np.array([(left, right, right, left), (top, top, bottom, bottom), (1, 1, 1, 1)], np.float64)
        x, y, w = np.linalg.inv(self._to_device()) @ corners
        if w.min() <= w.max() * NEAREST:  # some corner lies beyond the horizon
            return ink
        x, y = x / w, y / w
        return enclose(Rect(x.min(), y.min(), np.ptp(x), np.ptp(y))).grow(2).intersect(ink)

    def _to_device(self) -> NDArray[np.floating[Any]]:
        """Return the homography from the layer's pixels to the device's."""
        m = self.raster.inverse()
        local = np.array([(m.a, m.c, m.e), (m.b, m.d, m.f), (0.0, 0.0, 1.0)])
        return np.asarray(np.array((self.view.x, self.view.y, self.view.w)) @ local)

    def _project(self, layer: Surface, surface: Surface, clip: Clip, visible: IntRect) -> None:
        """Sample the layer at every device pixel that shows it; its edges are anti-aliased."""
        corner = self.raster.inverse().bounds(layer.box.rect)
        edge = coverage(polygon_path([(x, y) for x, y, _ in self.view.outline(corner)]), IDENTITY, visible)
        if edge is None:
            return
        box = edge.box.intersect(visible)
        if box.is_empty:
            return
        sampled = _sampled(layer, np.linalg.inv(self._to_device()), box)
        surface.draw(sampled, box.left, box.top, clip, edge)


def plane_of(
    items: Items, view: PlaneView, raster: Matrix, clip: ClipNode | None, context: PaintContext
) -> Plane:
    """Return items as a plane in space."""
    blends = any(item.blends for item in items)
    return Plane(items, clip, lay_over, too_deep(context), blends=blends, view=view, raster=raster)


def raster_of(view: PlaneView, area: Rect) -> Matrix:
    """Return the matrix that a plane is drawn with: that of its view, or as large as its first corner is."""
    exact = view.matrix
    if exact is not None:
        return exact
    scale = min(max(1.0, view.scale_at(area.x, area.y)), _ENLARGED)
    return Matrix(a=scale, d=scale)


def _sampled(layer: Surface, inverse: NDArray[np.floating[Any]], box: IntRect) -> Pixmap:
    """Return the layer's pixels as they are seen inside of `box`; its edge pixels go on beyond it."""
    offset = np.array([(1.0, 0.0, box.left), (0.0, 1.0, box.top), (0.0, 0.0, 1.0)])
    into = np.array([(1.0, 0.0, 1.0 - layer.box.left), (0.0, 1.0, 1.0 - layer.box.top), (0.0, 0.0, 1.0)])
    m = into @ inverse @ offset
    m = m / (m[2, 2] if abs(m[2, 2]) > 1e-12 else 1e-12)
    image = Image.merge("RGBa", (*layer.rgb.split(), layer.alpha or Image.new("L", layer.box.size, 255)))
    w, h = image.size
    padded = image.resize((w + 2, h + 2), Image.Resampling.NEAREST, box=(0, 0, w, h))
    for place, part in (
        ((1, 0), (0, 0, w, 1)), ((1, h + 1), (0, h - 1, w, h)),
        ((0, 1), (0, 0, 1, h)), ((w + 1, 1), (w - 1, 0, w, h)), ((1, 1), (0, 0, w, h)),
    ):  # fmt: skip
        padded.paste(image.crop(part), place)
    data = tuple(m.reshape(9)[:8])
    return Pixmap.from_image(
        padded.transform(box.size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BILINEAR)
    )


def _bounds(points: Sequence[Point3]) -> IntRect:
    if not points:
        return IntRect(0, 0, 0, 0)
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return enclose(Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)))


# --- depth (CSS Transforms 2 §5.1: planes that cross are split) ------------------------------------------


class _Piece(NamedTuple):
    """A part of a plane, as it is seen."""

    plane: Plane
    points: list[Point3]
    whole: bool = True


def in_depth_order(planes: list[Plane]) -> Items:
    """Return planes back to front, in pieces where they cross; those at one depth keep their order."""
    pieces = [_Piece(plane, points) for plane in planes if len(points := plane.outline()) > 2]
    depths = [point[2] for piece in pieces for point in piece.points]
    if not depths or max(depths) - min(depths) < _THICK:
        ordered = pieces
    elif len(pieces) > MAX_SPLIT_PLANES:
        ordered = sorted(pieces, key=lambda piece: sum(p[2] for p in piece.points) / len(piece.points))
    else:
        ordered = _ordered(pieces)
    result: Items = []
    for plane, points, whole in ordered:
        if not whole:
            result.append(replace(plane, cut=tuple((x, y) for x, y, _ in points)))
        elif plane.is_projected:
            result.append(plane)
        else:
            result += plane.items
    return result


def _ordered(pieces: list[_Piece]) -> list[_Piece]:
    """Binary space partition: what is behind the first piece's plane, what is in it, what is before it."""
    result: list[_Piece] = []
    budget = MAX_PIECES
    stack: list[list[_Piece] | _Piece] = [pieces]
    while stack:
        group = stack.pop()
        if isinstance(group, _Piece):
            result.append(group)
            continue
        if not group:
            continue
        normal, offset = _facing(group[0].points)
        behind, within, before = [], [], []
        for piece in group:
            distances = [sum(n * c for n, c in zip(normal, p, strict=True)) - offset for p in piece.points]
            if max(distances) <= _THICK and min(distances) >= -_THICK:
                within.append(piece)
            elif max(distances) <= _THICK:
                behind.append(piece)
            elif min(distances) >= -_THICK or budget <= 0:
                before.append(piece)
            else:
                budget -= 1
                behind.append(_side(piece, distances, -1.0))
                before.append(_side(piece, distances, 1.0))
        stack += [before, *reversed(within), behind]
    return result


def _facing(points: list[Point3]) -> tuple[Point3, float]:
    """Return the normal towards the viewer of a polygon, and its distance from the origin."""
    corners = np.array(points)
    after = np.roll(corners, -1, axis=0)
    normal = np.cross(corners - corners[0], after - corners[0]).sum(axis=0)
    length = float(np.linalg.norm(normal))
    normal = normal / length if length > 0 else np.array((0.0, 0.0, 1.0))
    if normal[2] < 0:
        normal = -normal
    x, y, z = (float(value) for value in normal)
    return (x, y, z), float(normal @ corners.mean(axis=0))


def _side(piece: _Piece, distances: list[float], sign: float) -> _Piece:
    """Return the part of a piece on one side of a plane."""
    kept: list[Point3] = []
    count = len(piece.points)
    for index, (point, here) in enumerate(zip(piece.points, distances, strict=True)):
        after, there = piece.points[(index + 1) % count], distances[(index + 1) % count]
        if here * sign >= 0:
            kept.append(point)
        if here * there < 0:
            part = here / (here - there)
            x, y, z = (a + (b - a) * part for a, b in zip(point, after, strict=True))
            kept.append((x, y, z))
    return _Piece(piece.plane, kept, whole=False)
