"""The canvas and the layers: premultiplied colour and alpha, and the few operations that all painting uses.

A surface holds premultiplied sRGB in an "RGB" picture and coverage in an "L" picture (None where it is
opaque throughout), so that each operation is one masked paste per picture: with premultiplied pixels,
`dst·(1−m) + src·m` is source-over for any mask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PIL import Image, ImageChops, _imaging

from ...assets.pixmap import Pixmap
from ...caching import remembered
from ...ground import Color8, shades_between
from ...style.values.value_types import Color
from .geometry import IntRect
from .rasterizer import Clip, Mask

if TYPE_CHECKING:
    from PIL._imaging import ImagingCore

_EMPTY = Image.new("L", (0, 0))  # makes pictures of what Pillow itself holds
_RAMP = Image.frombytes("L", (256, 1), bytes(range(256)))


@remembered("colors", 1024, bytes_each=300)
def rgb8(color: Color) -> tuple[int, int, int]:
    """Return 8-bit channels, clipped into sRGB."""
    return byte(color.r), byte(color.g), byte(color.b)


def byte(value: float) -> int:
    """Return 0..1 as 0..255."""
    if value == 1.0:
        return 255
    return max(0, min(255, round(value * 255)))


@remembered("color tables", 64, bytes_each=6_300)
def _tint_table(color: tuple[int, int, int], alpha: int) -> list[int]:
    """Return what each channel value becomes under a colour of one alpha."""
    cover = Image.new("L", _RAMP.size, alpha)
    table: list[int] = []
    for value in color:
        mixed = _RAMP.copy()
        mixed.paste(Image.new("L", _RAMP.size, value), None, cover)
        table += mixed.tobytes()
    return table


def scale_mask(mask: Image.Image, alpha: int) -> Image.Image:
    """Multiply coverage by an alpha of 0–255."""
    if alpha == 255:
        return mask
    scaled = Image.new("L", mask.size)
    scaled.paste(alpha, (0, 0, *mask.size), mask)
    return scaled


def _mixed(cover: Image.Image, below: Color8, color: Color8) -> ImagingCore:
    """Return a colour laid over another one."""
    mixed = cover.im.copy()
    mixed.putpalette("RGB", "RGB", shades_between(below, color))
    laid: ImagingCore = mixed.convert("RGB", 0)
    return laid


def _only_color(picture: ImagingCore) -> Color8 | None:
    """Return the colour that all pixels have, None where they differ: five times as quick as `getcolors`."""
    width, height = picture.size
    color = picture.getpixel((0, 0))
    if color != picture.getpixel((width - 1, height - 1)) or color != picture.getpixel(
        (width // 2, height // 2)
    ):
        return None
    flat = _imaging.fill("RGB", picture.size, color)
    return None if picture.chop_difference(flat).getbbox() else cast("Color8", color)


_FLAT_FROM = 2_000  # pixels from which on it is worth looking whether they are of one colour
_STRIP_FROM = 8_000  # the same of what is around a hole, most of which is covered
_TABLE_FROM = 30_000  # pixels from which on a table of what colours become is quicker than mixing them


class Surface:
    """Pixels of a device rectangle: the canvas, or the layer of a group."""

    __slots__ = ("alpha", "box", "rgb")

    def __init__(self, box: IntRect, background: Color | Image.Image | None = None) -> None:
        """Make a transparent layer, or an opaque one.

        `background` is a colour (used without its alpha), or a picture of the box's size, which is copied.
        """
        self.box = box
        self.alpha: Image.Image | None = None
        if background is None:
            self.rgb = Image.new("RGB", box.size)
            self.alpha = Image.new("L", box.size)
        elif isinstance(background, Image.Image):
            self.rgb = background.copy()
        else:
            self.rgb = Image.new("RGB", box.size, rgb8(background))

    def local(self, box: IntRect) -> tuple[int, int, int, int]:
        """Translate device pixels into this surface's own."""
        x, y = self.box.left, self.box.top
        return box.left - x, box.top - y, box.right - x, box.bottom - y

    def fill_rect(self, box: IntRect, color: Color, clip: Clip) -> None:
        """Fill whole device pixels."""
        box = box.intersect(clip.bounds).intersect(self.box)
        if box.is_empty or color.a <= 0:
            return
        self.lay(rgb8(color), box, clip.cover(box, None), byte(color.a))

    def fill_mask(self, mask: Mask | None, color: Color, clip: Clip) -> None:
        """Fill through a coverage mask."""
        if mask is None or color.a <= 0:
            return
        whole = mask.box
        box = whole.intersect(clip.bounds).intersect(self.box)
        if not box.is_empty:
            cover = mask.image if box == whole else mask.crop(box)
            self.lay(rgb8(color), box, clip.cover(box, cover), byte(color.a))

    def draw(
        self, pixmap: Pixmap, x: int, y: int, clip: Clip, mask: Mask | None = None, opacity: float = 1.0
    ) -> None:
        """Draw a picture with its top left at a device pixel, through the clip and an optional mask."""
        w, h = pixmap.size
        box = IntRect(x, y, x + w, y + h).intersect(clip.bounds).intersect(self.box)
        if mask is not None:
            box = box.intersect(mask.box)
        if box.is_empty or opacity <= 0:
            return
        part = (box.left - x, box.top - y, box.right - x, box.bottom - y)
        if part != (0, 0, w, h):
            pixmap = pixmap.crop(part)
        cover = clip.cover(box, mask.crop(box) if mask is not None else None)
        if pixmap.alpha is not None:
            cover = ImageChops.multiply(cover, pixmap.alpha) if cover is not None else pixmap.alpha
        self.lay(pixmap.rgb, box, cover, byte(opacity))

    def lay(self, source: Image.Image | Color8, box: IntRect, cover: Image.Image | None, alpha: int) -> None:
        """Lay a colour or an opaque picture over a box inside of this one; `cover` must have its size."""
        area = self.local(box)
        if cover is None and alpha == 255 and box == self.box:
            self._replace(source)
            return
        if cover is None and alpha < 255:
            if isinstance(source, tuple) and box.width * box.height > _TABLE_FROM:
                self.rgb.paste(self.rgb.crop(area).point(_tint_table(source, alpha)), area)
                if self.alpha is not None:
                    self.alpha.paste(255, area, Image.new("L", box.size, alpha))
                return
            cover = Image.new("L", box.size, alpha)
        elif cover is not None:
            cover = scale_mask(cover, alpha)
        core = self.rgb.im  # what Pillow's methods call, without what they look at each time
        if cover is not None and isinstance(source, tuple) and box.width * box.height > _FLAT_FROM:
            below = _only_color(core.crop(area))
            if below is not None:  # what becomes of it depends on the coverage alone
                core.paste(_mixed(cover, below, source), area)
                if self.alpha is not None:
                    self.alpha.paste(255, area, cover)
                return
        if cover is not None:
            # Pillow lays a picture through a mask twice as fast as a colour.
            picture = _imaging.fill("RGB", box.size, source) if isinstance(source, tuple) else source.im
            core.paste(picture, area, cover.im)
        elif isinstance(source, tuple):
            core.paste(source, area)
        else:
            self.rgb.paste(source, area)
        if self.alpha is not None:
            self.alpha.paste(255, area, cover)

    def _replace(self, source: Image.Image | tuple[int, int, int]) -> None:
        """Cover everything with an opaque colour or picture: from here on the surface is opaque."""
        if isinstance(source, Image.Image):
            self.rgb = source.copy()
        else:
            self.rgb.paste(source, (0, 0, *self.box.size))
        self.alpha = None

    def fill_frame(self, mask: Mask, hole: IntRect, color: Color, clip: Clip) -> None:
        """Fill through a mask that covers nothing inside of `hole`: around it, in four parts."""
        box = mask.box.intersect(clip.bounds).intersect(self.box)
        hole = hole.intersect(box)
        if hole.is_empty:
            self.fill_mask(mask, color, clip)
            return
        source, alpha = rgb8(color), byte(color.a)
        plain = clip.mask is None and alpha == 255  # nothing is looked at but the mask
        for part in (
            IntRect(box.left, box.top, box.right, hole.top),
            IntRect(box.left, hole.bottom, box.right, box.bottom),
            IntRect(box.left, hole.top, hole.left, hole.bottom),
            IntRect(hole.right, hole.top, box.right, hole.bottom),
        ):
            left, top, right, bottom = part
            if right <= left or bottom <= top:
                continue
            if plain and (right - left) * (bottom - top) <= _STRIP_FROM:
                cut = mask.image.im.crop((left - mask.x, top - mask.y, right - mask.x, bottom - mask.y))
                self.lay_strip(source, part, _EMPTY._new(cut))
            else:
                self.lay(source, part, clip.cover(part, mask.crop(part)), alpha)

    def lay_strip(self, color: Color8, box: IntRect, cover: Image.Image) -> None:
        """Lay an opaque colour over a small box: what `lay` does, with nothing else to ask for."""
        area = self.local(box)
        self.rgb.im.paste(_imaging.fill("RGB", box.size, color), area, cover.im)
        if self.alpha is not None:
            self.alpha.im.paste(255, area, cover.im)

    def draw_layer(self, layer: Surface, clip: Clip, opacity: float = 1.0) -> None:
        """Composite a layer by source-over, through the clip."""
        box = layer.inked().intersect(clip.bounds).intersect(self.box)
        if box.is_empty or opacity <= 0:
            return
        rgb, alpha = layer.part(box)
        cover = clip.cover(box, None)
        if opacity < 1:
            cover = (
                Image.new("L", box.size, byte(opacity)) if cover is None else scale_mask(cover, byte(opacity))
            )
        rgb, alpha = _thin(rgb, alpha, cover)
        area = self.local(box)
        if alpha is None:
            self.rgb.paste(rgb, area)
        else:
            below = self.rgb.crop(area)
            below.paste((0, 0, 0), None, alpha)
            self.rgb.paste(ImageChops.add(below, rgb), area)
        if self.alpha is not None:
            self.alpha.paste(255, area, alpha)

    def replace_part(self, other: Surface, clip: Clip) -> None:
        """Put other pixels in place of these, by the clip's coverage."""
        box = other.box.intersect(clip.bounds).intersect(self.box)
        if box.is_empty:
            return
        cover = clip.cover(box, None)
        if cover is None:
            cover = Image.new("L", box.size, 255)
        rgb, alpha = other.part(box)
        area = self.local(box)
        self.rgb.paste(rgb, area, cover)
        if self.alpha is not None and alpha is not None:
            self.alpha.paste(alpha, area, cover)

    def inked(self) -> IntRect:
        """Return the device pixels that are not wholly transparent; most of a layer may be."""
        ink = self.alpha.getbbox() if self.alpha is not None else (0, 0, *self.box.size)
        return IntRect(*ink).shift(self.box.left, self.box.top) if ink else IntRect(0, 0, 0, 0)

    def part(self, box: IntRect) -> tuple[Image.Image, Image.Image | None]:
        """Return copies of premultiplied colour and alpha (None: opaque) of some device pixels."""
        area = self.local(box)
        return self.rgb.crop(area), self.alpha.crop(area) if self.alpha is not None else None

    def thin(self, mask: Mask | None) -> None:
        """Keep only what a coverage mask covers (clip-path, mask)."""
        cover = Image.new("L", self.box.size) if mask is None else mask.crop(self.box)
        self.rgb, self.alpha = _thin(self.rgb, self.alpha, cover)

    def image(self) -> Image.Image:
        """Return the finished picture: "RGB" where every pixel is opaque, else "RGBA", not premultiplied."""
        if self.alpha is None or self.alpha.getextrema()[0] == 255:
            return self.rgb
        return Image.merge("RGBa", (*self.rgb.split(), self.alpha)).convert("RGBA")

    def pixmap(self) -> Pixmap:
        """Return the layer as a picture, not premultiplied."""
        return Pixmap.from_image(self.image())


def _thin(
    rgb: Image.Image, alpha: Image.Image | None, cover: Image.Image | None
) -> tuple[Image.Image, Image.Image | None]:
    """Multiply premultiplied pixels by a coverage."""
    if cover is None:
        return rgb, alpha
    thinned = Image.new("RGB", rgb.size)
    thinned.paste(rgb, None, cover)
    return thinned, cover if alpha is None else ImageChops.multiply(alpha, cover)
