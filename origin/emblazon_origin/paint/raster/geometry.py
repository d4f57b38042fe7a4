"""Matrices and device rectangles. Units are device pixels; y grows downwards."""

from __future__ import annotations

from math import ceil, floor, isfinite
from typing import NamedTuple

from ...layout.boxes.box import Rect, Sides


class Matrix(NamedTuple):
    """An affine map: x' = a·x + c·y + e, y' = b·x + d·y + f, as CSS `matrix()` orders it."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def then(self, inner: Matrix) -> Matrix:
        """Return the map that applies `inner` first and this one after it."""
        a, b, c, d, e, f = self
        g, h, i, j, k, m = inner
        return Matrix(
            a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f
        )

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Map one point."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    @property
    def determinant(self) -> float:
        """Signed area of the image of the unit square."""
        return self.a * self.d - self.b * self.c

    def inverse(self) -> Matrix:
        """Return the inverse; the determinant must not be zero."""
        a, b, c, d, e, f = self
        det = self.determinant
        return Matrix(d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det)

    @property
    def is_drawable(self) -> bool:
        """True where it maps areas to areas: all finite, and not flat."""
        return isfinite(sum(self)) and self.determinant != 0

    @property
    def is_translation(self) -> bool:
        """True where nothing is scaled, turned or skewed."""
        return self.a == 1.0 and self.b == 0.0 and self.c == 0.0 and self.d == 1.0

    @property
    def is_pixel_shift(self) -> bool:
        """True where device pixels map onto device pixels."""
        if self is IDENTITY:
            return True
        return self.is_translation and self.e == int(self.e) and self.f == int(self.f)

    @property
    def scale(self) -> tuple[float, float]:
        """Lengths of the images of the unit vectors."""
        return (self.a**2 + self.b**2) ** 0.5, (self.c**2 + self.d**2) ** 0.5

    def bounds(self, rect: Rect) -> Rect:
        """Return the bounding box of the mapped rectangle."""
        if self is IDENTITY:
            return rect
        x, y, w, h = rect
        if self.is_translation:
            return Rect(x + self.e, y + self.f, w, h)
        corners = [self.apply(*p) for p in ((x, y), (x + w, y), (x, y + h), (x + w, y + h))]
        xs, ys = [p[0] for p in corners], [p[1] for p in corners]
        return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


IDENTITY = Matrix()


class IntRect(NamedTuple):
    """Whole device pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns, never negative."""
        return self.right - self.left if self.right > self.left else 0

    @property
    def height(self) -> int:
        """Rows, never negative."""
        return self.bottom - self.top if self.bottom > self.top else 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    @property
    def is_empty(self) -> bool:
        """True where no pixel is inside."""
        return self.right <= self.left or self.bottom <= self.top

    def intersect(self, other: IntRect) -> IntRect:
        """Return the common pixels."""
        left, top, right, bottom = self
        other_left, other_top, other_right, other_bottom = other
        if left >= other_left and top >= other_top and right <= other_right and bottom <= other_bottom:
            return self  # as most are inside of the canvas
        return IntRect(
            left if left > other_left else other_left,
            top if top > other_top else other_top,
            right if right < other_right else other_right,
            bottom if bottom < other_bottom else other_bottom,
        )

    def union(self, other: IntRect) -> IntRect:
        """Return the smallest rectangle around both."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return IntRect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def shift(self, dx: int, dy: int) -> IntRect:
        """Move by whole pixels."""
        return IntRect(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def grow(self, by: int) -> IntRect:
        """Move every edge outwards."""
        return IntRect(self.left - by, self.top - by, self.right + by, self.bottom + by)

    @property
    def rect(self) -> Rect:
        """The same as a `Rect`."""
        return Rect(self.left, self.top, self.width, self.height)


# Far outside any canvas: coordinates are held inside so that they stay exact.
FAR = 1 << 24


def held(value: float) -> float:
    """Return a coordinate no further away than any canvas can tell; what is no number is 0."""
    if -FAR < value < FAR:
        return value
    return min(max(value, -FAR), FAR) if value == value else 0.0


def pixel_round(value: float) -> int:
    """Round half up after quantising to 1/64 px, as Chromium's layout units are snapped."""
    if not -FAR < value < FAR:
        value = held(value)
    return (round(value * 64) + 32) >> 6


def snap(rect: Rect) -> IntRect:
    """Snap a box's edges to device pixels, each edge on its own."""
    x, y, w, h = rect
    return IntRect(pixel_round(x), pixel_round(y), pixel_round(x + w), pixel_round(y + h))


def snapped(rect: Rect) -> Rect:
    """Return a rectangle with its edges on device pixels."""
    x, y, w, h = rect
    left, top, right, bottom = pixel_round(x), pixel_round(y), pixel_round(x + w), pixel_round(y + h)
    return Rect(left, top, right - left if right > left else 0, bottom - top if bottom > top else 0)


def enclose(rect: Rect) -> IntRect:
    """Return the pixels that the rectangle touches."""
    x, y, w, h = rect
    if not (-FAR < x < FAR and -FAR < y < FAR and -FAR < w < FAR and -FAR < h < FAR):
        x, y, w, h = held(x), held(y), held(w), held(h)
    return IntRect(floor(x + 1e-6), floor(y + 1e-6), ceil(x + w - 1e-6), ceil(y + h - 1e-6))


def inset(rect: Rect, sides: Sides) -> Rect:
    """Move the edges inwards (outwards for negative sides); never less than empty."""
    return Rect(
        rect.x + sides.left,
        rect.y + sides.top,
        max(0.0, rect.width - sides.left - sides.right),
        max(0.0, rect.height - sides.top - sides.bottom),
    )


def around(rects: list[Rect]) -> Rect:
    """Return the smallest rectangle around several."""
    left, top = min(r.x for r in rects), min(r.y for r in rects)
    right, bottom = max(r.x + r.width for r in rects), max(r.y + r.height for r in rects)
    return Rect(left, top, right - left, bottom - top)
