"""HTML parsing: HTML5's tree, source positions, inline SVG."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from emblazon_origin.style.values.dom import Text


def test_implied_ends_void_elements_and_entities(style: Any) -> None:
    page = style("<ul><li>a<li>b<br>c&eacute;&nbsp;&lt;</ul><p>x<div>y</div>")
    assert page.text("ul") == ""
    assert [len(e.children) for e in page.all("li")] == [2, 4]
    assert page.text("li") == "a"
    assert page.all("p")[0].children[0].data == "x"
    assert page.all("div")[0].parent.tag == "body"


def test_source_lines_survive_attributes_and_comments(style: Any) -> None:
    page = style("<!-- <p> -->\n<p title='a\n>b'>x</p>\n<style>/* <b> */</style><b>y</b>\r\n<i>z</i>")
    assert [(e.tag, e.line) for e in page.elements if e.tag in ("p", "b", "i")] == [
        ("p", 2),
        ("b", 4),
        ("i", 5),
    ]
    assert page.all("p")[0].attributes == {"title": "a\n>b"}


def test_inline_svg_is_xml_with_its_names(style: Any) -> None:
    page = style(
        "<p><svg viewbox='0 0 1 1' onload=x><lineargradient id=g /><script>1</script>"
        "<text>a&amp;b &lt;</text><use xlink:href='#g'></svg>y"
    )
    svg = page.all("svg")[0]
    assert svg.children == []
    root = ElementTree.fromstring(svg.svg)  # noqa: S314 - our own output
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox") == "0 0 1 1"
    assert root.get("onload") is None
    assert [child.tag.split("}")[1] for child in root] == ["linearGradient", "text", "use"]
    assert root[1].text == "a&b <"
    assert page.all("p")[0].children[1].data == "y"


def test_hidden_and_head_elements_make_no_boxes(style: Any) -> None:
    page = style(
        "<title>t</title><template><p>x</p></template><p hidden>y</p><p style='display:none'>z</p>ok"
    )
    body = page.all("body")[0]
    assert [e.tag for e in page.elements] == ["html", "body"]
    assert "".join(c.data for c in body.children if isinstance(c, Text)) == "ok"


def test_custom_elements_and_attributes_are_kept(style: Any) -> None:
    page = style("<style>my-card[data-x='1'] { color: red }</style><my-card data-x=1>x</my-card>")
    assert page["my-card"].color == (1, 0, 0, 1)


def test_language_and_direction_come_from_attributes(style: Any) -> None:
    page = style("<p>a<b lang=ja>b</b></p><div dir=rtl>c</div>", lang="en-GB")
    assert (page["p"].lang, page["b"].lang) == ("en-GB", "ja")
    assert (page["div"].direction, page["div"].unicode_bidi) == ("rtl", "isolate")


def test_dir_auto_takes_the_first_strong_character(style: Any) -> None:
    page = style("<p dir=auto>1 שלום abc</p><b dir=auto>abc שלום</b><i dir=auto><bdi>אב</bdi> abc</i>")
    assert [page[tag].direction for tag in ("p", "b", "i")] == ["rtl", "ltr", "ltr"]


def test_bdi_takes_its_own_direction_where_none_is_given(style: Any) -> None:
    page = style("<body dir=rtl><bdi>@ines</bdi><bdi dir=rtl>@ines</bdi><bdi>שלום</bdi><span>@ines</span>")
    assert [bdi.style.direction for bdi in page.all("bdi")] == ["ltr", "rtl", "rtl"]
    assert page["span"].direction == "rtl"


def test_image_attributes_give_size_and_ratio(style: Any) -> None:
    page = style("<img width=200 height=100><img style='height:auto' width=50% height=10>")
    first, second = page.all("img")
    assert (first.style.width.px, first.style.height.px, first.style.aspect_ratio) == (200, 100, 2)
    assert first.style.aspect_ratio_auto
    assert (second.style.width.pct, second.style.height) == (0.5, "auto")


def test_base_element_moves_relative_urls(style: Any) -> None:
    page = style("<base href='https://e.com/a/b.html'><p style='background: url(i.png)'>x")
    assert page["p"].background_layers[0].image.href == "https://e.com/a/i.png"


def svg_of(page: Any) -> ElementTree.Element:
    """Return the first inline SVG as parsed XML."""
    return ElementTree.fromstring(page.all("svg")[0].svg)  # noqa: S314 - our own output


def test_rules_of_the_page_style_the_shapes_of_inline_svg(style: Any) -> None:
    page = style(
        """<style>:root { --c: oklch(0.628 0.2577 29.23) } .card { fill: blue }
        svg .a { fill: var(--c) }
        path { stroke: red; opacity: .5 } circle { fill: green !important; color: red }</style>
        <div class=card><svg class=icon style="opacity: .5; stroke-width: 3"><path class=a />
        <circle style="fill: red" /><rect fill="var(--c)" /><style>rect { stroke: lime }</style></svg>"""
    )
    root = svg_of(page)
    assert root.get("style") == "fill:#0000ff;stroke-width:3"  # its opacity is the box's
    path, circle, rect = list(root)
    assert path.get("style") == "opacity:.5;stroke:#ff0000;fill:#ff0000"
    assert "fill:#008000" in str(circle.get("style"))
    assert (rect.get("fill"), rect.get("style")) == ("#ff0000", "stroke:#00ff00")
    assert page.diagnostics == []


def test_symbols_of_another_svg_are_brought_along(style: Any) -> None:
    page = style(
        "<svg><use href='#s'/></svg><svg hidden><symbol id=s><path fill='url(#g)'/></symbol>"
        "<linearGradient id=g /></svg>"
    )
    root = svg_of(page)
    assert [e.get("id") for e in root[-1]] == ["s", "g"]


@pytest.mark.parametrize(
    ("attributes", "dpr", "expected"),
    [
        ("src=a.png", 1, "a.png"),
        ("src=a.png srcset='b.png 2x'", 1, "a.png"),
        ("src=a.png srcset='b.png 2x'", 2, "b.png"),
        ("srcset='a.png 600w, b.png 1200w, c.png 2400w'", 1, "b.png"),
        ("srcset='a.png 600w, b.png 1200w' sizes='(min-width: 1000px) 300px, 100vw'", 2, "a.png"),
        ("srcset='data:image/png;base64,AA== 1x'", 1, "data:image/png;base64,AA=="),
    ],
)
def test_images_choose_from_srcset(attributes: str, dpr: float, expected: str, style: Any) -> None:
    page = style(f"<img {attributes}>", dpr=dpr)
    assert page.all("img")[0].attributes["src"] == expected


def test_pictures_choose_their_first_fitting_source(style: Any) -> None:
    page = style(
        "<picture><source srcset=a.xyz type=image/xyz><source srcset=b.png media='(width < 10px)'>"
        "<source srcset=c.webp type=image/webp><img src=d.png></picture>"
    )
    assert page.all("img")[0].attributes["src"] == "c.webp"


def test_svg_sizes_are_css_lengths(style: Any) -> None:
    page = style("<p style='font-size: 20px'><svg width=1.5em height=10 viewBox='0 0 1 1'></svg>")
    assert (page["svg"].width.px, page["svg"].height.px) == (30, 10)


def test_closed_details_and_fallback_content_are_not_shown(style: Any) -> None:
    page = style("<details>a<p>b</p><summary>s</summary></details><video>c</video><details open>d</details>")
    assert [page.text("details"), page.text("summary"), page.text("video")] == ["", "s", ""]
    assert not page.all("p")
    assert page.all("details")[1].children[0].data == "d"


def test_the_body_of_a_document_without_doctype_fills_the_canvas(style: Any) -> None:
    body = "<body style='margin: 10px; padding: 5px'>x"
    assert style(body)["body"].height.px == 600
    assert style(body)["html"].height.px == 630
    assert style(f"<!-- c -->\n<!DOCTYPE html>{body}")["body"].height == "auto"
    assert style("<body style='height: 5px'>x")["body"].height.px == 5
