"""Border images made of gradients: nine slices, the edges stretched (CSS Backgrounds 3 §5)."""

from __future__ import annotations

from math import ceil

from PIL import Image

from ...assets.pixmap import Pixmap
from ...layout.boxes.box import Sides
from ...style.values.computed import ComputedStyle
from ...style.values.value_types import Gradient, Length
from ..painter import Painter
from .box_geometry import BoxGeometry
from .gradient import gradient_pixmap

_MAX_PIXELS = 8_000_000


def paint_border_image(painter: Painter, geometry: BoxGeometry, style: ComputedStyle) -> bool:
    """Draw the border image in place of the border; False where there is none to draw."""
    source = style.border_image_source
    x, y, width, height = geometry.border_rect
    columns, rows = max(1, ceil(width)), max(1, ceil(height))
    if source is None or width * height > _MAX_PIXELS or not painter.sees(geometry.border_rect):
        return source is not None
    sheet = _sheet(source, style, geometry, columns, rows)
    painter.draw(sheet, x, y)
    return True


def _sheet(source: Gradient, style: ComputedStyle, geometry: BoxGeometry, columns: int, rows: int) -> Pixmap:
    """Return the border box with the slices of the image in place."""
    picture = gradient_pixmap(source, columns, rows, geometry.dpr)
    image = picture.rgb.convert("RGBA")
    if picture.alpha is not None:
        image.putalpha(picture.alpha)
    sides = [side for side in style.border_image_slice if isinstance(side, Length)]
    fill = style.border_image_slice[-1] is True
    slices = _slices(sides, columns, rows, geometry.dpr)
    widths = _widths(style, geometry, slices, columns, rows)
    result = Image.new("RGBA", (columns, rows))
    source_x, source_y = _cuts(slices.left, slices.right, columns), _cuts(slices.top, slices.bottom, rows)
    target_x, target_y = _cuts(widths.left, widths.right, columns), _cuts(widths.top, widths.bottom, rows)
    for row in range(3):
        for column in range(3):
            if (row, column) == (1, 1) and not fill:
                continue
            left, right = target_x[column : column + 2]
            top, bottom = target_y[row : row + 2]
            box = (source_x[column], source_y[row], source_x[column + 1], source_y[row + 1])
            if right <= left or bottom <= top or box[2] <= box[0] or box[3] <= box[1]:
                continue
            part = image.resize((right - left, bottom - top), Image.Resampling.BILINEAR, box=box)
            result.paste(part, (left, top))
    return Pixmap.from_image(result)


def _slices(sides: list[Length], columns: int, rows: int, dpr: float) -> Sides:
    def size(length: Length, whole: int) -> float:
        return min(float(whole), length.px * dpr + length.pct * whole)

    top, right, bottom, left = sides
    return Sides(size(top, rows), size(right, columns), size(bottom, rows), size(left, columns))


def _widths(style: ComputedStyle, geometry: BoxGeometry, slices: Sides, columns: int, rows: int) -> Sides:
    """Return the used `border-image-width`, reduced where opposite sides would overlap."""
    found = []
    for index, value in enumerate(style.border_image_width):
        whole = rows if index % 2 == 0 else columns
        if value == "auto":
            found.append(slices[index])
        elif isinstance(value, Length):
            found.append(value.px * geometry.dpr + value.pct * whole)
        else:
            found.append(float(value) * geometry.border[index])
    top, right, bottom, left = found
    shrink = min(1.0, columns / max(left + right, 1e-9), rows / max(top + bottom, 1e-9))
    return Sides(*(side * shrink for side in (top, right, bottom, left)))


def _cuts(start: float, end: float, whole: int) -> list[int]:
    """Return where the three parts of an axis begin and end, whole px; slices may overlap in the source."""
    first, last = round(start), whole - round(end)
    return [0, min(first, whole), max(last, 0), whole]
