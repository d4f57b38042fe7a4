"""SVG images: what is drawn, and what never reaches the rasteriser."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from emblazon_origin.assets.image_headers import sniff
from emblazon_origin.assets.images import ImageStore
from emblazon_origin.assets.resources import Resources
from emblazon_origin.assets.svg import clean_css, draw_svg, parse_svg
from emblazon_origin.errors import AssetError
from emblazon_origin.report import Report
from emblazon_origin.style.cascade.svg_markup import with_inherited_style
from emblazon_origin.style.values.budget import BUDGET
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.value_types import Color

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(inside: str, attributes: str = 'width="10" height="10"') -> bytes:
    return f"{OPEN} {attributes}>{inside}</svg>".encode()


@pytest.mark.parametrize(
    ("attributes", "natural"),
    [
        ('width="20" height="10"', (20, 10, 2)),
        ('width="1in" height="10mm"', (96, pytest.approx(37.795, abs=0.01), pytest.approx(2.54))),
        ('viewBox="0 0 30 10"', (None, None, 3)),
        ('width="100%" height="50%" viewBox="0 0 4 2"', (None, None, 2)),
        ('width="40" viewBox="0 0 4 2"', (40, None, 2)),
        ("", (None, None, None)),
    ],
)
def test_natural_sizes_are_those_of_the_root(attributes: str, natural: tuple[object, ...]) -> None:
    image = parse_svg(svg("", attributes))
    assert (image.width, image.height, image.ratio) == natural


def test_it_is_drawn_at_the_size_of_the_device() -> None:
    image = draw_svg(parse_svg(svg('<rect width="5" height="10" fill="red"/>')), 40, 40).convert("RGBA")
    assert image.size == (40, 40)
    assert image.getpixel((19, 20)) == (255, 0, 0, 255)
    assert image.getpixel((21, 20))[3] == 0  # type: ignore[index]  # a pixel of four channels


def test_the_aspect_ratio_is_preserved_in_other_boxes() -> None:
    parsed = parse_svg(svg('<rect width="10" height="10" fill="red"/>', 'viewBox="0 0 10 10"'))
    image = draw_svg(parsed, 30, 10).convert("RGBA")
    assert image.getpixel((2, 5))[3] == 0  # type: ignore[index]  # a pixel of four channels
    assert image.getpixel((15, 5)) == (255, 0, 0, 255)


NESTED = "%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E%3Cimage href=%22/etc/passwd%22/%3E%3C/svg%3E"


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<foreignObject><p>hi</p></foreignObject>",
        '<image href="file:///etc/passwd"/>',
        '<image xlink:href="http://169.254.169.254/x.png"/>',
        '<image href="../secret.png"/>',
        '<use href="other.svg#a"/>',
        '<rect onclick="alert(1)"/>',
        "<style>@import url(http://x/y.css);</style>",
        '<rect fill="url(http://x/y.svg#g)"/>',
        "<style>rect{fill:url('http://x/y')}</style>",
        "<animate attributeName='x'/>",
        f'<image href="data:image/svg+xml,{NESTED}"/>',
    ],
)
def test_active_and_external_content_is_removed(inside: str) -> None:
    markup = parse_svg(svg(inside)).markup
    for trace in ("script", "foreignObject", "passwd", "169.254", "secret", "other.svg", "alert", "http://x"):
        assert trace not in markup
    for encoded in (part.split('"')[0] for part in markup.split("base64,")[1:]):
        assert b"passwd" not in base64.b64decode(encoded)


def test_fragments_and_embedded_pictures_stay() -> None:
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
    markup = parse_svg(
        svg(f'<use href="#a"/><image href="data:image/png;base64,{pixel}"/><g id="a"/>')
    ).markup
    assert 'href="#a"' in markup
    assert "data:image/png;base64," in markup


BOMB = b'<!ENTITY a0 "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 10)
)


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE svg [" + BOMB + b"]>" + svg("<text>&a9;</text>"),
        b"<!DOCTYPE svg" + b"a" * 40_000,
        b"<svg",
        b"<html></html>",
        svg("<g>" * 400 + "</g>" * 400),
        svg('<g id="a"><use href="#a"/></g>'),
        svg(
            '<g id="a0"><rect/></g>'
            + "".join(f'<g id="a{i}">' + f'<use href="#a{i - 1}"/>' * 10 + "</g>" for i in range(1, 8))
        ),
    ],
)
def test_entities_bombs_and_broken_files_are_refused(data: bytes) -> None:
    with pytest.raises(AssetError):
        parse_svg(data)


def test_internal_entities_are_expanded_as_drawing_programs_write_them() -> None:
    doctype = b'<!DOCTYPE svg [<!ENTITY ns "http://www.w3.org/2000/svg"><!ENTITY blue "#00f">]>'
    data = (
        doctype + b'<svg xmlns="&ns;" width="9" height="9"><rect width="9" height="9" fill="&blue;"/></svg>'
    )
    assert draw_svg(parse_svg(data), 9, 9).convert("RGB").getpixel((4, 4)) == (0, 0, 255)


def test_external_entities_are_never_read() -> None:
    data = b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + svg("<text>&x;</text>")
    host = Path("/etc/hostname")
    try:
        markup = parse_svg(data).markup
    except AssetError:
        return
    assert not host.exists() or host.read_text().strip() not in markup


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("a{fill:url(#b)}", "a{fill:url(#b)}"),
        ("a{fill:url( '#b' )}", "a{fill:url( '#b' )}"),
        ("a{fill:URL(http://x/y)}b{c:d}", "a{fill:none}b{c:d}"),
        ("@import 'x';a{b:c}", "a{b:c}"),
        ("@IMPORT url(x", ""),
        ("a{fill:url(" + " " * 50, "a{fill:none"),
        ("ŉ{fill:url('x#y')}", "ŉ{fill:none}"),
    ],
)
def test_css_keeps_references_inside_of_the_document_alone(css: str, kept: str) -> None:
    assert clean_css(css) == kept


def test_a_plain_doctype_is_harmless() -> None:
    doctype = (
        b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/g.dtd">'
    )
    assert parse_svg(doctype + svg("<rect/>")).width == 10


def test_inline_svg_inherits_colour_and_fonts() -> None:
    style = ComputedStyle().replace(color=Color(1, 0, 0), font_family=("Inter", "serif"), font_size=20.0)
    markup = with_inherited_style(
        f'{OPEN} viewBox="0 0 1 1" stroke="a>b"><rect fill="currentColor"/></svg>', style
    )
    assert 'color="#ff0000"' in markup
    assert 'font-family="Inter, serif"' in markup
    image = draw_svg(
        parse_svg(
            with_inherited_style(
                svg('<rect width="9" height="9" fill="currentColor"/>').decode(), style
            ).encode()
        ),
        10,
        10,
    )
    assert image.convert("RGBA").getpixel((4, 4)) == (255, 0, 0, 255)


@pytest.mark.parametrize(
    ("inside", "asks"),
    [
        ('<path fill="none" stroke="#1ea" stroke-width="2" d="M4 12l5 5L20 6e1"/>', False),
        ('<use href="#a" opacity=".5"/><g id="a"><rect width="50%" height="3px"/></g>', False),
        ('<rect style="fill:CurrentColor"/>', True),
        ('<rect width=".5em" height="2"/>', True),
        ("<text>x</text>", True),
        ("<style>rect { stroke-width: 1.5ex }</style><rect/>", True),
    ],
)
def test_inline_svg_is_told_what_is_around_it_where_it_asks(inside: str, asks: bool) -> None:
    style = ComputedStyle().replace(color=Color(0, 0, 1), font_size=40.0, font_weight=700.0)
    picture = svg(inside).decode()
    around = [with_inherited_style(picture, of) for of in (style, ComputedStyle())]
    assert [markup != picture for markup in around] == [asks, asks]


def test_an_authors_own_attribute_wins() -> None:
    markup = with_inherited_style(f'{OPEN} color="blue" font-size="3"/>', ComputedStyle())
    assert markup.count("color=") == 1
    assert markup.count("font-size=") == 1
    assert markup.endswith("/>")


@pytest.mark.parametrize(
    ("given", "kept"), [("3", "3"), ("9999", "9"), ("1e9", "9"), ("010", "9"), ("-5", "-5"), ("x", "x")]
)
def test_turbulence_has_no_more_octaves_than_can_be_seen(given: str, kept: str) -> None:
    markup = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><filter id="f">'
        f'<feTurbulence baseFrequency="1" numOctaves="{given}"/></filter></svg>'
    )
    assert f'numOctaves="{kept}"' in parse_svg(markup.encode()).markup


# --- what drawing programs write; each beside Chromium ---------------------------------------------------

FULL = 'width="10" height="10"'
RED, LIME, BLUE, TEAL = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 128, 128)
STYLED = {
    "a colour of Display P3 after its fallback (Figma)": (
        '<rect FULL style="fill:#FF0000;fill:color(display-p3 1.0000 0.0000 0.0000);fill-opacity:1"/>', RED),
    "a variable of the root": ("<style>:root{--c:#f00}</style><rect FULL fill='var(--c)'/>", RED),
    "the fallback of a variable": ('<rect FULL style="fill:var(--none,teal)"/>', TEAL),
    "colours of CSS 4 in an attribute": ('<rect FULL fill="rgb(0 255 0 / 100%)"/>', LIME),
    "a colour that SVG 1.1 has no name for": ('<rect FULL fill="rebeccapurple"/>', (102, 51, 153)),
    "the third of its kind": ("<style>rect:nth-child(3){fill:blue}</style><g/><rect FULL/>", BLUE),
    "nested rules": ("<style>g{rect{fill:red}}</style><g><rect FULL/></g>", RED),
    "an important rule": (
        "<style>.a{fill:red!important}</style><rect FULL class='a' style='fill:blue'/>", RED),
    "a rule for screens": ("<style>@media screen{rect{fill:red}}</style><rect FULL/>", RED),
    "no rule for dark screens": (
        "<style>rect{fill:red}@media (prefers-color-scheme:dark){rect{fill:blue}}</style>"
        "<rect FULL/>", RED),
    "geometry by CSS": ("<style>circle{cx:5px;cy:5px;r:5px;fill:red}</style><circle/>", RED),
    "a path by CSS": ('<style>path{d:path("M0 0H10V10H0z");fill:red}</style><path/>', RED),
    "a transform by CSS": (
        '<rect width="5" height="5" fill="red" style="transform:translate(3px,3px)"/>', RED),
    "unset in a group": ('<g fill="red"><rect FULL style="fill:unset"/></g>', RED),
    "the first of two of one id": (
        '<linearGradient id="a"><stop stop-color="red"/></linearGradient>'
        '<linearGradient id="a"><stop stop-color="blue"/></linearGradient><rect FULL fill="url(#a)"/>', RED),
    "a filter that is not there": ('<rect FULL fill="red" filter="url(#none)"/>', RED),
    "a filter that is not there, by CSS": ('<rect FULL style="fill:red;filter:url(#none)"/>', RED),
    "names of Illustrator": (
        '<switch><foreignObject requiredExtensions="http://ns.adobe.com/AdobeIllustrator/10.0/"/>'
        "<g><rect FULL fill='red'/></g></switch>", RED),
}  # fmt: skip


@pytest.mark.parametrize("case", STYLED)
def test_styles_of_drawing_programs_are_drawn_as_in_browsers(case: str) -> None:
    inside, colour = STYLED[case]
    image = draw_svg(parse_svg(svg(inside.replace("FULL", FULL))), 10, 10)
    assert image.convert("RGB").getpixel((5, 5)) == colour


@pytest.mark.parametrize("style", ["background:#fc0", "background-color: rgb(255, 204, 0)"])
def test_the_background_of_the_root_is_drawn(style: str) -> None:
    """PlantUML, draw.io and Mermaid write it."""
    image = draw_svg(parse_svg(svg("", f'width="10" height="10" style="{style}"')), 10, 10)
    assert image.convert("RGBA").getpixel((5, 5)) == (255, 204, 0, 255)


@pytest.mark.parametrize(
    "document",
    [
        b'<ns0:svg xmlns:ns0="http://www.w3.org/2000/svg" width="10" height="10">'
        b'<ns0:rect width="10" height="10" fill="red"/></ns0:svg>',
        b"<!-- " + b"licence " * 2000 + b" -->" + svg('<rect width="10" height="10" fill="red"/>'),
        svg('<rect width="10" height="10" fill="red"/>').decode().encode("utf-16"),
        b"\xef\xbb\xbf" + svg('<rect width="10" height="10" fill="red"/>'),
        b'<?xml version="1.0"?><!DOCTYPE svg [ <!ENTITY a "b"> ]>'
        + svg('<rect width="10" height="10" fill="red"/>'),
    ],
    ids=["prefixed", "long comment", "utf-16", "bom", "entities"],
)
def test_an_svg_file_is_told_by_its_first_element(document: bytes) -> None:
    assert sniff(document) == "SVG"
    assert draw_svg(parse_svg(document), 10, 10).convert("RGB").getpixel((5, 5)) == RED


@pytest.mark.parametrize(
    ("inside", "note"),
    [
        ("<foreignObject><p>hi</p></foreignObject>", "<foreignObject>: HTML inside SVG is not drawn"),
        ('<image href="https://a.example/b.png" width="5" height="5"/>', "data: URLs"),
        ("<style>@font-face{font-family:X;src:url(x.woff)}</style>", "@font-face"),
        ("<style>@import url(x.css);</style>", "@import"),
        ('<circle r="1"><animate attributeName="r" to="4" dur="1s"/></circle>', "<animate>"),
        ('<text stroke="red" vector-effect="non-scaling-stroke">x</text>', "vector-effect"),
        ('<path d="M0 0H9" pathLength="0" stroke-dasharray="1"/>', "pathLength"),
        ('<text style="clip-path:circle(2px)">x</text>', "clip-path"),
        ('<text style="font-variant:small-caps">x</text>', "small-caps"),
        ('<text style="text-decoration:underline wavy">x</text>', "wavy"),
        ("<rect width='5' height='5' style=\"offset-path:path('M0 0H9')\"/>", "offset-path"),
        ('<text style="text-shadow:1px 1px red,2px 2px blue">x</text>', "text-shadow"),
        (
            '<filter id="f" primitiveUnits="objectBoundingBox"><feOffset x="25%" width="50%"/></filter>',
            "feOffset",
        ),
        ('<rect width="5" height="5" style="mask-image:linear-gradient(red,blue)"/>', "mask-image"),
        ("<style>svg{background:linear-gradient(red,blue)}</style>", "background-image"),
        ("<style>svg{border:1px solid}</style>", "border"),
        ("<style>@keyframes a{to{opacity:0}}</style>", "@keyframes"),
    ],
)
def test_what_of_an_svg_file_is_not_drawn_is_told(inside: str, note: str) -> None:
    report = Report()
    href = "data:image/svg+xml;base64," + base64.b64encode(svg(inside)).decode()
    ImageStore(Resources(), report).load([href])
    assert [finding.code for finding in report.diagnostics] == ["svg-unsupported"]
    assert note in report.diagnostics[0].message


@pytest.mark.parametrize("kind", ["AVIF", "BMP", "ICO"])
def test_pictures_of_any_known_kind_inside_of_an_svg_file_are_drawn(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(out, kind)
    data = base64.b64encode(out.getvalue()).decode()
    inside = f'<image href="data:image/{kind.lower()};base64,{data}" width="10" height="10"/>'
    red, green, blue = draw_svg(parse_svg(svg(inside)), 10, 10).convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 240
    assert max(green, blue) < 15


def test_styles_without_end_are_left_to_the_rasteriser() -> None:
    image = parse_svg(svg("<style>" + "rect{fill:red}" * 20_000 + "</style><rect fill='blue' width='9'/>"))
    assert any("style sheets" in note for note in image.notes)


def test_a_document_s_styles_cost_the_page_around_it_nothing() -> None:
    before = BUDGET.steps
    parse_svg(svg("<style>rect{fill:red}</style>" + "<rect/>" * 100))
    assert BUDGET.steps == before


MARKER = '<marker id="m" orient="auto"><path d="M0 0h9"/></marker>'
SPOT = "<filter><feDiffuseLighting><feSpotLight {}/></feDiffuseLighting></filter>"
TURNED = 'style="transform-box:stroke-box;transform:rotate(9deg)"'


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ('<path d="M0 0A9 9 0 0 1 20 20" marker-mid="url(#m)"/>', "marker-mid"),
        ('<g marker="url(#m)"><path d="M0 0a9 9 0 0 1 20 20"/></g>', "marker-mid"),
        ('<path d="M0 0L20 20" marker-mid="url(#m)"/>', ""),
        ('<text text-anchor="middle" textLength="90">x</text>', "textLength"),
        ('<text textLength="90">x</text>', ""),
        ('<text text-anchor="end" textLength="90" lengthAdjust="spacingAndGlyphs">x</text>', ""),
        (f'{MARKER}<path d="M0 0h9v9z" marker-start="url(#m)"/>', "closes"),
        (f'{MARKER}<path d="M0 0h9v9z" marker-mid="url(#m)"/>', ""),
        (f'{MARKER}<path d="M0 0h9v9zM30 0h9v9z" marker-mid="url(#m)"/>', "closes"),
        (f'{MARKER}<path d="M0 0h9v9" marker-start="url(#m)"/>', ""),
        (f'{MARKER}<polygon points="0,0 9,9 0,9" style="marker-end:url(#m)"/>', "closes"),
        ('<text style="text-decoration:underline">x</text>', "text-decoration"),
        ('<text style="text-decoration:none">x</text>', ""),
        ('<text style="font:20px Inter;letter-spacing:.5ch">x</text>', "font's 0"),
        ('<text style="font-family:Church" letter-spacing="2">x</text>', ""),
        ('<filter id="f"><feMorphology radius="2"/></filter>', "feMorphology"),
        (f'<g {TURNED}><path d="M0 0h9v9" stroke="red"/></g>', "its strokes"),
        (f'<g {TURNED}><path d="M0 0h9v9"/></g>', ""),
        ('<circle r="1e30"/>', "numbers"),
        ('<text>a<tspan baseline-shift="super">2</tspan></text>', "baseline-shift"),
        ('<text>a<tspan baseline-shift="4">2</tspan></text>', ""),
        (SPOT.format('limitingConeAngle="20"'), "feSpotLight"),
        (SPOT.format(""), ""),
        ('<circle r="9.123456789" fill="#1e3a8a"/>', ""),
    ],
)
def test_what_the_rasteriser_draws_otherwise_is_told(inside: str, told: str) -> None:
    notes = parse_svg(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()).notes
    assert [note for note in notes if told and told in note] if told else notes == ()


@pytest.mark.parametrize("size", ["1e30", "3.4e38", "1e300", "99999999999"])
def test_absurd_numbers_in_clips_leave_the_picture(size: str) -> None:
    image = parse_svg(
        svg(
            f'<clipPath id="c"><circle r="{size}"/><path d="M0 0L{size} {size}V0z"/></clipPath>'
            f'<mask id="m"><rect width="{size}" height="{size}" fill="#fff"/></mask>'
            '<rect width="9" height="9" clip-path="url(#c)" mask="url(#m)"/>'
        )
    )
    drawn = draw_svg(image, 9, 9).convert("RGBA").getchannel("A")
    assert drawn.getextrema()[1] == 255


def test_size_of_monospaced_text_is_chromium_s() -> None:
    markup = parse_svg(svg('<text font-family="monospace">a</text>')).markup
    assert "font-size:13px" in markup
    assert "13px" not in parse_svg(svg('<g font-size="9"><text font-family="monospace">a</text></g>')).markup
