"""Border images: nine slices of an image, scaled or repeated along the edges (CSS Backgrounds 3 §5)."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor
from typing import NamedTuple

from PIL import Image

from ...assets.pixmap import Pixmap
from ...layout.boxes.box import Rect, Sides
from ...style.values.computed import ComputedStyle
from ...style.values.value_types import BorderImageSide, Length, Url
from ..painter import Painter, RoundedRect
from ..raster.geometry import inset, snapped
from .box_geometry import BoxGeometry
from .gradient import gradient_pixmap
from .image import Images, concrete_size

_MAX_PIXELS = 8_000_000
_MAX_TILES = 10_000  # of one region


class _Source(NamedTuple):
    """The image: its natural size in px, and its pixels for being drawn so many times as large."""

    width: float
    height: float
    pixels: Callable[[float], Image.Image | None]  # RGBa: colours multiplied by their alpha, for resizing


class _Span(NamedTuple):
    """Tiles along one axis: where the first begins, the size of each, from start to start."""

    first: float
    size: float
    step: float


def paint_border_image(painter: Painter, geometry: BoxGeometry, style: ComputedStyle, images: Images) -> bool:
    """Draw the border image in place of the border; False where there is none to draw."""
    if style.border_image_source is None:
        return False
    whole = geometry.image_area
    area = border_image_area(whole, style)
    if isinstance(style.border_image_source, Url) and not images.intrinsic(style.border_image_source.href):
        return False
    if area.width * area.height > _MAX_PIXELS or not painter.sees(area):
        return True
    source = _source(style, area, images, geometry.dpr)
    if source is not None:
        sheet = _sheet(source, style, whole, area)
        if whole is not geometry:
            painter = painter.clipped(painter.clip_to(RoundedRect(geometry.border_rect)))
        painter.draw(sheet, area.x, area.y)
    return True


def border_image_area(geometry: BoxGeometry, style: ComputedStyle) -> Rect:
    """Return the border box grown by `border-image-outset`, in scaled px."""
    outset = Sides(
        *(
            -(value.px * geometry.dpr if isinstance(value, Length) else float(value) * width)
            for value, width in zip(style.border_image_outset, geometry.border, strict=True)
        )
    )
    return snapped(inset(geometry.border_rect, outset))


def _source(style: ComputedStyle, area: Rect, images: Images, dpr: float) -> _Source | None:
    """Return the image at its natural size, or as large as the area where it has none."""
    source = style.border_image_source
    if isinstance(source, Url):
        href, natural = source.href, images.intrinsic(source.href)
        if natural is None:
            return None
        width, height = (side / dpr for side in concrete_size(natural, area.width, area.height, dpr))

        def pixels(scale: float) -> Image.Image | None:
            scale = min(max(scale, 1.0), (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
            size = round(width * scale), round(height * scale)
            pixmap = images.source(href, max(1, size[0]), max(1, size[1]))
            return _multiplied(pixmap) if pixmap else None

        return _Source(width, height, pixels) if width > 0 and height > 0 else None
    if source is None:
        return None
    size = max(1, ceil(area.width)), max(1, ceil(area.height))
    picture = _multiplied(gradient_pixmap(source, *size, dpr))
    return _Source(area.width / dpr, area.height / dpr, lambda scale: picture)


def _multiplied(pixmap: Pixmap) -> Image.Image:
    image = pixmap.rgb.convert("RGBA")
    if pixmap.alpha is not None:
        image.putalpha(pixmap.alpha)
    return image.convert("RGBa")


def _sheet(source: _Source, style: ComputedStyle, geometry: BoxGeometry, area: Rect) -> Pixmap:
    """Return the border image area with the slices of the image in place."""
    columns, rows = max(1, round(area.width)), max(1, round(area.height))
    slices = _slices(style, source)
    widths = _widths(style, geometry, slices, columns, rows)
    result = Image.new("RGBA", (columns, rows))
    from_x = _cuts(slices.left, slices.right, source.width)
    from_y = _cuts(slices.top, slices.bottom, source.height)
    to_x, to_y = _cuts(widths.left, widths.right, columns), _cuts(widths.top, widths.bottom, rows)
    scales = _scales(slices, widths, geometry.dpr)
    fill = style.border_image_slice[-1] is True
    for row in range(3):
        for column in range(3):
            if (row, column) == (1, 1) and not fill:
                continue
            box = (from_x[column], from_y[row], from_x[column + 1], from_y[row + 1])
            room = (int(to_x[column]), int(to_y[row]), int(to_x[column + 1]), int(to_y[row + 1]))
            if box[2] <= box[0] or box[3] <= box[1] or room[2] <= room[0] or room[3] <= room[1]:
                continue
            repeat_x = style.border_image_repeat[0] if column == 1 else "stretch"
            repeat_y = style.border_image_repeat[1] if row == 1 else "stretch"
            across = _span(repeat_x, (box[2] - box[0]) * scales[2 if row == 2 else 0], room[2] - room[0])
            down = _span(repeat_y, (box[3] - box[1]) * scales[1 if column == 2 else 3], room[3] - room[1])
            if across is not None and down is not None:
                _tile(result, source, box, room, across, down)
    return Pixmap.from_image(result)


def _tile(
    result: Image.Image,
    source: _Source,
    box: tuple[float, float, float, float],
    room: tuple[int, int, int, int],
    across: _Span,
    down: _Span,
) -> None:
    """Fill one of the nine regions with one slice."""
    image = source.pixels(max(across.size / (box[2] - box[0]), down.size / (box[3] - box[1])))
    if image is None or across.size * down.size > _MAX_PIXELS:
        return
    sx, sy = image.width / source.width, image.height / source.height
    cut = (box[0] * sx, box[1] * sy, min(box[2] * sx, image.width), min(box[3] * sy, image.height))
    width, height = room[2] - room[0], room[3] - room[1]
    xs, ys = _places(across, width), _places(down, height)
    if len(xs) * len(ys) > _MAX_TILES:
        return
    region = Image.new("RGBA", (width, height))
    parts: dict[tuple[int, int], Image.Image] = {}  # tiles differ by a pixel where their size is no whole one
    for top, bottom in ys:
        for left, right in xs:
            size = right - left, bottom - top
            if size not in parts:
                parts[size] = image.resize(size, Image.Resampling.BILINEAR, box=cut).convert("RGBA")
            region.paste(parts[size], (left, top))
    result.paste(region, room[:2])


def _span(repeat: str, size: float, room: int) -> _Span | None:
    """Return the tiles that fill `room`: centred, rounded or spaced as in Chromium; None: none fits."""
    if repeat == "stretch" or size <= 0:
        return _Span(0.0, room, room)
    if repeat == "round":
        size = room / max(1, floor(room / size + 0.5))
        return _Span(0.0, size, size)
    if repeat == "space":
        count = floor(room / size)
        gap = (room - count * size) / (count + 1)
        return _Span(gap, size, size + gap) if count else None
    first = (room - size) / 2
    return _Span(first - ceil(first / size) * size, size, size)


def _places(span: _Span, room: int) -> list[tuple[int, int]]:
    """Return where each tile begins and ends."""
    count = min(max(1, ceil((room - span.first) / span.step - 1e-6)), _MAX_TILES + 1)
    starts = [span.first + i * span.step for i in range(count)]
    return [(round(start), max(round(start) + 1, round(start + span.size))) for start in starts]


def _scales(slices: Sides, widths: Sides, dpr: float) -> tuple[float, float, float, float]:
    """Return by how much each edge scales its slice (as the one across from it, where it has none)."""

    def scale(side: int) -> float:
        for i in (side, (side + 2) % 4):
            if slices[i] > 0 and widths[i] > 0:
                return widths[i] / slices[i]
        return dpr

    return scale(0), scale(1), scale(2), scale(3)


def _slices(style: ComputedStyle, source: _Source) -> Sides:
    """Return `border-image-slice` in px of the image."""
    found = []
    for index, side in enumerate(style.border_image_slice[:4]):
        whole = source.height if index % 2 == 0 else source.width
        length = side if isinstance(side, Length) else Length()
        found.append(min(whole, length.px + length.pct * whole))
    return Sides(*found)


def _widths(style: ComputedStyle, geometry: BoxGeometry, slices: Sides, columns: int, rows: int) -> Sides:
    """Return the used `border-image-width`, reduced where opposite sides would overlap."""
    top, right, bottom, left = (
        _width(value, geometry, index, slices[index], rows if index % 2 == 0 else columns)
        for index, value in enumerate(style.border_image_width)
    )
    shrink = min(1.0, columns / max(left + right, 1e-9), rows / max(top + bottom, 1e-9))
    return Sides(*(float(floor(side * shrink)) for side in (top, right, bottom, left)))


def _width(value: BorderImageSide, geometry: BoxGeometry, index: int, natural: float, whole: int) -> float:
    if value == "auto":
        return natural * geometry.dpr
    if isinstance(value, Length):
        return value.px * geometry.dpr + value.pct * whole
    return float(value) * geometry.border[index]


def _cuts(start: float, end: float, whole: float) -> list[float]:
    """Return where the three parts of an axis begin and end; slices may overlap in the source."""
    return [0.0, min(start, whole), max(whole - end, 0.0), whole]
