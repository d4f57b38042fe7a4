"""`box-shadow`: CSS Backgrounds 3 §6. A blur radius is two standard deviations of a Gaussian.

An outer shadow is drawn once for its corners and stretched; the finished mask, with the box cut out of it,
is kept.
"""

from __future__ import annotations

from math import ceil, floor

from PIL import Image, ImageChops

from ...layout.boxes.box import Rect, Sides
from ...style.values.computed import ComputedStyle
from ...style.values.value_types import Shadow
from ..painter import Painter, RoundedRect
from ..raster.blur import blur, reach, true_blur
from ..raster.geometry import IntRect, enclose, inset
from ..raster.rasterizer import Mask, cached_mask, coverage, rounded_rect_mask, stretch_mask
from ..raster.surface import byte, scale_mask
from .box_geometry import BoxGeometry


def paint_outer_shadows(painter: Painter, geometry: BoxGeometry, style: ComputedStyle) -> None:
    """Draw the drop shadows, the first one topmost; nothing is drawn under the border box."""
    for shadow in reversed(style.box_shadow):
        if not shadow.inset and shadow.color.a > 0:
            _outer(painter, geometry, shadow, under_opaque=style.background_color.a >= 1)


def _outer(painter: Painter, geometry: BoxGeometry, shadow: Shadow, *, under_opaque: bool) -> None:
    dpr = geometry.dpr
    shape = geometry.shape_outside(shadow.spread * dpr)
    if shape.rect.width <= 0 or shape.rect.height <= 0:
        return
    x, y, w, h = shape.rect
    cast = RoundedRect(Rect(x + shadow.x * dpr, y + shadow.y * dpr, w, h), shape.radii)
    sigma = shadow.blur * dpr / 2
    # Under an opaque box the hole is a little smaller, so that no light seam shows along a round edge.
    tucked = under_opaque and not geometry.radii.is_square
    hole = geometry.shape_outside(-1.0) if tucked else geometry.border_shape
    if not painter.sees(inset(cast.rect, _all(-reach(sigma)))):
        return
    shift = painter.shift
    if shift is not None and _moderate(cast.rect, sigma) and _moderate(hole.rect, 0):
        # The same box elsewhere casts the same shadow.
        bx, by = int(hole.rect.x), int(hole.rect.y)
        alpha = byte(shadow.color.a)
        key = ("shadow", _moved(cast, -bx, -by), _moved(hole, -bx, -by), sigma, alpha)
        mask = cached_mask(
            key, lambda: _outer_mask(_moved(cast, -bx, -by), _moved(hole, -bx, -by), sigma, alpha)
        )
        empty = hole.between_corners().shift(*shift)
        painter.surface.fill_frame(
            mask.moved(bx + shift[0], by + shift[1]), empty, shadow.color._replace(a=1.0), painter.clip
        )
        return
    _outer_transformed(painter, cast, hole, sigma, shadow)


def _moved(shape: RoundedRect, dx: float, dy: float) -> RoundedRect:
    x, y, w, h = shape.rect
    return RoundedRect(Rect(x + dx, y + dy, w, h), shape.radii)


def _moderate(rect: Rect, sigma: float) -> bool:
    return (rect.width + 6 * sigma) * (rect.height + 6 * sigma) < 8_000_000


def _all(by: float) -> Sides:
    return Sides(by, by, by, by)


def _outer_mask(cast: RoundedRect, hole: RoundedRect, sigma: float, alpha: int) -> Mask:
    """Return the shadow's coverage without the hole, already multiplied by the colour's alpha."""
    mask = blurred_shape(cast, sigma)
    mask = Mask(scale_mask(mask.image, alpha), mask.x, mask.y)
    cut = rounded_rect_mask(hole.rect, hole.radii)
    box = mask.box.intersect(cut.box)
    if box.is_empty:
        return mask
    image = mask.image.copy()
    image.paste(
        0, (box.left - mask.x, box.top - mask.y, box.right - mask.x, box.bottom - mask.y), cut.crop(box)
    )
    return Mask(image, mask.x, mask.y)


def blurred_shape(shape: RoundedRect, sigma: float, *, plain: bool = True) -> Mask:
    """Return the coverage of a rounded rectangle, blurred; large ones are stretched from their corners."""
    margin = reach(sigma)
    rect, radii = shape.rect, shape.radii
    if sigma <= 0:
        return rounded_rect_mask(rect, radii)
    corner_x = ceil(max(r[0] for r in radii)) + margin + 2
    corner_y = ceil(max(r[1] for r in radii)) + margin + 2
    cut_x = max(0, int(rect.width) - 2 * corner_x - 2)
    cut_y = max(0, int(rect.height) - 2 * corner_y - 2)
    x, y = floor(rect.x), floor(rect.y)
    small = RoundedRect(Rect(rect.x - x, rect.y - y, rect.width - cut_x, rect.height - cut_y), radii)
    true = radii.is_square and plain
    blurred = cached_mask(("blurred", small, sigma, true), lambda: _blurred_whole(small, sigma, true)).moved(
        x, y
    )
    if cut_x or cut_y:
        return stretch_mask(blurred, margin + corner_x, margin + corner_y, cut_x, cut_y)
    return blurred


