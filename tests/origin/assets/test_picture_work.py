"""Which pictures are drawn here, and which in a process of their own."""

from __future__ import annotations

import pytest

from emblazon_origin.assets import picture_work
from emblazon_origin.assets.picture_work import AVAILABLE, PictureWork
from emblazon_origin.assets.svg_runs import NO_FONTS

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="{path}" stroke="{color}"/></svg>'


class Elsewhere(Exception):
    """A picture was to be drawn in another process."""


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> PictureWork:
    def isolated(*_: object) -> None:
        raise Elsewhere

    monkeypatch.setattr(picture_work, "isolated", isolated)
    return PictureWork()


@pytest.mark.parametrize("color", ["#184844", "#2e7d32", "#0A1411ff", "#999"])
def test_digits_of_a_colour_are_no_strange_numbers(work: PictureWork, color: str) -> None:
    drawn = work.draw_once(SVG.format(path="M1 1h7", color=color), 9, 9, NO_FONTS)
    assert drawn.getbbox() is not None


@pytest.mark.skipif(not AVAILABLE, reason="pictures are drawn elsewhere on Linux only")
@pytest.mark.parametrize("path", ["M1 1h1234567", "M1 1h7e9", "M1 1c123456 0 0 0 1 1"])
def test_numbers_beyond_any_picture_are_drawn_elsewhere(work: PictureWork, path: str) -> None:
    with pytest.raises(Elsewhere):
        work.draw_once(SVG.format(path=path, color="#184844"), 9, 9, NO_FONTS)
