"""Nothing in silence: what is reported, with code, line, column and property."""

from __future__ import annotations

from typing import Any

import pytest


def test_declarations_are_reported_where_they_stand(style: Any) -> None:
    page = style(
        "<!doctype html>\n<style>\np { colr: red;\n  width: 10; resize: both }\n</style>\n"
        "<p\n  style='top: 1; foo: 1'>x</p><style>b { left: x }</style>"
    )
    assert page.messages == [
        "3:5 css-unknown-property colr",
        "4:3 css-invalid-value width",
        "4:14 css-unsupported-property resize",
        "7:42 css-invalid-value left",
        "7:10 css-invalid-value top",
        "7:18 css-unknown-property foo",
    ]
    assert "did you mean 'color'" in page.diagnostics[0].message
    assert "without a unit" in page.diagnostics[1].message


@pytest.mark.parametrize(
    ("css", "code", "where"),
    [
        ("p:foo { color: red }", "css-invalid-selector", "p:foo"),
        ("p { display: math }", "css-unsupported-value", "display"),
        ("p { filter: url(#a) }", "css-unsupported-value", "filter"),
        ("@container scroll-state(stuck: top) { p { color: red } }", "css-unsupported-rule", "@container"),
        ("@nope { }", "css-unsupported-rule", "@nope"),
        ("@scope { p { color: red } }", "css-invalid-selector", "@scope"),
        ("p::details-content { color: red }", "css-unsupported-rule", "p::details-content"),
        ("p { color: var(--nope) }", "css-invalid-value", "color"),
        ("p { text-combine-upright: all }", "css-unsupported-property", "text-combine-upright"),
        ("@font-face { font-family: x }", "css-invalid-value", "@font-face"),
        ("@namespace url(http://www.w3.org/2000/svg);", "css-unsupported-rule", "@namespace"),
        ("@namespace url('http://www.w3.org/2000/svg');", "css-unsupported-rule", "@namespace"),
        ("p { content: linear-gradient(red, blue) }", "css-unsupported-value", "content"),
        (":lang(de, en) { color: red }", "css-invalid-selector", ":lang(de, en)"),
        (':lang("de") { color: red }', "css-invalid-selector", ':lang("de")'),
        ("p:has(b) { :has(> &) { color: red } }", "css-invalid-selector", ":has(> &)"),
        ("[ | id] { color: red }", "css-invalid-selector", "[ | id]"),
        ("p { counter-reset: reversed(a) }", "css-invalid-value", "counter-reset"),
        ("p { counter-increment: list-item 2 }", "css-unsupported-value", "counter-increment"),
        ("p { float: left; shape-outside: paint(a) }", "css-unsupported-value", "shape-outside"),
        ("p { image-orientation: none }", "css-unsupported-property", "image-orientation"),
        ("p { text-autospace: normal }", "css-unsupported-property", "text-autospace"),
        ("p { mask-image: url(a.svg#b) }", "css-unsupported-value", "mask"),
        ("p { font: caption }", "css-unsupported-value", "font"),
        ("p { font-size-adjust: 1 }", "css-unsupported-property", "font-size-adjust"),
        ("p { font-size-adjust: 0 }", "css-unsupported-property", "font-size-adjust"),
    ],
)
def test_what_is_not_drawn_is_a_warning(css: str, code: str, where: str, style: Any) -> None:
    page = style(f"<style>{css}</style><p>x")
    assert [(d.severity, d.code, d.where) for d in page.diagnostics] == [("warning", code, where)]


def test_shadow_trees_are_reported(style: Any) -> None:
    page = style("<div><template shadowrootmode=open><p>x</p></template></div><template><p>y</p></template>")
    assert [(d.code, d.where) for d in page.diagnostics] == [("html-unsupported-element", "template")]


def test_vendor_noise_is_not_reported(style: Any) -> None:
    page = style(
        "<style>p { -webkit-font-smoothing: antialiased; will-change: transform; cursor: pointer;"
        " user-select: none; text-rendering: optimizeLegibility; pointer-events: none }</style><p>x"
    )
    assert page.diagnostics == []


def test_animations_are_information(style: Any) -> None:
    page = style(
        "<style>@keyframes a { to { top: 0 } } p { animation: a 1s; transition: all 1s }</style><p>x"
    )
    assert {d.severity for d in page.diagnostics} == {"info"}
    assert len(page.diagnostics) == 3


def test_elements_that_are_not_drawn_are_reported(style: Any) -> None:
    page = style("<p>\n<video></video><script>1</script><progress></progress>")
    assert page.messages == [
        "2:0 html-unsupported-element script",
        "2:0 html-unsupported-element video",
        "2:0 html-unsupported-element progress",
    ]


def test_an_image_without_a_source_tells_of_its_alternative_text(style: Any) -> None:
    page = style("<img alt='A mountain'><img src='' alt=''><img><img alt=b hidden><img src=a.png alt=c>")
    assert page.messages == ["1:0 html-unsupported-element img"]


def test_a_cached_sheet_reports_at_its_new_place(style: Any) -> None:
    css = "<style>p { nope: 1 }</style>"
    assert style(css).messages == ["1:12 css-unknown-property nope"]
    assert style(f"\n\n {css}").messages == ["3:13 css-unknown-property nope"]


