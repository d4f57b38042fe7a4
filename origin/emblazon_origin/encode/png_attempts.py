"""The PNGs of one picture, the best one first: whole, with a palette that nobody sees, with fewer colours.

A photo of a megabyte does not become a PNG of 300 KB without fewer colours, so nothing is tried that cannot
fit. How many colours do is found with a quick encoder on a palette of a few pixels; only what is kept is
encoded with patience.
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from ..ground import Picture, image_of
from .color_means import ColorMeans
from .effort import effort_of
from .likeness import likeness
from .palette import changed_share, exact_palette, looks_the_same, near_palette
from .png import encode_indexed, encode_png, encode_shades, shrink_png

_LOSSLESS_GAIN = 4.0  # times that patience makes a quick file smaller, at the most
_PALETTE_GAIN = 6.0  # times that 256 colours do
_PATIENT = 0.85  # of a quick palette's bytes, what the patient encoder needs of them
_FEW_PIXELS = 60_000
_SMOOTH = 128  # colours that a picture with gradients needs at the least
_SMALLEST = 12
_LEAST_ALIKE = 0.998
_EDGES = 0.06  # of all pixels lie along edges, at the most; where more change, bands would be seen


def png_attempts(picture: Picture, max_bytes: int | None, *, small: bool) -> Iterator[bytes]:
    """Yield encodings, the last one the smallest that is still worth having."""
    quick = quick_png(picture)
    if not small:
        yield quick
    image = image_of(picture)
    times = 0.0 if max_bytes is None else len(quick) / max_bytes
    if times <= _LOSSLESS_GAIN:
        for attempt in _whole_attempts(image, small=small):
            yield min(attempt, quick, key=len)
    if max_bytes is not None:
        yield from _fewer_colors(image, max_bytes, times)


def quick_png(picture: Picture) -> bytes:
    """Return the first answer: a palette where the picture has few colours, else all of them."""
    from .shades import few_shades  # late: a JPEG needs no numpy

    reduced = few_shades(picture)
    return encode_png(picture) if reduced is None else encode_shades(reduced)


def _whole_attempts(image: Image.Image, *, small: bool) -> Iterator[bytes]:
    """Yield the picture as it is, or with colours so near that nobody sees it, encoded with patience."""
    fewest = _fewest_colors(image) if small else None
    if fewest is not None:
        yield fewest
        return
    exact = exact_palette(image)
    if exact is not None:
        yield min(shrink_png(exact), shrink_png(image), key=len)
        return
    near = near_palette(image)
    if small and looks_the_same(image, near):
        yield min(shrink_png(near), shrink_png(image), key=len)
    else:
        yield shrink_png(image)
    yield shrink_png(near)


def _fewest_colors(image: Image.Image) -> bytes | None:
    """Return the picture with the fewest colours that keep it as it is; None where 256 do not."""
    sizes = effort_of(image).means
    found = ColorMeans.of(image) if sizes else None
    if found is None:
        return None
    smooth = False
    for size in sizes:
        if smooth and size < _SMOOTH:
            continue
        reduced = found.picture(size)
        smooth = changed_share(image, reduced) > _EDGES
        if _keeps(image, reduced, worst_area=2 if smooth else 22):
            return encode_indexed(reduced, _SMALLEST)
    return None


def _keeps(image: Image.Image, reduced: Image.Image, *, worst_area: int) -> bool:
    return (
        looks_the_same(image, reduced, worst_step=72, worst_area=worst_area, worst_rms=2.6)
        and likeness(image, reduced) >= _LEAST_ALIKE
    )


def _fewer_colors(image: Image.Image, max_bytes: int, times: float) -> Iterator[bytes]:
    """Yield the palette with the most colours that fits, then smaller ones."""
    colors = [*effort_of(image).colors]
    if _LOSSLESS_GAIN < times <= _PALETTE_GAIN:
        colors.append(256)
    while colors:
        index = _most_that_fit(image, colors, max_bytes)
        yield shrink_png(near_palette(image, colors[index], sample=_FEW_PIXELS))
        colors = colors[:index]


def _most_that_fit(image: Image.Image, colors: list[int], max_bytes: int) -> int:
    """Return the index of the largest palette that a quick encoding promises to fit; 0 where none does."""
    low, high = 0, len(colors)
    while high - low > 1:
        middle = (low + high) // 2
        quick = encode_png(near_palette(image, colors[middle], sample=_FEW_PIXELS), level=2)
        if len(quick) * _PATIENT <= max_bytes:
            low = middle
        else:
            high = middle
    return low