def _blurred_whole(shape: RoundedRect, sigma: float, true: bool) -> Mask:
    margin = reach(sigma)
    sharp = rounded_rect_mask(shape.rect, shape.radii)
    box = sharp.box.grow(margin)
    padded = Image.new("L", box.size)
    padded.paste(sharp.image, (margin, margin))
    return Mask(true_blur(padded, sigma) if true else blur(padded, sigma), box.left, box.top)


def _outer_transformed(
    painter: Painter, cast: RoundedRect, hole: RoundedRect, sigma: float, shadow: Shadow
) -> None:
    """Blur in device space: the matrix scales the deviation by the mean of its two scales."""
    key = ("turned shadow", cast, hole, sigma, painter.matrix, painter.clip.bounds)
    mask = cached_mask(key, lambda: _turned_mask(painter, cast, hole, sigma))
    painter.surface.fill_frame(mask, painter.pixels_inside(hole), shadow.color, painter.clip)


def _turned_mask(painter: Painter, cast: RoundedRect, hole: RoundedRect, sigma: float) -> Mask:
    """Return the shadow's coverage without the hole, in device px."""
    mask = _blurred_in_device(painter, cast, sigma)
    if mask is None:
        return Mask(Image.new("L", (0, 0)), 0, 0)
    cut = coverage(hole.path(), painter.matrix, mask.box)
    if cut is not None:
        box = mask.box.intersect(cut.box)
        image = mask.image.copy()
        image.paste(
            0, (box.left - mask.x, box.top - mask.y, box.right - mask.x, box.bottom - mask.y), cut.crop(box)
        )
        mask = Mask(image, mask.x, mask.y)
    return mask


def _blurred_in_device(painter: Painter, shape: RoundedRect, sigma: float) -> Mask | None:
    sx, sy = painter.matrix.scale
    device_sigma = sigma * (sx + sy) / 2
    margin = reach(device_sigma)
    visible = painter.clip.bounds.grow(margin)
    sharp = coverage(shape.path(), painter.matrix, visible)
    if sharp is None:
        return None
    box = sharp.box.intersect(visible).grow(margin)
    padded = Image.new("L", box.size)
    inner = sharp.box.intersect(visible)
    padded.paste(sharp.crop(inner), (inner.left - box.left, inner.top - box.top))
    return Mask(blur(padded, device_sigma), box.left, box.top)


def paint_inset_shadows(painter: Painter, geometry: BoxGeometry, style: ComputedStyle) -> None:
    """Draw the inner shadows over the background, inside the padding edge."""
    for shadow in reversed(style.box_shadow):
        if shadow.inset and shadow.color.a > 0:
            _inset(painter, geometry, shadow)


def _inset(painter: Painter, geometry: BoxGeometry, shadow: Shadow) -> None:
    dpr = geometry.dpr
    inner = geometry.padding_shape
    if inner.rect.width <= 0 or inner.rect.height <= 0 or not painter.sees(inner.rect):
        return
    spread = shadow.spread * dpr
    rect = inset(inner.rect, _all(spread))
    radii = inner.radii.shrink(_all(spread)) if spread >= 0 else inner.radii.spread(-spread)
    hole = RoundedRect(
        Rect(rect.x + shadow.x * dpr, rect.y + shadow.y * dpr, rect.width, rect.height),
        radii.fit(rect.width, rect.height),
    )
    clipped = painter.clipped(painter.clip_to(inner))
    sigma = shadow.blur * dpr / 2
    sx, sy = painter.matrix.scale
    visible = enclose(painter.matrix.bounds(inner.rect)).intersect(clipped.clip.bounds)
    if visible.is_empty:
        return
    mask = _frame(painter, hole, sigma * (sx + sy) / 2, visible)
    painter.surface.fill_mask(mask, shadow.color, clipped.clip)


def _frame(painter: Painter, hole: RoundedRect, sigma: float, visible: IntRect) -> Mask:
    """Return the blurred coverage of everything but the hole, for the visible pixels."""
    shift = painter.shift
    if hole.rect.width <= 0 or hole.rect.height <= 0:
        return Mask(Image.new("L", visible.size, 255), visible.left, visible.top)
    if shift is not None and _moderate(hole.rect, sigma):
        open_part = blurred_shape(hole, sigma, plain=False).moved(*shift).crop(visible)
    else:
        margin = reach(sigma)
        box = visible.grow(margin)
        sharp = coverage(hole.path(), painter.matrix, box)
        padded = sharp.crop(box) if sharp else Image.new("L", box.size)
        blurred = blur(padded, sigma)
        open_part = blurred.crop((margin, margin, margin + visible.width, margin + visible.height))
    return Mask(ImageChops.invert(open_part), visible.left, visible.top)


def shadow_bounds(rect: Rect, shadows: tuple[Shadow, ...], dpr: float) -> Rect:
    """Return the area that a box and its outer shadows may ink."""
    left, top, right, bottom = rect.x, rect.y, rect.x + rect.width, rect.y + rect.height
    x0, y0, x1, y1 = left, top, right, bottom
    for shadow in shadows:
        if shadow.inset:
            continue
        by = shadow.spread * dpr + reach(shadow.blur * dpr / 2) + 1
        x0, y0 = min(x0, left + shadow.x * dpr - by), min(y0, top + shadow.y * dpr - by)
        x1, y1 = max(x1, right + shadow.x * dpr + by), max(y1, bottom + shadow.y * dpr + by)
    return Rect(x0, y0, x1 - x0, y1 - y0)
