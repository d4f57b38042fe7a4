"""Pictures of few colours: flat areas keep theirs, the steps of smooth edges are rounded to fewer.

A card of flat areas has hundreds of colours, nearly all of them steps between two others along the edges of
letters. With a palette of those that fill areas and of a few steps it is a third as large, and no difference
can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

Color = tuple[int, int, int]
_MOST_COLORS = 8192  # beyond, it is a photo or a gradient
_CELL_BITS = 2  # Pillow looks colours up in cells of so many low bits: one palette entry for each
_AREA = 0.004  # of all pixels: a colour that fills an area, and is not rounded away


def few_shades(
    image: Image.Image, sizes: Sequence[int], *, bits: int = 5, most_changed: float = 0.08
) -> Image.Image | None:
    """Return an "RGB" picture as "P" with the first of these numbers of colours that will do, or None.

    Colours are rounded to steps of at most 2^`bits`, and only those of a share `most_changed` of the pixels.
    """
    found = image.getcolors(_MOST_COLORS)
    if found is None:
        return None
    pixels = image.width * image.height
    counts: list[tuple[int, Color]] = sorted(found, key=lambda item: (-item[0], item[1]))  # type: ignore[arg-type]
    apart = list({_cell(color, _CELL_BITS): color for _, color in reversed(counts)}.values())[::-1]
    for size in sizes:
        chosen = _palette(apart, size, bits)
        reduced = None if chosen is None else _reduced(image, counts, chosen, most_changed * pixels)
        if reduced is not None:
            return reduced
    return None


def _reduced(
    image: Image.Image, counts: list[tuple[int, Color]], chosen: list[Color], most_changed: float
) -> Image.Image | None:
    """Return the picture in a palette; None where more pixels, or an area, would get another colour.

    Pillow finds a near colour, not the nearest: each entry becomes the one that it is found for most often.
    """
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for color in chosen for channel in color])
    probe = Image.new("RGB", (len(counts), 1))
    probe.putdata([color for _, color in counts])
    entries = [*chosen]
    used: set[int] = set()
    area, changed = _AREA * image.width * image.height, 0
    for (count, color), index in zip(counts, _indices(probe, palette).tobytes(), strict=True):
        if index not in used:
            used.add(index)
            entries[index] = color
        else:
            changed += count
            if count > area or changed > most_changed:
                return None
    reduced = _indices(image, palette)
    reduced.putpalette([channel for color in entries for channel in color])
    return reduced


def _indices(image: Image.Image, palette: Image.Image) -> Image.Image:
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def _palette(found: list[Color], colors: int, last_bits: int) -> list[Color] | None:
    """Return the colours that stay: the most frequent ones, then one for each larger cell of the others."""
    if len(found) <= colors:
        return found
    top, rest = found[: colors // 2], found[colors // 2 :]
    for bits in range(_CELL_BITS + 1, last_bits + 1):
        steps: dict[Color, Color] = {}
        for color in rest:
            steps.setdefault(_cell(color, bits), color)
        if len(steps) <= colors - len(top):
            return top + list(steps.values())
    return None


def _cell(color: Color, bits: int) -> Color:
    red, green, blue = color
    return red >> bits, green >> bits, blue >> bits
