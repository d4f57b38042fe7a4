"""A painter is where drawing happens now: a surface, a matrix and a clip, and shapes on top of them.

Coordinates are "scaled px": CSS px times the device pixel ratio, before transforms. `matrix` maps them to
device pixels. Shapes stay crisp under any matrix, since outlines are mapped before they are rasterised.
"""

from __future__ import annotations

from math import ceil, floor
from typing import NamedTuple

from PIL import Image

from ..assets.pixmap import Pixmap
from ..layout.boxes.box import Rect
from ..layout.boxes.shape_geometry import SQUARE, Radii
from ..style.values.value_types import Color
from .raster.geometry import IntRect, Matrix, enclose
from .raster.path import Path, rounded_rect_path
from .raster.rasterizer import Clip, Mask, coverage, is_large, rounded_rect_mask
from .raster.surface import Surface

_SMALL = 16_000  # px², which one paste fills quicker than five
_NO_PIXELS = IntRect(0, 0, 0, 0)


class RoundedRect(NamedTuple):
    """A rectangle whose corner radii already fit."""

    rect: Rect
    radii: Radii = SQUARE

    def path(self, *, reverse: bool = False) -> Path:
        """Return its outline."""
        return rounded_rect_path(self.rect, self.radii, reverse=reverse)

    def between_corners(self) -> IntRect:
        """Return whole pixels that lie inside: the rows or the columns without round corners, if more."""
        x, y, w, h = self.rect
        tl, tr, br, bl = self.radii
        left, top, right, bottom = ceil(x), ceil(y), floor(x + w), floor(y + h)
        first, last = ceil(y + max(tl[1], tr[1])), floor(y + h - max(bl[1], br[1]))
        start, end = ceil(x + max(tl[0], bl[0])), floor(x + w - max(tr[0], br[0]))
        if (end - start) * (bottom - top) > (right - left) * (last - first):
            return IntRect(start, top, end, bottom)
        return IntRect(left, first, right, last)


class Painter(NamedTuple):
    """Draws onto `surface` through `clip`."""

    surface: Surface
    matrix: Matrix
    clip: Clip

    @property
    def shift(self) -> tuple[int, int] | None:
        """Whole-pixel shift that the matrix amounts to, or None where it does more."""
        return (int(self.matrix.e), int(self.matrix.f)) if self.matrix.is_pixel_shift else None

    def clipped(self, clip: Clip) -> Painter:
        """Return the same painter with another clip."""
        return Painter(self.surface, self.matrix, clip)

    def sees(self, rect: Rect) -> bool:
        """True where some pixel of a rectangle may show."""
        return not enclose(self.matrix.bounds(rect)).intersect(self.clip.bounds).is_empty

    def mask(self, path: Path, rule: str = "nonzero") -> Mask | None:
        """Rasterise a path where it can show."""
        return coverage(path, self.matrix, self.clip.bounds, rule)

    def rounded_mask(self, shape: RoundedRect) -> Mask | None:
        """Rasterise a rounded rectangle."""
        shift = self.shift
        if shift is None or is_large(shape.rect.width, shape.rect.height):
            return self.mask(shape.path())
        return rounded_rect_mask(shape.rect, shape.radii).moved(*shift)

    def pixel_box(self, shape: RoundedRect) -> IntRect | None:
        """Return the device pixels that a shape fills exactly, or None where edges are soft."""
        x, y, w, h = shape.rect
        shift = self.shift
        if shift is None or not shape.radii.is_square:
            return None
        if x != int(x) or y != int(y) or w != int(w) or h != int(h):
            return None
        return IntRect(int(x), int(y), int(x + w), int(y + h)).shift(*shift)

    def fill(self, shape: RoundedRect, color: Color) -> None:
        """Fill a (rounded) rectangle."""
        if color.a <= 0 or not self.sees(shape.rect):
            return
        box = self.pixel_box(shape)
        if box is not None:
            self.surface.fill_rect(box, color, self.clip)
            return
        mask = self.rounded_mask(shape)
        small = shape.rect.width * shape.rect.height < _SMALL
        inner = self.pixels_inside(shape) if not small else _NO_PIXELS
        if mask is None or inner.is_empty:
            self.surface.fill_mask(mask, color, self.clip)
            return
        # Only round corners and what lies aslant need a mask; the rest is a plain rectangle.
        self.surface.fill_frame(mask, inner, color, self.clip)
        self.surface.fill_rect(inner, color, self.clip)

    def pixels_inside(self, shape: RoundedRect) -> IntRect:
        """Return device pixels that a shape fills: most of them where it is not turned, else the middle."""
        inner, shift = shape.between_corners(), self.shift
        return inner.shift(*shift) if shift is not None else _middle(self.matrix, inner)

    def ring_mask(self, outside: RoundedRect, inside: RoundedRect) -> Mask | None:
        """Rasterise what is between two (rounded) rectangles."""
        shift = self.shift
        if shift is None or is_large(outside.rect.width, outside.rect.height):
            path = outside.path()
            if inside.rect.width > 0 and inside.rect.height > 0:
                path.extend(inside.path(reverse=True))
            return self.mask(path)
        return rounded_rect_mask(outside.rect, outside.radii, (inside.rect, inside.radii)).moved(*shift)

    def fill_ring(self, outside: RoundedRect, inside: RoundedRect, color: Color) -> None:
        """Fill between two (rounded) rectangles."""
        mask = self.ring_mask(outside, inside) if color.a > 0 and self.sees(outside.rect) else None
        if mask is not None:
            # An inner corner may lie beyond the outer curve.
            hole = self.pixels_inside(inside).intersect(self.pixels_inside(outside))
            self.surface.fill_frame(mask, hole, color, self.clip)

    def clip_to(self, shape: RoundedRect) -> Clip:
        """Return the clip narrowed to a (rounded) rectangle."""
        box = self.pixel_box(shape)
        if box is not None:
            return self.clip.to_rect(box)
        if not self.sees(shape.rect):
            return self.clip.to_mask(None)
        return self.clip.to_mask(self.rounded_mask(shape))

    def draw(
        self,
        pixmap: Pixmap,
        x: float,
        y: float,
        *,
        smooth: bool = True,
        opacity: float = 1.0,
        edges: bool = True,
    ) -> None:
        """Draw a picture with its top left at (x, y), one picture pixel per scaled px."""
        shift = self.shift
        if shift is not None and x == int(x) and y == int(y):
            self.surface.draw(pixmap, int(x) + shift[0], int(y) + shift[1], self.clip, None, opacity)
            return
        w, h = pixmap.size
        self.draw_scaled(pixmap, Rect(x, y, w, h), smooth=smooth, opacity=opacity, edges=edges)

    def draw_scaled(
        self,
        pixmap: Pixmap,
        rect: Rect,
        *,
        smooth: bool = True,
        opacity: float = 1.0,
        edges: bool = True,
    ) -> None:
        """Resample a picture into a rectangle under the matrix.

        `edges` anti-aliases its edges; without, the clip must already do so, or they would be thinned twice.
        """
        w, h = pixmap.size
        if w == 0 or h == 0 or rect.width <= 0 or rect.height <= 0:
            return
        to_device = self.matrix.then(Matrix(rect.width / w, 0, 0, rect.height / h, rect.x, rect.y))
        mask = self.mask(rounded_rect_path(rect, Radii()))
        if mask is None or to_device.determinant == 0:
            return
        box = mask.box.intersect(self.clip.bounds).intersect(self.surface.box)
        if box.is_empty:
            return
        source, to_device = _shrunk(pixmap, to_device) if smooth else (pixmap, to_device)
        drawn = _resample(source, to_device, box, smooth)
        self.surface.draw(drawn, box.left, box.top, self.clip, mask if edges else None, opacity)


