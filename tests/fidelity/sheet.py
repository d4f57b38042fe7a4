"""The contact sheet: one row per case, Chromium | Emblazon (| peers) | difference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

LABEL = 18
GAP = 6


def difference(expected: Image.Image, actual: Image.Image) -> Image.Image:
    """Return the absolute difference, brightened and on white."""
    diff = ImageChops.difference(expected.convert("RGB"), actual.convert("RGB"))
    return ImageChops.invert(diff.point(lambda v: min(255, v * 3)))


def write_sheet(rows: Sequence[tuple[str, Sequence[Image.Image]]], path: Path) -> None:
    """Write labelled rows of equally sized pictures as one PNG."""
    if not rows:
        return
    columns = max(len(pictures) for _, pictures in rows)
    width, height = rows[0][1][0].size
    sheet = Image.new(
        "RGB", (columns * (width + GAP) + GAP, len(rows) * (height + LABEL + GAP) + GAP), "#888"
    )
    draw = ImageDraw.Draw(sheet)
    for index, (label, pictures) in enumerate(rows):
        top = GAP + index * (height + LABEL + GAP)
        draw.text((GAP, top + 2), label, fill="white")
        for column, picture in enumerate(pictures):
            sheet.paste(picture.convert("RGB"), (GAP + column * (width + GAP), top + LABEL))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
