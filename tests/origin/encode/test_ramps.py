"""A palette of ramps depends on how many pixels have which colour, and on nothing that came before."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from emblazon_origin.encode.color_runs import Colors
from emblazon_origin.encode.ramps import Palette, Ramps

Words = NDArray[np.uint32]
Counts = dict[int, int]
PIXELS = 200_000
PAPER, INK, GREY, ACCENT = (250, 249, 246), (24, 24, 27), (110, 114, 120), (217, 70, 40)


def word(rgb: tuple[int, ...]) -> int:
    return 0xFF000000 | rgb[0] | rgb[1] << 8 | rgb[2] << 16


def mixed(random: Random, below: tuple[int, ...], ink: tuple[int, ...], pixels: int) -> Counts:
    """Count the colours of letters of an ink, mixed as along their edges."""
    found: Counts = {word(ink): pixels}
    for step in range(1, 120):
        rgb = tuple(round(a + (b - a) * step / 120) for a, b in zip(below, ink, strict=True))
        found[word(rgb)] = found.get(word(rgb), 0) + random.randrange(pixels // 120, pixels // 80)
    return found


def card(seed: int) -> Counts:
    """Count the colours of a card whose words are others for each seed."""
    random = Random(seed)  # noqa: S311
    counts: Counts = {}
    for ink, most in ((INK, 6000), (GREY, 2500), (ACCENT, 900)):
        for color, pixels in mixed(random, PAPER, ink, random.randrange(most // 2, most)).items():
            counts[color] = counts.get(color, 0) + pixels
    counts[word(PAPER)] = PIXELS - sum(counts.values())
    return counts


def asked(ramps: Ramps, colors: Colors, counts: Counts) -> Palette | None:
    words = np.array(list(counts), np.uint32)
    numbers = colors.numbers_of(words)
    totals = np.zeros(len(colors.values))
    totals[numbers] = list(counts.values())
    return ramps.palette(colors.values, totals)


def drawn(palette: Palette, colors: Colors, counts: Counts) -> dict[int, tuple[int, ...]]:
    """Return the colour in which each one is written."""
    numbers = colors.numbers_of(np.array(list(counts), np.uint32))
    rgb = palette.rgb[palette.nearest[numbers]].astype(int)
    return {color: tuple(row) for color, row in zip(counts, rgb.tolist(), strict=True)}


@pytest.mark.parametrize("order", range(3))
def test_a_palette_does_not_depend_on_what_was_drawn_before(order: int) -> None:
    kept, known = Ramps(), Colors()
    seeds = list(range(12))
    Random(order).shuffle(seeds)  # noqa: S311
    for seed in seeds:
        counts = card(seed)
        palette = asked(kept, known, counts)
        colors = Colors()
        fresh = asked(Ramps(), colors, dict(sorted(counts.items())))
        assert palette is not None
        assert fresh is not None
        assert palette.rgb.tobytes() == fresh.rgb.tobytes()
        assert drawn(palette, known, counts) == drawn(fresh, colors, counts)


def test_other_words_in_the_same_inks_have_the_same_palette() -> None:
    kept, known = Ramps(), Colors()
    palettes = {id(asked(kept, known, card(seed))) for seed in range(12)}
    assert len(palettes) <= 3


def test_inks_stay_as_they_are_and_every_mix_is_near() -> None:
    colors, counts = Colors(), card(1)
    palette = asked(Ramps(), colors, counts)
    assert palette is not None
    written = drawn(palette, colors, counts)
    for ink in (PAPER, INK, GREY, ACCENT):
        assert written[word(ink)] == ink
    for color, rgb in written.items():
        own = (color & 0xFF, color >> 8 & 0xFF, color >> 16 & 0xFF)
        assert sum((a - b) ** 2 for a, b in zip(own, rgb, strict=True)) <= 6000


def test_a_frequent_colour_beside_all_ramps_gets_an_entry() -> None:
    colors, counts = Colors(), card(2)
    counts[word((0, 160, 90))] = 250
    counts[word(PAPER)] -= 250
    palette = asked(Ramps(), colors, counts)
    assert palette is not None
    assert drawn(palette, colors, counts)[word((0, 160, 90))] == (0, 160, 90)


def test_shades_of_a_shadow_are_left_to_others() -> None:
    counts = card(3)
    for shade in range(60):
        counts[word((249 - shade, 248 - shade, 245 - shade))] = 700
    counts[word(PAPER)] -= 60 * 700
    assert asked(Ramps(), Colors(), counts) is None


def test_numbers_of_colours_stay_also_where_they_meet_in_one_slot() -> None:
    random, colors = Random(5), Colors()  # noqa: S311
    known: dict[int, int] = {}
    for _ in range(30):
        words = np.array([0xFF000000 | random.randrange(1 << 24) for _ in range(900)], np.uint32)
        again = np.array(random.sample(sorted(known), min(len(known), 300)), np.uint32)
        values = np.concatenate((words, words[:50], again))
        numbers = colors.numbers_of(values)
        assert (colors.values[numbers] == values).all()
        for value, number in zip(values.tolist(), numbers.tolist(), strict=True):
            assert known.setdefault(value, number) == number
    assert len(set(known.values())) == len(known) == len(colors.values)
