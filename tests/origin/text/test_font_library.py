"""Families, matching, fallback, document faces and metrics."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from emblazon_origin.errors import AssetError
from emblazon_origin.report import Report
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.dom import FontFaceRule
from emblazon_origin.text.fonts.font_library import FontLibrary, ScreenMeasures

FONTS = Path(__file__).parents[3] / "fonts"
VENDOR = FONTS / "vendor"
MONO = VENDOR / "JetBrainsMono[wght].ttf"
THAI = VENDOR / "NotoSansThai[wdth,wght].ttf"


def _drawn_by(fonts: FontLibrary, style: ComputedStyle, cluster: str, script: str = "Zyyy") -> str:
    return fonts.font_set(style).select(cluster, script).font.face.family


# --- choosing ------------------------------------------------------------------------------------------


def test_names_aliases_and_generics_find_families_in_any_case(
    fonts: FontLibrary, style: ComputedStyle
) -> None:
    for name in ("INTER", "sans-serif", "system-ui"):
        assert _drawn_by(fonts, style.replace(font_family=(name,)), "a") == "Inter"
    assert _drawn_by(fonts, style.replace(font_family=("Nowhere", "monospace")), "a") == "JetBrains Mono"


def test_weight_is_set_on_the_axis_and_clamped_to_it(fonts: FontLibrary, style: ComputedStyle) -> None:
    for wanted, used in ((250.0, 250.0), (1.0, 100.0), (1000.0, 900.0)):
        font = fonts.font_set(style.replace(font_weight=wanted)).primary
        assert dict(font.variations)["wght"] == used
        assert not font.synthetic_bold


def test_italic_comes_from_the_italic_file(fonts: FontLibrary, style: ComputedStyle) -> None:
    font = fonts.font_set(style.replace(font_style="italic")).primary
    assert font.face.style == "italic"
    assert not font.synthetic_oblique


def test_a_face_without_italic_is_slanted_unless_forbidden(fonts: FontLibrary, style: ComputedStyle) -> None:
    thai = style.replace(font_family=("Noto Sans Thai",), font_style="italic")
    assert fonts.font_set(thai).primary.synthetic_oblique
    assert not fonts.font_set(thai.replace(font_synthesis_style=False)).primary.synthetic_oblique


def test_fallback_fonts_are_emboldened_for_bold_text(fonts: FontLibrary, style: ComputedStyle) -> None:
    bold = fonts.font_set(style.replace(font_weight=700.0)).select("ก", "Thai")
    assert bold.fallback
    assert bold.font.synthetic_bold
    assert dict(bold.font.variations)["wght"] == 400.0


def test_variation_settings_win(fonts: FontLibrary, style: ComputedStyle) -> None:
    font = fonts.font_set(style.replace(font_variation_settings=(("wght", 333.0), ("opsz", 30.0)))).primary
    assert dict(font.variations) == {"opsz": 30.0, "wght": 333.0}


def test_instances_are_shared(fonts: FontLibrary, style: ComputedStyle) -> None:
    again = FontLibrary.with_faces(fonts, [], lambda url: b"")
    assert fonts.font_set(style).primary is again.font_set(style.replace(lang="fr")).primary


# --- fallback ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "family"),
    [
        ("ja", "Noto Sans CJK JP"),
        ("ko", "Noto Sans CJK KR"),
        ("zh-Hans", "Noto Sans CJK SC"),
        ("zh-CN", "Noto Sans CJK SC"),
        ("zh-Hant", "Noto Sans CJK TC"),
        ("zh-TW", "Noto Sans CJK TC"),
        ("zh-HK", "Noto Sans CJK HK"),
    ],
)
def test_han_is_drawn_for_the_language(
    fonts: FontLibrary, style: ComputedStyle, lang: str, family: str
) -> None:
    assert _drawn_by(fonts, style.replace(lang=lang), "直", "Hani") == family


@pytest.mark.parametrize(
    ("cluster", "script", "family"),
    [
        ("ا", "Arab", "Noto Sans Arabic"),
        ("ש", "Hebr", "Noto Sans Hebrew"),
        ("ก", "Thai", "Noto Sans Thai"),
        ("한", "Hang", "Noto Sans CJK KR"),
        ("か\u3099", "Hira", "Noto Sans CJK JP"),
        ("e\u0301", "Latn", "Inter"),
        ("😀", "Zyyy", "Noto Color Emoji"),
        ("👩\u200d💻", "Zyyy", "Noto Color Emoji"),
        ("🇫🇷", "Zyyy", "Noto Color Emoji"),
        ("1\ufe0f\u20e3", "Zyyy", "Noto Color Emoji"),
        ("❤\ufe0f", "Zyyy", "Noto Color Emoji"),
        ("❤", "Zyyy", "Inter"),
        ("☺", "Zyyy", "Noto Color Emoji"),
        ("☺\ufe0e", "Zyyy", "Noto Sans Symbols"),
    ],
)
def test_a_cluster_is_drawn_by_one_font_that_has_it(
    fonts: FontLibrary, style: ComputedStyle, cluster: str, script: str, family: str
) -> None:
    drawn = _drawn_by(fonts, style, cluster, script)
    if cluster == "☺\ufe0e":  # any font without colours will do
        assert not fonts.font_set(style).select(cluster, script).font.is_color
    else:
        assert drawn == family


def test_font_variant_emoji_chooses_the_presentation(fonts: FontLibrary, style: ComputedStyle) -> None:
    assert _drawn_by(fonts, style.replace(font_variant_emoji="emoji"), "❤") == "Noto Color Emoji"
    text = fonts.font_set(style.replace(font_variant_emoji="text")).select("♠", "Zyyy")
    assert not text.font.is_color


def test_a_character_that_nobody_has_is_missing(fonts: FontLibrary, style: ComputedStyle) -> None:
    choice = fonts.font_set(style).select("\U0001d800", "Sgnw")
    assert choice.missing
    assert choice.font is fonts.font_set(style).primary


# --- files ---------------------------------------------------------------------------------------------


@cache
def _small_font() -> bytes:
    """A few glyphs of JetBrains Mono as a static face."""
    font = TTFont(MONO)
    subsetter = Subsetter(Options(layout_features=[]))
    subsetter.populate(text="abcABC ")
    subsetter.subset(font)
    out = io.BytesIO()
    instantiateVariableFont(font, {"wght": 400}).save(out)
    return out.getvalue()


def _static_font(family: str, weight: int, italic: bool = False, flavor: str | None = None) -> bytes:
    """The small face under another name."""
    font = TTFont(io.BytesIO(_small_font()))
    for record in list(font["name"].names):
        if record.nameID in (16, 17):
            font["name"].removeNames(nameID=record.nameID)
        elif record.nameID == 1:
            record.string = family
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = 0x01 if italic else 0x40
    font["head"].macStyle = 2 if italic else 0
    font.flavor = flavor
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def test_dropped_files_join_families_by_the_names_they_carry(tmp_path: Path) -> None:
    (tmp_path / "one.ttf").write_bytes(_static_font("Acme", 400))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "two.woff2").write_bytes(_static_font("Acme", 700, flavor="woff2"))
    (tmp_path / "three.woff").write_bytes(_static_font("Acme", 400, italic=True, flavor="woff"))
    library = FontLibrary(tmp_path)
    style = ComputedStyle().replace(font_family=("acme",), font_size=16.0)
    assert library.font_set(style).primary.face.weight == (400.0, 400.0)
    assert library.font_set(style.replace(font_weight=800.0)).primary.face.weight == (700.0, 700.0)
    assert library.font_set(style.replace(font_style="italic")).primary.face.style == "italic"
    assert library.catalog.default.name == "Acme"


def test_a_static_face_is_emboldened_for_a_much_bolder_weight(tmp_path: Path) -> None:
    (tmp_path / "one.ttf").write_bytes(_static_font("Acme", 400))
    library = FontLibrary(tmp_path)
    style = ComputedStyle().replace(font_family=("Acme",), font_size=16.0, font_weight=700.0)
    assert library.font_set(style).primary.synthetic_bold
    assert not library.font_set(style.replace(font_synthesis_weight=False)).primary.synthetic_bold


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"<html>not a font</html>",
        lambda data: data[: len(data) // 2],
        lambda data: data[:12],
        lambda data: b"wOF2" + data[4:],
        lambda data: b"wOF2" + bytes(12) + b"\xff" * 4 + data[20:],
    ],
    ids=["empty", "html", "cut off", "header only", "false woff2", "woff2 bomb"],
)
def test_a_damaged_file_is_named_at_construction(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    (tmp_path / "broken.ttf").write_bytes(damage(MONO.read_bytes()))
    with pytest.raises(AssetError, match=r"broken\.ttf"):
        FontLibrary(tmp_path)


def test_a_font_without_anything_to_draw_is_damaged(tmp_path: Path) -> None:
    font = TTFont(MONO)
    for table in ("glyf", "loca", "gvar"):
        if table in font:
            del font[table]
    font.save(tmp_path / "broken.ttf")
    with pytest.raises(AssetError, match="no glyphs"):
        FontLibrary(tmp_path)


def test_a_listed_file_that_is_missing_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "fonts.toml").write_text('[[family]]\nname = "X"\nfiles = ["pkg:a/b/Gone.ttf"]\n')
    with pytest.raises(AssetError, match=r"Gone\.ttf is missing.*make"):
        FontLibrary(tmp_path)


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="no fonts under"):
        FontLibrary(tmp_path)


def test_digest_changes_with_the_files_of_a_family(tmp_path: Path) -> None:
    shutil.copy(MONO, tmp_path / "mono.ttf")
    before = FontLibrary(tmp_path).digest(["JetBrains Mono"])
    assert before == FontLibrary(tmp_path).digest(["jetbrains mono"])
    data = bytearray(MONO.read_bytes())
    data[-1] ^= 1
    (tmp_path / "mono.ttf").write_bytes(bytes(data))
    assert FontLibrary(tmp_path).digest(["JetBrains Mono"]) != before


def _library(folder: Path, options: str) -> FontLibrary:
    """Inter, and Thai to fall back on, with options of fonts.toml."""
    for file in (THAI, VENDOR / "Inter[opsz,wght].ttf"):
        (folder / file.name).symlink_to(file)
    (folder / "fonts.toml").write_text(
        f'''[default]\nfamily = "Inter"\n{options}
[[family]]\nname = "Inter"\nfiles = ["Inter[opsz,wght].ttf"]
[[family]]\nname = "Thai"\nscripts = ["Thai"]\nfiles = ["{THAI.name}"]
'''
    )
    return FontLibrary(folder)


@pytest.mark.parametrize("chosen", [True, False])
def test_options_choose_between_css_and_chromium(tmp_path: Path, style: ComputedStyle, chosen: bool) -> None:
    value = str(chosen).lower()
    library = _library(tmp_path, f"optical_sizing = {value}\nfallback_weights = {value}")
    bold = style.replace(font_size=28.0, font_weight=700.0)
    thai = library.font_set(bold).select("ก", "Thai").font
    assert dict(library.font_set(bold).primary.variations)["opsz"] == (28.0 if chosen else 14.0)
    assert dict(thai.variations)["wght"] == (700.0 if chosen else 400.0)
    assert thai.synthetic_bold is not chosen


def test_options_are_part_of_the_digest(tmp_path: Path) -> None:
    digests = set()
    for number, options in enumerate(("", "optical_sizing = true")):
        folder = tmp_path / str(number)
        folder.mkdir()
        digests.add(_library(folder, options).digest())
    assert len(digests) == 2


# --- @font-face ----------------------------------------------------------------------------------------


def _face(family: str = "Brand", **changes: object) -> FontFaceRule:
    return FontFaceRule(family, (("url", "brand.ttf"),), **changes)  # type: ignore[arg-type]


def test_a_document_face_wins_over_an_installed_family(fonts: FontLibrary, style: ComputedStyle) -> None:
    view = fonts.with_faces([_face("Inter", weight=(100, 900))], lambda url: MONO.read_bytes())
    assert _drawn_by(view, style, "a") == "JetBrains Mono"
    assert _drawn_by(fonts, style, "a") == "Inter"


def test_unicode_range_limits_a_face_to_its_characters(fonts: FontLibrary, style: ComputedStyle) -> None:
    rule = _face(unicode_range=((0x41, 0x5A),))
    view = fonts.with_faces([rule], lambda url: MONO.read_bytes())
    brand = style.replace(font_family=("Brand", "Inter"))
    assert _drawn_by(view, brand, "A") == "JetBrains Mono"
    assert _drawn_by(view, brand, "a") == "Inter"


def test_faces_of_one_family_share_the_characters_by_range(fonts: FontLibrary, style: ComputedStyle) -> None:
    files = {"latin": MONO, "thai": THAI}
    rules = [
        FontFaceRule("Brand", (("url", "latin"),), unicode_range=((0x20, 0x7E),)),
        FontFaceRule("Brand", (("url", "thai"),), unicode_range=((0x0E00, 0x0E7F),)),
    ]
    view = fonts.with_faces(rules, lambda url: files[url].read_bytes())
    brand = style.replace(font_family=("Brand",))
    assert _drawn_by(view, brand, "a") == "JetBrains Mono"
    assert _drawn_by(view, brand, "ก", "Thai") == "Noto Sans Thai"


def test_a_face_that_cannot_be_had_is_reported_once_and_the_next_family_serves(
    fonts: FontLibrary, style: ComputedStyle
) -> None:
    def refuse(url: str) -> bytes:
        raise AssetError(f"{url}: 404")

    report = Report()
    view = fonts.with_faces([_face(line=7)], refuse, report)
    brand = style.replace(font_family=("Brand", "Source Serif 4"))
    assert _drawn_by(view, brand, "a") == "Source Serif 4"
    assert _drawn_by(view, brand.replace(font_weight=700.0), "a") == "Source Serif 4"
    (found,) = report.diagnostics
    assert (found.code, found.line) == ("font-load-failed", 7)
    assert "404" in found.message
    assert report.degraded


def test_a_damaged_document_face_falls_through_to_its_next_source(
    fonts: FontLibrary, style: ComputedStyle
) -> None:
    rule = FontFaceRule("Brand", (("url", "bad"), ("local", "JetBrains Mono")))
    report = Report()
    view = fonts.with_faces([rule], lambda url: b"wOF2 nonsense", report)
    assert _drawn_by(view, style.replace(font_family=("Brand",)), "a") == "JetBrains Mono"
    assert report.diagnostics == []


def test_only_document_faces_follow_optical_sizing(fonts: FontLibrary, style: ComputedStyle) -> None:
    inter = (VENDOR / "Inter[opsz,wght].ttf").read_bytes()
    view = fonts.with_faces([_face(weight=(100, 900))], lambda url: inter)
    brand = style.replace(font_family=("Brand",), font_size=28.0)
    assert dict(view.font_set(brand).primary.variations)["opsz"] == 28.0
    assert dict(view.font_set(brand.replace(font_optical_sizing=False)).primary.variations)["opsz"] == 14.0
    assert dict(fonts.font_set(style.replace(font_size=28.0)).primary.variations)["opsz"] == 14.0


# --- metrics -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "size", "ascent", "descent"),
    [
        ("Inter", 16, 16, 4),
        ("Inter", 48, 47, 12),
        ("Source Serif 4", 16, 17, 5),
        ("Noto Sans Thai", 16, 17, 7),
    ],
)
def test_ascent_and_descent_are_chromiums(
    fonts: FontLibrary, style: ComputedStyle, family: str, size: int, ascent: int, descent: int
) -> None:
    m = fonts.metrics(style.replace(font_family=(family,), font_size=float(size)))
    assert (m.ascent, m.descent, m.line_spacing) == (ascent, descent, ascent + descent)


def test_measures_serve_font_relative_units(fonts: FontLibrary, style: ComputedStyle) -> None:
    m = ScreenMeasures(fonts).measure(style.replace(font_size=16.0))
    assert m.x_height == pytest.approx(8.73, abs=0.01)
    assert m.zero_advance == pytest.approx(10.09, abs=0.01)
    assert m.cap_height == pytest.approx(11.64, abs=0.01)
    assert m.ideograph_advance == 16
