"""`feDisplacementMap` moves pixels by what its map says (Filter Effects 1 §9.10)."""

from __future__ import annotations

import numpy as np
import pytest

from emblazon_origin.assets.svg import draw_svg, parse_svg

_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><defs><filter id="f"'
_REGION = (
    'filterUnits="userSpaceOnUse" x="0" y="0" width="200" height="100" color-interpolation-filters="sRGB">'
)
_TAIL = '</filter></defs><rect x="70" y="40" width="60" height="20" filter="url(#f)"/></svg>'


def _start(inside: str, zoom: int = 1) -> tuple[float, float]:
    """Return the left top corner of what a filter leaves of a rectangle at (70, 40)."""
    markup = f"{_HEAD} {_REGION}{inside}{_TAIL}"
    image = draw_svg(parse_svg(markup.encode()), 200 * zoom, 100 * zoom)
    rows, columns = np.nonzero(np.asarray(image.convert("RGBA"))[..., 3] > 128)
    assert rows.size
    return columns.min() / zoom, rows.min() / zoom


def _map(color: str, opacity: str, scale: int) -> str:
    flood = f'<feFlood flood-color="{color}" flood-opacity="{opacity}" result="map"/>'
    selectors = 'xChannelSelector="R" yChannelSelector="G"'
    return f'{flood}<feDisplacementMap in="SourceGraphic" in2="map" scale="{scale}" {selectors}/>'


@pytest.mark.parametrize("zoom", [1, 2])
@pytest.mark.parametrize("opacity", ["1", ".5"])
@pytest.mark.parametrize(("scale", "x", "y"), [(40, 60, 50), (8, 68, 42), (-40, 80, 30), (0, 70, 40)])
def test_pixels_move_by_the_scale_times_what_the_map_says(
    scale: int, x: float, y: float, opacity: str, zoom: int
) -> None:
    assert _start(_map("#bf4080", opacity, scale), zoom) == pytest.approx((x, y), abs=1)


def test_the_opacity_of_the_map_is_a_channel_too() -> None:
    flood = '<feFlood flood-color="#000" flood-opacity=".75" result="map"/>'
    moved = _start(f'{flood}<feDisplacementMap in="SourceGraphic" in2="map" scale="40"/>')
    assert moved == pytest.approx((60, 30), abs=1)


def test_the_result_before_is_the_map_where_none_is_named() -> None:
    flood = '<feFlood flood-color="#bf4080"/>'
    selectors = 'xChannelSelector="R" yChannelSelector="G"'
    moved = _start(f'{flood}<feDisplacementMap in="SourceGraphic" scale="40" {selectors}/>')
    assert moved == pytest.approx((60, 50), abs=1)
