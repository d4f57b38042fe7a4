"""What the descriptors of `@font-face` rules change. Numbers are Chromium's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import uharfbuzz as hb

from emblazon_origin.assets.resources import Resources
from emblazon_origin.errors import AssetError
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.dom import FontFaceRule
from emblazon_origin.text.fonts.font_instance import FontInstance
from emblazon_origin.text.fonts.font_library import FontLibrary

VENDOR = Path(__file__).parents[3] / "fonts" / "vendor"
VARIABLE = VENDOR / "PlayfairDisplay[wght].ttf"


@cache
def static(weight: float) -> bytes:
    """Playfair Display at one weight, without axes."""
    face = hb.Face(hb.Blob.from_file_path(str(VARIABLE)))
    plan = hb.SubsetInput()
    plan.keep_everything()
    plan.pin_axis_location(face, "wght", weight)
    return bytes(plan.subset(face).blob.data)


def own_font(fonts: FontLibrary, style: ComputedStyle, data: bytes, **descriptors: object) -> FontInstance:
    rule = FontFaceRule("Own", (("url", "own.ttf"),), **descriptors)  # type: ignore[arg-type]
    view = fonts.with_faces([rule], lambda url: data)
    return view.font_set(style.replace(font_family=("Own",))).primary


@pytest.mark.parametrize(
    ("declared", "wanted", "drawn", "synthetic"),
    [
        (None, 700.0, 700.0, False),  # auto: what the file can draw
        (None, 300.0, 400.0, False),
        ((400.0, 400.0), 700.0, 400.0, True),
        ((400.0, 500.0), 600.0, 500.0, True),
        ((700.0, 700.0), 300.0, 700.0, False),
        ((100.0, 900.0), 650.0, 650.0, False),
    ],
)
def test_weight_of_a_variable_face_follows_its_rule(
    fonts: FontLibrary,
    style: ComputedStyle,
    declared: tuple[float, float] | None,
    wanted: float,
    drawn: float,
    synthetic: bool,
) -> None:
    bold = style.replace(font_weight=wanted)
    font = own_font(fonts, bold, VARIABLE.read_bytes(), weight=declared)
    assert dict(font.variations) == {"wght": drawn}
    assert font.synthetic_bold is synthetic


@pytest.mark.parametrize(
    ("weight", "declared", "synthetic"),
    [(400, None, True), (400, (400.0, 400.0), True), (400, (700.0, 700.0), False), (700, None, False)],
)
def test_a_static_face_is_emboldened_where_neither_it_nor_its_rule_is_bold(
    fonts: FontLibrary,
    style: ComputedStyle,
    weight: float,
    declared: tuple[float, float] | None,
    synthetic: bool,
) -> None:
    font = own_font(fonts, style.replace(font_weight=700.0), static(weight), weight=declared)
    assert font.synthetic_bold is synthetic


PAGE = """<style>
@font-face {{ font-family: Own; src: url("{font}"); {descriptors} }}
body {{ margin: 0; font: 22px Own }}
i {{ display: inline-block; width: 5ch; height: 1ex }}
</style><div id=line>Hamburg<i id=box></i></div>"""


def boxes(descriptors: str) -> dict[str, tuple[float, float]]:
    """Width and height of the page's boxes by id."""
    page = PAGE.format(font=VARIABLE.as_uri(), descriptors=descriptors)
    root = Engine(FontLibrary(VENDOR.parent), outside=True)
    laid_out = root.lay_out(RenderRequest(page, base="", width=553, height=300), Report())
    found, stack = {}, [laid_out.root]
    while stack:
        box = stack.pop()
        stack.extend(box.children)
        if box.element is not None and (name := box.element.attributes.get("id")):
            found[name] = box.border_box.width, box.border_box.height
    return found


@pytest.mark.parametrize(
    ("descriptors", "height", "five_ch", "ex"),
    [
        ("", 30.0, 66.0, 11.3),
        ("size-adjust: 120%", 36.0, 79.2, 13.6),
        ("ascent-override: 150%", 39.0, 66.0, 11.3),
        ("descent-override: 100%; line-gap-override: 50%", 57.0, 66.0, 11.3),
        (
            "size-adjust: 80%; ascent-override: 100%; descent-override: 20%; line-gap-override: 0%",
            22.0,
            52.8,
            9.0,
        ),
    ],
)
def test_overrides_change_lines_and_font_relative_units(
    descriptors: str, height: float, five_ch: float, ex: float
) -> None:
    found = boxes(descriptors)
    assert found["line"][1] == pytest.approx(height, abs=1 / 64)
    assert found["box"] == pytest.approx((five_ch, ex), abs=0.1)


def test_a_font_file_may_be_larger_than_a_picture(tmp_path: Path) -> None:
    (tmp_path / "large.ttf").write_bytes(bytes(21_000_000))
    resources = Resources(tmp_path)
    assert len(resources.read_font("large.ttf")) == 21_000_000
    with pytest.raises(AssetError, match="larger than 20,000,000 bytes"):
        resources.read("large.ttf")
    with pytest.raises(AssetError, match="larger than 1,000 bytes"):
        Resources(tmp_path, max_font_bytes=1000).read_font("large.ttf")
