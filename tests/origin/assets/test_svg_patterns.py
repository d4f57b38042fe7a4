"""Patterns of SVG lie where their tiles are, whatever number of device pixels a tile has."""

from __future__ import annotations

import numpy as np
import pytest
from lxml import etree
from numpy.typing import NDArray
from PIL import Image

from emblazon_origin.assets.svg import draw_svg, parse_svg
from emblazon_origin.assets.vector.svg_patterns import fit_patterns

_STRIPE = '<rect width="10" height="20" fill="#000"/>'
_UNITS = 'patternUnits="userSpaceOnUse"'


def _drawn(inside: str, width: int, height: int, box: str) -> NDArray[np.int16]:
    """Return the opacity of each pixel."""
    markup = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{inside}</svg>'
    image = draw_svg(parse_svg(markup.encode()), width, height)
    return np.asarray(image.convert("RGBA"), np.int16)[..., 3]


def _pattern(attributes: str, content: str = _STRIPE) -> str:
    return f'<defs><pattern id="p" {attributes}>{content}</pattern></defs>'


def test_stripes_of_a_scaled_picture_do_not_drift() -> None:
    pattern = _pattern(f'width="20" height="20" {_UNITS}')
    drawn = _drawn(f'{pattern}<rect width="500" height="20" fill="url(#p)"/>', 535, 21, "0 0 500 20")
    stripes = "".join(f'<rect x="{x}" width="10" height="20"/>' for x in range(0, 500, 20))
    wanted = _drawn(stripes, 535, 21, "0 0 500 20")
    assert np.abs(drawn[10] - wanted[10]).max() < 100  # a stripe that drifts differs by 255
    assert np.abs(drawn[10] - wanted[10]).mean() < 8


@pytest.mark.parametrize("turn", ["rotate(30)", "rotate(-12) scale(1.3 .8)", "skewX(20) translate(3 7)"])
def test_a_turned_pattern_lies_where_its_shapes_would(turn: str) -> None:
    pattern = _pattern(f'width="20" height="20" {_UNITS} patternTransform="{turn}"')
    drawn = _drawn(f'{pattern}<rect width="400" height="200" fill="url(#p)"/>', 413, 207, "0 0 400 200")
    stripes = "".join(f'<rect x="{x}" y="-900" width="10" height="1800"/>' for x in range(-900, 900, 20))
    wanted = _drawn(f'<g transform="{turn}">{stripes}</g>', 413, 207, "0 0 400 200")
    away = np.abs(drawn - wanted)[:, :411]
    assert away.mean() < 12
    assert (away > 128).mean() < 0.01


def test_tiles_of_broken_pixels_leave_no_seams() -> None:
    pattern = _pattern(f'width="15.3" height="11.7" {_UNITS}', '<rect width="16" height="12" fill="#000"/>')
    drawn = _drawn(f'{pattern}<rect width="300" height="100" fill="url(#p)"/>', 310, 100, "0 0 300 100")
    assert drawn[2:98, 7:300].min() > 250


def test_each_shape_has_its_own_parts_of_its_box() -> None:
    pattern = _pattern('width=".25" height="1"', '<rect width="5" height="50" fill="#000"/>')
    shapes = (
        '<rect width="41" height="20" fill="url(#p)"/><rect y="30" width="83" height="20" fill="url(#p)"/>'
    )
    drawn = _drawn(f"{pattern}{shapes}", 100, 50, "0 0 100 50") > 128
    starts = [
        np.flatnonzero(np.diff(row.astype(int), prepend=0) == 1).tolist() for row in (drawn[10], drawn[40])
    ]
    assert [len(places) for places in starts] == [4, 4]
    assert starts[0] == pytest.approx([0, 10.25, 20.5, 30.75], abs=0.8)
    assert starts[1] == pytest.approx([0, 20.75, 41.5, 62.25], abs=0.8)


def test_a_pattern_takes_over_the_tile_of_another() -> None:
    tile = f'<pattern id="tile" width="20" height="20" {_UNITS}>{_STRIPE}</pattern>'
    turned = f'<defs>{tile}<pattern id="p" href="#tile" patternTransform="rotate(90)"/></defs>'
    drawn = _drawn(f'{turned}<rect width="100" height="300" fill="url(#p)"/>', 107, 321, "0 0 100 300") > 128
    rows = np.flatnonzero(np.diff(drawn[:, 50].astype(int)) == 1) + 1
    assert rows.tolist() == pytest.approx([21.4 * i for i in range(1, 15)], abs=1)


def test_a_pattern_paints_text_and_strokes_alike() -> None:
    pattern = _pattern(f'width="20" height="20" {_UNITS}')
    line = '<path d="M0 10H500" stroke-width="20" stroke="url(#p)"/>'
    filled = '<rect width="500" height="20" fill="url(#p)"/>'
    drawn, wanted = (_drawn(f"{pattern}{shape}", 535, 21, "0 0 500 20") for shape in (line, filled))
    assert np.abs(drawn - wanted)[2:18].max() <= 2


def test_what_a_pattern_inherits_reaches_its_tile() -> None:
    pattern = _pattern(f'width="13" height="13" {_UNITS}', '<path d="M0 6H13"/>')
    pattern = f'<g fill="none" stroke="#000" stroke-width="4">{pattern}</g>'
    drawn = _drawn(f'{pattern}<rect width="100" height="100" fill="url(#p)"/>', 107, 107, "0 0 100 100")
    assert 0.2 < (drawn > 128).mean() < 0.4


@pytest.mark.parametrize(
    "attributes",
    [
        'x="1e30" width="20" height="20"',
        'width="1e9" height="7"',
        'width="1e-9" height="7"',
        'width="7.3" height="7" patternTransform="scale(1e9)"',
        'width="7.3" height="7" patternTransform="matrix(0 0 0 0 0 0)"',
        'width="7.3" height="7" patternTransform="turn(3)"',
    ],
)
def test_tiles_beyond_measure_are_left_to_the_rasteriser(attributes: str) -> None:
    inside = f'{_pattern(f"{_UNITS} {attributes}")}<rect width="90" height="9" fill="url(#p)"/>'
    markup = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="97" height="9" viewBox="0 0 90 9">{inside}</svg>'
    )
    root = etree.fromstring(markup)

    def refuse(*_: object) -> Image.Image:
        raise AssertionError("a tile was rasterised")

    fit_patterns(root, refuse)
    assert "emblazon-pattern" not in etree.tostring(root, encoding="unicode")
