"""Bytes to pixels under limits: every format becomes "RGB" or premultiplied "RGBa" in sRGB, upright.

What the header declares is checked before a pixel is decoded (`image_headers.py`); only the first frame is
read. A damaged file is drawn as far as it decodes, as browsers do; a large one is decoded smaller.
"""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageFile, ImageOps, UnidentifiedImageError

from ..errors import AssetError
from ..limits import MAX_CANVAS_SIDE, MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, MAX_JPEG_PIXELS
from .image_bmp import icon_pictures, unusual_bmp
from .image_color import color_code_points, to_srgb
from .image_headers import declared_sizes, moves, read_jpeg, sniff, told_by
from .image_repair import (
    is_interlaced_gif,
    part_decoded,
    png_fault,
    png_passes,
    png_rows,
    repaired,
    with_rows_above,
    with_screen,
    with_whole_palette,
)

# What Pillow finds odd in a picture's Exif data is nothing to whoever draws a card.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "ICO", "BMP")
_MAX_IMAGE_SIDE = 4 * MAX_CANVAS_SIDE
_HELD_PIXELS = 12_000_000  # a picture of more is halved: no card shows them
_ORIENTATION, _SHORT = 0x112, 3
_SCANNED_PIXELS = 800_000_000  # that all scans of a JPEG go over


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a picture may have: pixels, those of JPEG files, which are decoded smaller, and bytes."""

    pixels: int = MAX_IMAGE_PIXELS
    jpeg_pixels: int = MAX_JPEG_PIXELS
    bytes: int = MAX_IMAGE_BYTES


@dataclass(frozen=True, slots=True)
class Raster:
    """A decoded picture: its pixels, its natural size, and what was wrong with its file ("": nothing).

    It `moves` where its file has more frames than the one that is drawn.
    """

    image: Image.Image
    width: int
    height: int
    damage: str = ""
    moves: bool = False


def decode_image(data: bytes, limits: ImageLimits | None = None) -> Raster:
    """Decode a raster image. Raises AssetError."""
    limits = limits or ImageLimits()
    kind = sniff(data)
    if kind not in FORMATS:
        known = "PNG, JPEG, WebP, GIF, AVIF, ICO, BMP or SVG image"
        told = told_by(data)
        raise AssetError(f"{told}, not a {known}" if told else f"not a {known}")
    if kind == "GIF":
        data = with_screen(data)
    most = limits.jpeg_pixels if kind == "JPEG" else limits.pixels
    if kind != "ICO":  # whose pictures are looked at one by one
        _check_declared(kind, data, most)
    try:
        if kind == "ICO":
            return _best_of_icon(data, most)
        if kind == "BMP" and (unusual := unusual_bmp(data)) is not None:
            return _of_bmp(*unusual)
        return _whole_or_part(kind, data, most)
    except AssetError:
        raise
    except Image.DecompressionBombError as error:
        raise AssetError("the image is larger than the limit") from error
    except UnidentifiedImageError as error:  # its text holds a memory address
        raise AssetError(f"the {kind} image is damaged: its header makes no sense") from error
    except MemoryError:
        raise AssetError(f"the {kind} image takes too much memory to decode") from None
    except Exception as error:  # Pillow raises whatever its C decoders run into
        raise AssetError(f"the {kind} image is damaged: {error}") from error


def _best_of_icon(data: bytes, most: int) -> Raster:
    """Decode the largest picture of an icon that decodes."""
    failed: Exception = AssetError("the icon holds no picture")
    for picture in icon_pictures(data):
        kind = sniff(picture) or "ICO"
        try:
            _check_declared(kind, picture, most)
            return _whole_or_part(kind, picture, most)
        except (AssetError, OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
            failed = error
    raise failed


def _of_bmp(image: Image.Image, damage: str) -> Raster:
    seen = image.convert("RGB") if image.getchannel("A").getextrema()[0] == 255 else image.convert("RGBa")
    return Raster(_held(seen), *image.size, f"the BMP image is damaged: {damage}" if damage else "")


def _whole_or_part(kind: str, data: bytes, most: int) -> Raster:
    if kind == "JPEG":
        data = _fewer_scans(data)
    if kind == "PNG":
        data = with_whole_palette(data)
    try:
        if kind == "PNG" and (fault := png_fault(data)):
            raise OSError(fault)
        found = _decoded(kind, data, most)
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        found = _repaired(kind, data, most, error)
    return replace(found, moves=True) if moves(kind, data) else found


SETTINGS = "EMBLAZON_IMAGE_PIXELS, of a JPEG EMBLAZON_JPEG_PIXELS"


def _check_declared(kind: str, data: bytes, most: int) -> None:
    for width, height in declared_sizes(kind, data):
        check_size(width, height, most, SETTINGS)


def check_size(width: int, height: int, most: int = MAX_IMAGE_PIXELS, setting: str = "") -> None:
    """Raise where an image is empty or too large to be decoded."""
    if width <= 0 or height <= 0:
        raise AssetError("the image has no pixels")
    if width * height > most or max(width, height) > _MAX_IMAGE_SIDE:
        named = f" ({setting})" if setting else ""
        raise AssetError(
            f"the image is {width}×{height}; the limit is {most / 1_000_000:g} megapixels{named}"
        )


def _decoded(kind: str, data: bytes, most: int, damaged: bytes = b"") -> Raster:
    """Decode a file; of a damaged one, whose bytes were other, what it had no data for is transparent."""
    with Image.open(io.BytesIO(data), formats=[kind]) as opened:
        check_size(opened.width, opened.height, most, SETTINGS)
        size = opened.size
        first = None
        if getattr(opened, "default_image", False):  # of an APNG: for who draws no frames
            opened.seek(1)
            first = opened.info.get("bbox", (0, 0, *size))
        if kind == "JPEG":
            _draft(opened)
        frame = opened.tile[0].extents if kind == "GIF" and opened.tile else first
        _scale_transparent_level(opened)
        opened.load()
        opened.info.pop("Raw profile type exif", None)  # a text that browsers do not read
        if (coded := color_code_points(kind, data)) is not None:
            opened.info["cicp"] = coded
        mask = part_decoded(kind, damaged, opened) if damaged else None
        image = _normalised(opened, upright=kind != "WEBP")  # browsers do not look there
        if mask is not None:
            if _turns(opened.info.get("exif")):
                mask.getexif().update(opened.getexif())
            image = image.convert("RGBA")
            image.paste((0, 0, 0, 0), mask=ImageChops.invert(ImageOps.exif_transpose(mask)))
            image = image.convert("RGBa")
        if frame is not None and frame != (0, 0, *size):
            image = _alone(image, frame)
        elif damaged and kind == "GIF" and is_interlaced_gif(damaged):
            image = with_rows_above(image)
        if kind == "PNG" and not damaged and _lacks_rows(opened, data):
            raise OSError("it has fewer rows than it says")
    turned = (image.width > image.height) != (opened.width > opened.height)
    if turned:
        size = size[1], size[0]
    return Raster(_held(image), *size)


def _held(image: Image.Image) -> Image.Image:
    """Return a picture of no more pixels than a card needs."""
    factor = 1
    while image.width * image.height > _HELD_PIXELS * factor * factor:
        factor *= 2
    return image.reduce(factor) if factor > 1 else image


def _lacks_rows(image: Image.Image, data: bytes) -> bool:
    """Whether a PNG file has fewer rows than it says: the decoder leaves them empty and says nothing."""
    last = image.crop((0, image.height - 1, image.width, image.height))
    return last.getbbox() is None and png_rows(data, image.height) < image.height


def _scale_transparent_level(image: ImageFile.ImageFile) -> None:
    """Bring the one transparent level or colour of a PNG to eight bits, as its pixels will be."""
    level, coded = image.info.get("transparency"), image.tile[0].args if image.tile else None
    if isinstance(level, int) and coded in ("L;2", "L;4"):
        image.info["transparency"] = min(255, level * (85 if coded == "L;2" else 17))
    elif isinstance(level, tuple) and coded == "RGB;16B":
        image.info["transparency"] = tuple(channel >> 8 for channel in level)


def _alone(image: Image.Image, frame: tuple[int, int, int, int]) -> Image.Image:
    """Return a frame at its place in a screen that is transparent around it."""
    screen = Image.new("RGBa", image.size)
    screen.paste(image.convert("RGBA").convert("RGBa").crop(frame), frame[:2])
    return screen


def _draft(image: Image.Image) -> None:
    """Let a JPEG be decoded at a half, a quarter or an eighth, to hold no more pixels than needed."""
    factor = 1
    while image.width * image.height > _HELD_PIXELS * factor * factor and factor < 8:
        factor *= 2
    if factor > 1:
        image.draft(None, (image.width // factor, image.height // factor))


def _fewer_scans(data: bytes) -> bytes:
    """Cut the later scans of a JPEG off where they go over too many pixels: each only refines the picture."""
    header = read_jpeg(data)
    most = max(1, _SCANNED_PIXELS // max(1, header.size[0] * header.size[1]))
    return data if len(header.scans) <= most else data[: header.scans[most]] + b"\xff\xd9"


def _repaired(kind: str, data: bytes, most: int, error: Exception) -> Raster:
    """Decode a damaged file as far as it goes; the rest is transparent."""
    lenient, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        found = _interlaced_png(data, most) if kind == "PNG" else None
        found = found or _decoded(kind, repaired(kind, data), most, data)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient
    return Raster(found.image, found.width, found.height, f"the {kind} image is damaged: {error}")


def _interlaced_png(data: bytes, most: int) -> Raster | None:
    """Draw an interlaced PNG as far as it goes: each pixel stands for those that later passes lack.

    None where it is not interlaced, or nothing of it decodes.
    """
    width, height = declared_sizes("PNG", data)[0]
    screen = None
    for part in png_passes(data):
        found = _decoded("PNG", part.file, most)
        if found.image.size != (found.width, found.height):
            return None  # too large to be put together: it is held smaller
        pixels = np.asarray(found.image.convert("RGBA"))
        if screen is None:
            screen = np.zeros((height, width, 4), np.uint8)
        for y in range(part.block[1]):
            for x in range(part.block[0]):
                target = screen[part.top + y :: part.steps[1], part.left + x :: part.steps[0]]
                rows, columns = min(len(target), len(pixels)), target.shape[1]
                target[:rows] = pixels[:rows, :columns]
    if screen is None:
        return None
    image = Image.fromarray(screen)
    return Raster(_held(image.convert("RGBa")), width, height)


def _turns(exif: object) -> bool:
    """Whether an Exif block says how a picture is held as browsers read it: as a SHORT (Exif 2.3 §4.6.4)."""
    if not isinstance(exif, bytes):
        return True  # of another kind, such as XMP
    block = exif.removeprefix(b"Exif\0\0")
    order = "<" if block[:2] == b"II" else ">"
    try:
        at = struct.unpack_from(f"{order}I", block, 4)[0]
        for entry in range(at + 2, at + 2 + 12 * struct.unpack_from(f"{order}H", block, at)[0], 12):
            tag, kind = struct.unpack_from(f"{order}HH", block, entry)
            if tag == _ORIENTATION:
                return bool(kind == _SHORT)
    except struct.error:
        return True
    return True


def _normalised(image: Image.Image, *, upright: bool) -> Image.Image:
    """Bring a decoded picture to 8-bit sRGB: orientation, bit depth, palette, profile, alpha."""
    info: dict[str, Any] = {str(name): value for name, value in image.info.items()}
    if upright and _turns(info.get("exif")):
        image = ImageOps.exif_transpose(image)
    image = to_srgb(image, info)
    if image.mode == "RGBA":
        if image.getchannel("A").getextrema()[0] == 255:
            return image.convert("RGB")
        return image.convert("RGBa")
    return image
