"""Palettes: at most 256 colours, where the eye sees no difference, or where a byte budget demands it."""

from __future__ import annotations

from math import ceil, sqrt

from PIL import Image, ImageChops, ImageStat

_MAX_SAMPLE = 1_000_000  # pixels


def exact_palette(image: Image.Image) -> Image.Image | None:
    """Return the same pixels as "P", or None where there are more than 256 colours."""
    if image.getcolors(256) is None:
        return None
    reduced = image.quantize(256, _method(image), dither=Image.Dither.NONE)
    difference = ImageChops.difference(image, reduced.convert(image.mode))
    return reduced if difference.getbbox(alpha_only=False) is None else None


def near_palette(image: Image.Image, colors: int = 256, *, sample: int = _MAX_SAMPLE) -> Image.Image:
    """Return the nearest picture with so many colours, dithered where that hides banding.

    The colours are chosen from `sample` pixels.
    """
    if image.mode == "RGBA":
        return image.quantize(colors, _method(image), dither=Image.Dither.NONE)
    chosen = _sample(image, sample).quantize(colors, _method(image), dither=Image.Dither.NONE)
    return image.quantize(palette=chosen, dither=Image.Dither.FLOYDSTEINBERG)


def _method(image: Image.Image) -> Image.Quantize:
    """Return what chooses the colours; median cut cannot have alpha."""
    return Image.Quantize.FASTOCTREE if image.mode == "RGBA" else Image.Quantize.MEDIANCUT


def _sample(image: Image.Image, pixels: int) -> Image.Image:
    """Return a picture whose colours stand for all: median cut takes 0.8 s for a megapixel of noise."""
    step = ceil(sqrt(image.width * image.height / pixels))
    if step <= 1:
        return image
    size = (ceil(image.width / step), ceil(image.height / step))
    return image.resize(size, Image.Resampling.NEAREST)


def looks_the_same(
    image: Image.Image,
    reduced: Image.Image,
    *,
    worst_step: int = 24,
    worst_area: int = 5,
    worst_rms: float = 3.0,
) -> bool:
    """True where no area of a picture is visibly off: judged on small averages, as an eye would.

    `worst_step` is how far a single pixel may be off, `worst_area` the mean of 16, `worst_rms` the
    root mean square of a channel, all of 255.
    """
    other = reduced.convert(image.mode)
    difference = ImageChops.difference(image, other)
    worst = max(high for _, high in _extremes(difference))
    small = ImageChops.difference(image.reduce(4), other.reduce(4))
    blurred = max(high for _, high in _extremes(small))
    return worst <= worst_step and blurred <= worst_area and max(ImageStat.Stat(difference).rms) <= worst_rms


def changed_share(image: Image.Image, reduced: Image.Image) -> float:
    """Return the share of an "RGB" picture's pixels that have another colour in its reduced form."""
    red, green, blue = ImageChops.difference(image, reduced.convert("RGB")).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return 1 - most.histogram()[0] / (image.width * image.height)


def _extremes(image: Image.Image) -> list[tuple[int, int]]:
    found = image.getextrema()
    return [found] if isinstance(found[0], (int, float)) else list(found)  # type: ignore[list-item]
