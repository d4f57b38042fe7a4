"""Bytes to pixels under limits: every format becomes "RGB" or premultiplied "RGBa" in sRGB, upright.

What the header declares is checked before a pixel is decoded (`image_headers.py`); only the first frame is
read. A damaged file is drawn as far as it decodes, as browsers do; a large one is decoded smaller.

Decoded pixels to 8-bit sRGB: bit depth, palette, embedded profile, the gAMA and cHRM of PNG.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageChops, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from ..errors import AssetError
from ..limits import MAX_CANVAS_SIDE, MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, MAX_JPEG_PIXELS
from .image_headers import declared_sizes, read_jpeg, sniff, told_by
from .image_repair import (
    is_interlaced_gif,
    part_decoded,
    png_fault,
    png_rows,
    repaired,
    with_rows_above,
    with_screen,
)

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "ICO", "BMP")
_MAX_IMAGE_SIDE = 4 * MAX_CANVAS_SIDE
_HELD_PIXELS = 12_000_000  # a picture of more is halved: no card shows them
_SCANNED_PIXELS = 800_000_000  # that all scans of a JPEG go over


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a picture may have: pixels, those of JPEG files, which are decoded smaller, and bytes."""

    pixels: int = MAX_IMAGE_PIXELS
    jpeg_pixels: int = MAX_JPEG_PIXELS
    bytes: int = MAX_IMAGE_BYTES


@dataclass(frozen=True, slots=True)
class Raster:
    """A decoded picture: its pixels, its natural size, and what was wrong with its file ("": nothing)."""

    image: Image.Image
    width: int
    height: int
    damage: str = ""


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
    for width, height in declared_sizes(kind, data):
        check_size(width, height, most, SETTINGS)
    if kind == "JPEG":
        data = _fewer_scans(data)
    try:
        try:
            if kind == "PNG" and (fault := png_fault(data)):
                raise OSError(fault)
            return _decoded(kind, data, most)
        except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
            return _repaired(kind, data, most, error)
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


SETTINGS = "EMBLAZON_IMAGE_PIXELS, of a JPEG EMBLAZON_JPEG_PIXELS"


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
        if getattr(opened, "default_image", False):  # of an APNG: for who draws no frames
            opened.seek(1)
        if kind == "JPEG":
            _draft(opened)
        frame = opened.tile[0].extents if kind == "GIF" and opened.tile else None
        _scale_transparent_grey(opened)
        opened.load()
        opened.info.pop("Raw profile type exif", None)  # a text that browsers do not read
        mask = part_decoded(kind, damaged, opened) if damaged else None
        image = _normalised(opened, upright=kind != "WEBP")  # browsers do not look there
        if mask is not None:
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
    factor = 1
    while image.width * image.height > _HELD_PIXELS * factor * factor:
        factor *= 2
    return Raster(image.reduce(factor) if factor > 1 else image, *size)


def _lacks_rows(image: Image.Image, data: bytes) -> bool:
    """Whether a PNG file has fewer rows than it says: the decoder leaves them empty and says nothing."""
    last = image.crop((0, image.height - 1, image.width, image.height))
    return last.getbbox() is None and png_rows(data, image.height) < image.height


def _scale_transparent_grey(image: ImageFile.ImageFile) -> None:
    """Bring the one transparent level of a PNG of two or four bits to eight, as its pixels will be."""
    level, coded = image.info.get("transparency"), image.tile[0].args if image.tile else None
    if isinstance(level, int) and coded in ("L;2", "L;4"):
        image.info["transparency"] = min(255, level * (85 if coded == "L;2" else 17))


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
    mended = repaired(kind, data)
    lenient, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        found = _decoded(kind, mended, most, data)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient
    return Raster(found.image, found.width, found.height, f"the {kind} image is damaged: {error}")


def _normalised(image: Image.Image, *, upright: bool) -> Image.Image:
    """Bring a decoded picture to 8-bit sRGB: orientation, bit depth, palette, profile, alpha."""
    info: dict[str, Any] = {str(name): value for name, value in image.info.items()}
    if upright:
        image = ImageOps.exif_transpose(image)
    image = to_srgb(image, info)
    if image.mode == "RGBA":
        if image.getchannel("A").getextrema()[0] == 255:
            return image.convert("RGB")
        return image.convert("RGBa")
    return image


if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_SRGB = ImageCms.createProfile("sRGB")
_LEVELS = (0, 20, 64, 128, 192, 235, 255)
_PROBE = Image.new("RGB", (len(_LEVELS) ** 3, 1))
_PROBE.putdata([(r, g, b) for r in _LEVELS for g in _LEVELS for b in _LEVELS])
_SAME = 2  # levels that a profile of sRGB itself may be off
_SRGB_GAMMA = 0.45455
_SRGB_PRIMARIES = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
_CLOSE = 0.002  # how far a gamma or a chromaticity may be off and still be sRGB's own


