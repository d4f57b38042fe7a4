"""The vendored fonts as single files, for Chromium's FontFace objects and for the peers.

Families of a collection are cut into a file each. Chromium gets the faces without their optical size axis:
a web font follows it by itself, an installed one, which they stand for, keeps its default.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import uharfbuzz as hb

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "fonts" / "vendor"
CUT = ROOT / ".emblazon" / "cut-fonts"


@dataclass(frozen=True, slots=True)
class VendorFont:
    """A vendored file under the family name that CSS uses; `weights` are cut for satori."""

    name: str
    file: str
    weights: tuple[int, ...]
    style: str = "normal"
    face: int | None = None  # of a collection
    generic: str | None = None


FONTS = (
    VendorFont("Inter", "Inter[opsz,wght].ttf", (300, 400, 500, 650, 700, 800, 900), generic="sans-serif"),
    VendorFont("Inter", "Inter-Italic[opsz,wght].ttf", (400, 700), "italic"),
    VendorFont("Source Serif 4", "SourceSerif4[opsz,wght].ttf", (400, 700), generic="serif"),
    VendorFont("Source Serif 4", "SourceSerif4-Italic[opsz,wght].ttf", (400,), "italic"),
    VendorFont("Playfair Display", "PlayfairDisplay[wght].ttf", (400, 600, 700)),
    VendorFont("Playfair Display", "PlayfairDisplay-Italic[wght].ttf", (400, 600), "italic"),
    VendorFont("JetBrains Mono", "JetBrainsMono[wght].ttf", (400, 700), generic="monospace"),
    VendorFont("JetBrains Mono", "JetBrainsMono-Italic[wght].ttf", (400,), "italic"),
    VendorFont("Noto Sans", "NotoSans[wdth,wght].ttf", (400, 700)),
    VendorFont("Noto Sans", "NotoSans-Italic[wdth,wght].ttf", (400,), "italic"),
    VendorFont("Noto Sans Arabic", "NotoSansArabic[wdth,wght].ttf", (400, 700, 800)),
    VendorFont("Noto Sans Hebrew", "NotoSansHebrew[wght].ttf", (400, 700)),
    VendorFont("Noto Sans Devanagari", "NotoSansDevanagari[wdth,wght].ttf", (400, 700)),
    VendorFont("Noto Sans Thai", "NotoSansThai[wdth,wght].ttf", (400, 700)),
    VendorFont("Noto Sans JP", "NotoSansCJK-VF.otf.ttc", (400, 700), face=0),
    VendorFont("Noto Sans KR", "NotoSansCJK-VF.otf.ttc", (400, 700, 800), face=1),
    VendorFont("Noto Sans SC", "NotoSansCJK-VF.otf.ttc", (400, 700), face=2),
    VendorFont("Noto Sans TC", "NotoSansCJK-VF.otf.ttc", (400,), face=3),
    VendorFont("Noto Color Emoji", "NotoColorEmoji-Regular.ttf", (400,), generic="emoji"),
)


def cut(
    font: VendorFont,
    path: Path,
    *,
    characters: str | None = None,
    pins: dict[str, float] | None = None,
    static: bool = False,
) -> Path:
    """Write one face once: of all or some characters, some axes pinned, or all of them (`static`)."""
    if path.is_file():
        return path
    face = hb.Face(hb.Blob.from_file_path(str(VENDOR / font.file)), font.face or 0)
    plan = hb.SubsetInput()
    if characters is None:
        plan.keep_everything()
    else:
        plan.unicode_set.update(map(ord, characters))
        plan.layout_feature_tag_set.clear()
        plan.layout_feature_tag_set.invert()  # every feature
    if face.axis_infos:
        if static:
            plan.pin_all_axes_to_default(face)
            plan.flags |= hb.SubsetFlags.DOWNGRADE_CFF2
        for tag, value in (pins or {}).items():
            plan.pin_axis_location(face, tag, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{os.getpid()}")  # other processes of the tests may cut it too
    own.write_bytes(plan.subset(face).blob.data)
    own.replace(path)
    return path


def variable_file(font: VendorFont) -> Path:
    """Return a file with this face alone."""
    return VENDOR / font.file if font.face is None else cut(font, CUT / f"{font.name}.otf")


def web_faces() -> list[dict[str, str]]:
    """Return the faces as arguments of the FontFace constructor: family, source, weight and style."""
    faces = []
    for font in FONTS:
        path = variable_file(font)
        axes = {axis.tag: axis for axis in hb.Face(hb.Blob.from_file_path(str(path))).axis_infos}
        if "opsz" in axes:
            pins = {"opsz": axes["opsz"].default_value}
            path = cut(font, CUT / f"{font.name}-{font.style}-text.ttf", pins=pins)
        weight = axes.get("wght")
        faces.append({
            "family": font.name,
            "source": f'url("{path.as_uri()}")',
            "weight": f"{weight.min_value:g} {weight.max_value:g}" if weight else "400",
            "style": font.style,
        })  # fmt: skip
    return faces