def _middle(matrix: Matrix, rect: IntRect) -> IntRect:
    """Return the largest rectangle of device pixels about the middle of a rectangle's image, inside of it."""
    if rect.is_empty or not matrix.is_drawable:
        return _NO_PIXELS
    x, y, width, height = rect.rect
    # A point p right of and q below the middle lies inside while a·p + b·q <= c for each pair of sides.
    inverse = matrix.inverse()
    across = abs(inverse.a), abs(inverse.c), width / 2
    down = abs(inverse.b), abs(inverse.d), height / 2
    corners = [(c / (2 * a), c / (2 * b)) for a, b, c in (across, down) if a and b]
    (a, b, c), (d, e, f) = across, down
    if a * e != b * d:
        corners.append(((c * e - b * f) / (a * e - b * d), (a * f - c * d) / (a * e - b * d)))
    inside = [
        (p, q)
        for p, q in corners
        if p > 0 and q > 0 and all(a * p + b * q <= c * (1 + 1e-9) for a, b, c in (across, down))
    ]
    p, q = max(inside, key=lambda corner: corner[0] * corner[1], default=(0.0, 0.0))
    x, y = matrix.apply(x + width / 2, y + height / 2)
    return IntRect(ceil(x - p) + 1, ceil(y - q) + 1, floor(x + p) - 1, floor(y + q) - 1)


def _shrunk(pixmap: Pixmap, to_device: Matrix) -> tuple[Pixmap, Matrix]:
    """Average a picture down first where the matrix halves it or more, so that nothing aliases."""
    w, h = pixmap.size
    factor = 1
    while max(to_device.scale) * 2 * factor <= 1 and min(w, h) >= 2 * factor:
        factor *= 2
    if factor == 1:
        return pixmap, to_device
    small = pixmap.premultiplied().reduce(factor)
    scale = Matrix(w / small.width, 0, 0, h / small.height)
    return Pixmap.from_image(small), to_device.then(scale)


def _resample(pixmap: Pixmap, to_device: Matrix, box: IntRect, smooth: bool) -> Pixmap:
    """Sample a picture at every device pixel of `box`; beyond its edge its own edge pixels go on."""
    w, h = pixmap.size
    # A border of repeated pixels keeps interpolation from mixing in what lies outside.
    image = pixmap.premultiplied()
    padded = Image.new(image.mode, (w + 4, h + 4))
    padded.paste(image.resize((w + 4, h + 4), Image.Resampling.NEAREST, box=(0, 0, w, h)), (0, 0))
    for at in (0, 1):
        padded.paste(image.crop((0, 0, w, 1)), (2, at))
        padded.paste(image.crop((0, h - 1, w, h)), (2, h + 2 + at))
        padded.paste(image.crop((0, 0, 1, h)), (at, 2))
        padded.paste(image.crop((w - 1, 0, w, h)), (w + 2 + at, 2))
    padded.paste(image, (2, 2))
    inverse = to_device.then(Matrix(e=-2, f=-2)).inverse().then(Matrix(e=box.left, f=box.top))
    sampled = padded.transform(
        box.size,
        Image.Transform.AFFINE,
        (inverse.a, inverse.c, inverse.e, inverse.b, inverse.d, inverse.f),
        Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST,
    )
    return Pixmap.from_image(sampled)