@pytest.mark.parametrize(
    ("declaration", "shape"),
    [
        ("mix-blend-mode: plus-lighter", "<rect/>"),
        ("mask: linear-gradient(red, blue)", "<rect/>"),
        ("mask-image: linear-gradient(red, blue)", "<rect/>"),
        ("baseline-shift: super", "<text>x</text>"),
        ("transform: translateX(calc(50% + 1px))", "<rect/>"),
        ("transform: rotateX(45deg)", "<rect/>"),
    ],
)
def test_what_cannot_be_drawn_on_a_shape_of_svg_is_reported_once(
    declaration: str, shape: str, style: Any
) -> None:
    page = style(f"<style>svg * {{ {declaration} }}</style><svg>{shape}{shape}</svg>")
    name = declaration.split(":")[0]
    found = [d for d in page.diagnostics if d.where == name and "in SVG" in d.message]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("markup", "where"),
    [
        ("<rect filter='url(hue.svg#turn)'/>", "filter"),
        ("<rect fill='url(\"dots.svg#red\")'/>", "fill"),
        ("<rect style='width: 10vw; height: 4px'/>", "width"),
        ("<rect height='calc(10% + 4vh)'/>", "height"),
        ("<pattern href='dots.svg#red'/>", "href"),
        ("<filter href='#other'/>", "href"),
    ],
)
def test_what_a_shape_of_svg_takes_from_elsewhere_is_reported(markup: str, where: str, style: Any) -> None:
    page = style(f"<svg>{markup}</svg>")
    assert [(d.code, d.where) for d in page.diagnostics] == [("css-unsupported-value", where)]


def test_a_shape_of_svg_that_is_whole_in_itself_is_not_reported(style: Any) -> None:
    page = style(
        "<svg><defs><pattern id=a href='#b'/></defs><rect fill='url(#a)' mask=none width='10%' rx=2em />"
        "<path d='M1 1v2h3' stroke='url( \"#a\" )' /><text text-transform=none>x</text></svg>"
    )
    assert page.diagnostics == []


def test_an_svg_file_in_an_object_is_not_fitted_and_that_is_reported(style: Any) -> None:
    page = style("<style>* { object-fit: cover }</style><object data=a.svg></object><img src=a.svg>")
    assert [(d.code, d.where) for d in page.diagnostics] == [("css-unsupported-value", "object-fit")]


def test_values_as_the_browser_has_them_anyway_are_not_reported(style: Any) -> None:
    page = style(
        "<style>p { image-orientation: from-image; text-autospace: no-autospace; transform-box: border-box;"
        " transform: matrix3d(1,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1); mask-image: url(a.svg) }</style><p>x"
    )
    assert page.diagnostics == []


def test_an_svg_that_is_cut_on_one_axis_is_reported(style: Any) -> None:
    page = style("<style>svg { overflow: clip visible }</style><svg><rect/></svg>")
    assert [(d.code, d.where) for d in page.diagnostics] == [("css-unsupported-value", "overflow")]
    assert style("<style>svg { overflow: visible }</style><svg><rect/></svg>").diagnostics == []


def test_the_numbers_of_a_reversed_list_in_content_are_reported(style: Any) -> None:
    css = "<style>li::before { content: counter(list-item) }</style>"
    page = style(f"{css}<ol reversed><li>x</ol>")
    assert [(d.code, d.where) for d in page.diagnostics] == [("css-unsupported-value", "content")]
    assert style(f"{css}<ol><li>x</ol>").diagnostics == []


def test_containment_of_a_caption_is_reported(style: Any) -> None:
    page = style(
        "<table><caption style='contain: size paint'>x</caption><tr><td style='contain: paint'>y</table>"
    )
    assert [(d.code, d.where) for d in page.diagnostics] == [("css-unsupported-value", "contain")]


def test_a_button_with_its_native_look_is_reported(style: Any) -> None:
    page = style("<button>x</button><button style='color: red; padding: 9px'>x</button>")
    assert [(d.code, d.where) for d in page.diagnostics] == [("html-unsupported-element", "button")] * 2
    own = ("border: 0", "background: red", "border-radius: 9px; border: 1px solid", "background: none")
    for declarations in own:
        assert style(f"<button style='{declarations}'>x</button>").diagnostics == [], declarations


FACE = "@font-face {{ font-family: {}; src: local(Inter); font-style: {} }}"


@pytest.mark.parametrize(
    ("faces", "told"),
    [
        ([("A", "oblique 0deg 10deg"), ("A", "italic")], ["font-style"]),
        ([("A", "oblique 0deg 10deg"), ("B", "italic")], []),
        ([("A", "oblique -10deg 0deg"), ("a", "oblique -10deg 0deg")], []),
        ([("A", "oblique 5deg 20deg"), ("A", "normal")], []),
    ],
)
def test_ranges_of_slopes_beside_other_faces_are_told(
    faces: list[tuple[str, str]], told: list[str], style: Any
) -> None:
    css = "".join(FACE.format(*face) for face in faces)
    assert [finding.where for finding in style(f"<style>{css}</style><p>x").diagnostics] == told
