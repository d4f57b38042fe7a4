"""Boxes made by hand, painted, and read back as small pictures in letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from PIL import Image

from emblazon_origin.assets.images import resized_part
from emblazon_origin.assets.pixmap import Cut, Pixmap
from emblazon_origin.ground import image_of
from emblazon_origin.layout.boxes.box import Box, Rect, Sides
from emblazon_origin.paint.canvas import paint_document
from emblazon_origin.report import Report
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.dom import Element
from emblazon_origin.style.values.value_types import Color

LETTERS: Mapping[str, tuple[int, int, int, int]] = {
    ".": (0, 0, 0, 0), "_": (255, 255, 255, 255), "K": (0, 0, 0, 255), "R": (255, 0, 0, 255),
    "G": (0, 255, 0, 255), "B": (0, 0, 255, 255), "Y": (255, 255, 0, 255), "M": (255, 0, 255, 255),
    "C": (0, 255, 255, 255), "r": (128, 0, 0, 255), "k": (128, 128, 128, 255), "p": (255, 128, 128, 255),
}  # fmt: skip
COLORS = {name: Color(*(channel / 255 for channel in rgba)) for name, rgba in LETTERS.items()}


class FakeImages:
    """Images by key, each one pixmap that is stretched to any size."""

    def __init__(self, images: Mapping[str, Image.Image] | None = None) -> None:
        self.images = dict(images or {})

    def intrinsic(self, key: str) -> Any:
        image = self.images.get(key)
        if image is None:
            return None
        return Natural(image.width, image.height, image.width / image.height)

    def pixmap(self, key: str, width: int, height: int, rendering: str = "auto") -> Pixmap | None:
        image = self.images.get(key)
        return Pixmap.from_image(image.resize((width, height), Image.Resampling.NEAREST)) if image else None

    def svg(self, markup: str, width: int, height: int) -> Image.Image | None:
        del markup
        return Image.new("RGBa", (width, height))

    def part(self, key: str, cut: Cut, rendering: str = "auto") -> Pixmap | None:
        image = self.images.get(key)
        return Pixmap.from_image(resized_part(image, cut, smooth=False)) if image else None

    def source(self, key: str, width: int, height: int) -> Pixmap | None:
        image = self.images.get(key)
        return Pixmap.from_image(image) if image else None


class Natural:
    """A natural size."""

    def __init__(self, width: float, height: float, ratio: float) -> None:
        self.width, self.height, self.ratio = width, height, ratio


def make_box(x: float, y: float, w: float, h: float, *children: Box, **style: Any) -> Box:
    """Make a block; colours may be letters; `border` is one width for all four sides."""
    for name, value in style.items():
        if isinstance(value, str) and name.endswith("color") and value in COLORS:
            style[name] = COLORS[value]
    border = style.pop("border", None)
    if border is not None:
        for side in ("top", "right", "bottom", "left"):
            style.setdefault(f"border_{side}_width", float(border))
            style.setdefault(f"border_{side}_style", "solid")
    tag = style.pop("tag", "div")
    replaced = style.pop("replaced", None)
    computed = ComputedStyle().replace(**{"display": "block", **style})
    widths = Sides(
        computed.border_top_width,
        computed.border_right_width,
        computed.border_bottom_width,
        computed.border_left_width,
    )
    return Box(
        computed, Rect(x, y, w, h), widths, Sides(0, 0, 0, 0), Element(tag, {}, [], computed),
        children=list(children), replaced=replaced,
    )  # fmt: skip


def read_letters(image: Image.Image) -> list[str]:
    """Return the picture as rows of letters; "?" for a colour without one."""
    by_color = {rgba: letter for letter, rgba in LETTERS.items()}
    rgba = image.convert("RGBA")
    rows = []
    for y in range(rgba.height):
        row = ""
        for x in range(rgba.width):
            pixel = rgba.getpixel((x, y))
            assert isinstance(pixel, tuple)
            row += "." if pixel[3] == 0 else by_color.get((pixel[0], pixel[1], pixel[2], pixel[3]), "?")
        rows.append(row)
    return rows


Paint = Callable[..., Image.Image]


@pytest.fixture
def paint() -> Paint:
    """Paint boxes onto a canvas of so many px."""

    def run(
        width: int,
        height: int,
        *boxes: Box,
        dpr: float = 1.0,
        images: Mapping[str, Image.Image] | None = None,
        **root_style: Any,
    ) -> Image.Image:
        root = make_box(0, 0, width, height, *boxes, tag="html", **root_style)
        own = FakeImages(images)
        return image_of(
            paint_document(root, width=width, height=height, dpr=dpr, fonts=None, images=own, report=Report())
        )

    return run


@pytest.fixture
def box() -> Callable[..., Box]:
    """Make a block box."""
    return make_box


@pytest.fixture
def letters() -> Callable[[Image.Image], list[str]]:
    """Read a picture as letters."""
    return read_letters


@pytest.fixture
def color() -> Mapping[str, Color]:
    """Colours by letter."""
    return COLORS