def to_srgb(image: Image.Image, info: dict[str, Any]) -> Image.Image:
    """Return a picture as "RGB" or "RGBA"; `info` is what Pillow read beside its pixels."""
    profile = info.get("icc_profile")
    if image.mode in ("I;16", "I;16B", "I;16L", "I"):
        image = _eight_bits(image, info.get("transparency"))
    elif image.mode == "LA" and profile:
        grey, alpha = image.split()
        image = _from_profile(grey, profile).convert("RGB")
        image.putalpha(alpha)
        return image
    elif image.mode in ("P", "PA", "LA", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = _from_profile(image, profile)
    elif "srgb" not in info and "gamma" in info:
        image = _from_gamma(image, info["gamma"], info.get("chromaticity"))
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA" if "A" in image.getbands() else "RGB")
    return image


def _eight_bits(image: Image.Image, transparent: object) -> Image.Image:
    """Scale 16 bits of grey to eight; one of its levels may stand for transparency."""
    levels = np.asarray(image).astype(np.uint32)
    grey = Image.fromarray(((np.clip(levels, 0, 65535) * 255 + 32895) >> 16).astype(np.uint8))
    if not isinstance(transparent, int):
        return grey
    alpha = Image.fromarray(np.where(levels == transparent, 0, 255).astype(np.uint8))
    return Image.merge("LA", (grey, alpha)).convert("RGBA")


def _beyond(level: float) -> float:
    return level > _SAME


def _from_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert from an embedded profile; a broken or unfitting one is ignored, as browsers do."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        transform = ImageCms.buildTransform(source, _SRGB, image.mode, mode)
        if image.mode in ("RGB", "RGBA"):
            probe = _PROBE.convert(mode)
            after = ImageCms.applyTransform(probe, transform) or probe
            if not ImageChops.difference(probe, after).convert("RGB").point(_beyond).getbbox():
                return image  # sRGB under whatever name
        converted = ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted if converted is not None else image


def _from_gamma(image: Image.Image, gamma: float, chromaticity: tuple[float, ...] | None) -> Image.Image:
    """Convert from the gamma and the primaries that a PNG file names (PNG 3 §11.3.2)."""
    if not 0.01 < gamma < 10:
        return image
    matrix = _to_srgb_primaries(chromaticity)
    if abs(gamma - _SRGB_GAMMA) < _CLOSE and matrix is None:
        return image
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    rgb = image.convert("RGB")
    linear = (np.arange(256) / 255) ** (1 / gamma)
    if matrix is None:
        table = _encoded(linear)
        rgb = rgb.point([int(level) for level in table] * 3)
    else:
        strips = [rgb.crop((0, y, rgb.width, min(y + 64, rgb.height))) for y in range(0, rgb.height, 64)]
        for index, strip in enumerate(strips):
            mixed = np.clip(linear[np.asarray(strip)] @ matrix.T, 0, 1)
            rgb.paste(Image.fromarray(_encoded(mixed)), (0, 64 * index))
    if alpha is not None:
        rgb.putalpha(alpha)
    return rgb


def _encoded(linear: NDArray[Any]) -> NDArray[np.uint8]:
    """Return linear light by sRGB's transfer function, as bytes."""
    curve = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    result: NDArray[np.uint8] = np.clip(curve * 255 + 0.5, 0, 255).astype(np.uint8)
    return result


def _to_srgb_primaries(chromaticity: tuple[float, ...] | None) -> Matrix | None:
    """Return the matrix from a file's linear RGB to sRGB's; None where they are the same."""
    if chromaticity is None or len(chromaticity) != 8:
        return None
    if max(abs(a - b) for a, b in zip(chromaticity, _SRGB_PRIMARIES, strict=True)) < _CLOSE:
        return None
    try:
        matrix: Matrix = np.linalg.inv(_to_xyz(_SRGB_PRIMARIES)) @ _to_xyz(chromaticity)
    except (np.linalg.LinAlgError, ZeroDivisionError):
        return None
    return matrix if bool(np.isfinite(matrix).all()) else None


def _to_xyz(chromaticity: tuple[float, ...]) -> Matrix:
    """Return the matrix from linear RGB to XYZ by white point and primaries, each as x and y."""
    white, *primaries = (
        np.array([x / y, 1.0, (1 - x - y) / y])
        for x, y in zip(chromaticity[::2], chromaticity[1::2], strict=True)
    )
    columns = np.array(primaries).T
    result: Matrix = columns * np.linalg.solve(columns, white)
    return result
