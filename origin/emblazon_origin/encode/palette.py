"""Palettes: at most 256 colours, where the eye sees no difference, or where a byte budget demands it."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageStat


def exact_palette(image: Image.Image) -> Image.Image | None:
    """Return the same pixels as "P", or None where there are more than 256 colours."""
    if image.getcolors(256) is None:
        return None
    if image.mode == "RGBA":
        return (
            image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE) if _same(image) else None
        )
    return image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE) if _same(image) else None


def _same(image: Image.Image) -> bool:
    method = Image.Quantize.FASTOCTREE if image.mode == "RGBA" else Image.Quantize.MEDIANCUT
    reduced = image.quantize(256, method, dither=Image.Dither.NONE).convert(image.mode)
    return ImageChops.difference(image, reduced).getbbox(alpha_only=False) is None


def near_palette(image: Image.Image, colors: int = 256) -> Image.Image:
    """Return the nearest picture with so many colours, dithered where that hides banding."""
    method = Image.Quantize.FASTOCTREE if image.mode == "RGBA" else Image.Quantize.MEDIANCUT
    coarse = image.quantize(colors, method, dither=Image.Dither.NONE)
    if image.mode == "RGBA":
        return coarse
    return image.quantize(palette=coarse, dither=Image.Dither.FLOYDSTEINBERG)


def looks_the_same(image: Image.Image, reduced: Image.Image) -> bool:
    """True where no area of a picture is visibly off: judged on small averages, as an eye would."""
    other = reduced.convert(image.mode)
    difference = ImageChops.difference(image, other)
    worst = max(high for _, high in _extremes(difference))
    small = ImageChops.difference(image.reduce(4), other.reduce(4))
    blurred = max(high for _, high in _extremes(small))
    return worst <= 24 and blurred <= 5 and max(ImageStat.Stat(difference).rms) <= 3.0


def _extremes(image: Image.Image) -> list[tuple[int, int]]:
    found = image.getextrema()
    return [found] if isinstance(found[0], (int, float)) else list(found)  # type: ignore[list-item]
