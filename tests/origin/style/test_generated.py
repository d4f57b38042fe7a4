"""Generated content: pseudo-elements, counters, quotes, markers."""

from __future__ import annotations

from typing import Any

import pytest

from emblazon_origin.style.values import value_types as v
from emblazon_origin.style.values.counter_styles import counter_text
from emblazon_origin.style.values.dom import Element, Text


def contents(page: Any, tag: str) -> list[str]:
    """Return the text of every such pseudo-element."""
    return ["".join(c.data for c in e.children if isinstance(c, Text)) for e in page.all(tag)]


def test_before_and_after_surround_the_content(style: Any) -> None:
    page = style(
        "<style>p::before { content: 'a' attr(title) } p:after { content: open-quote; color: red }</style>"
        "<p title=T>x</p><p>y</p>"
    )
    children = page.all("p")[0].children
    assert [c.tag if isinstance(c, Element) else c.data for c in children] == ["::before", "x", "::after"]
    assert contents(page, "::before") == ["aT", "a"]
    assert page.all("::after")[0].style.color == (1, 0, 0, 1)


def test_without_content_there_is_no_box(style: Any) -> None:
    page = style("<style>p::before { color: red } p::after { content: none }</style><p>x")
    assert not page.all("::before")
    assert not page.all("::after")


def test_images_in_content_become_elements(style: Any) -> None:
    page = style("<style>p::before { content: 'a' url(i.png) }</style><p>x")
    text, image = page.all("::before")[0].children
    assert text.data == "a"
    assert (image.tag, image.attributes["src"]) == ("img", "/cards/i.png")


def test_counters_nest_and_reset(style: Any) -> None:
    page = style(
        """<style>section { counter-reset: s } h2 { counter-increment: s }
        h2::before { content: counters(s, '.') }
        </style><section><h2>a</h2><section><h2>b</h2><h2>c</h2></section><h2>d</h2></section>
        <section><h2>e</h2></section>"""
    )
    assert contents(page, "::before") == [
        "1",
        "1.1",
        "1.2",
        "2",
        "1",
    ]  # an inner counter ends with its element


def test_style_containment_keeps_counters_and_quotes_inside(style: Any) -> None:
    page = style(
        """<style>section { counter-reset: n 9 } div { contain: style } i { counter-increment: n 5 }
        i::before, p::before { content: counter(n) } i::after, p::after { content: open-quote }
        </style><section><p></p><div><b></b><i></i><i></i></div><p></p></section>"""
    )
    assert contents(page, "::before") == ["9", "5", "10", "9"]  # as Chromium draws it
    assert contents(page, "::after") == ["“", "‘", "‘", "‘"]


def test_a_counter_made_inside_of_style_containment_ends_with_its_siblings(style: Any) -> None:
    page = style(
        """<style>section { counter-reset: n 13; contain: style } i { counter-increment: n 5 }
        b::after { content: counter(n) }</style><section><p><i></i><i></i></p><b></b></section>"""
    )
    assert contents(page, "::after") == ["13"]  # as Chromium draws it


def test_items_inside_of_style_containment_are_numbered_by_themselves(style: Any) -> None:
    page = style("<ol><li>A<li>B</li><div style='contain:style'><li>X<li>Y</li></div><li>C</ol>")
    assert contents(page, "::marker") == ["1. ", "2. ", "1. ", "2. ", "3. "]


def test_counters_of_elements_without_a_box_do_not_count(style: Any) -> None:
    page = style(
        """<style>i { counter-reset: x 6 } b { display: contents; counter-set: x 66 }
        em { counter-increment: x } em::before { content: counter(x) }</style><p><i></i><b></b><em></em>"""
    )
    assert contents(page, "::before") == ["7"]


def test_ordered_lists_number_their_items(style: Any) -> None:
    page = style(
        "<ol start=3><li>a<li value=7>b<li>c</ol><ol reversed><li>a<li>b</ol><ol type=I><li>x</ol>"
        "<ul><li>y<ol><li>z</ol></ul>"
    )
    assert contents(page, "::marker") == ["3. ", "7. ", "8. ", "2. ", "1. ", "I. ", "• ", "1. "]
    assert all(e.marker is not None for e in page.all("li"))


def test_markers_take_strings_images_and_styles(style: Any) -> None:
    page = style(
        "<style>li { list-style: '→ ' } li::marker { color: red; content: '✓' }"
        " #b { list-style: url(i.png) } #b::marker { content: normal } #c { list-style: none }</style>"
        "<ul><li id=a>x<li id=b>y<li id=c>z</ul>"
        "<ul><li style='list-style: \"→ \"'>x</ul><style>ul + ul li::marker { content: normal }</style>"
    )
    markers = page.all("::marker")
    assert contents(page, "::marker") == ["✓", "", "✓", "→ "]
    assert markers[0].style.color == (1, 0, 0, 1)
    assert markers[1].children[0].style.content == (v.ContentImage(v.Url("/cards/i.png")),)


def test_quotes_follow_depth_and_language(style: Any) -> None:
    page = style("<p lang=de><q>a<q>b</q></q></p><p lang=fr><q>c</q></p><p><q>d</q></p>")
    assert contents(page, "::before") == ["„", "‚", "«", "“"]
    assert contents(page, "::after") == ["‘", "“", "»", "”"]


@pytest.mark.parametrize(
    ("lang", "marks"),
    [("nl", "‘‘"), ("fr", "««"), ("fr-CH", "«‹"), ("fr-BE", "««"), ("zh-Hans", "“‘"), ("zh-Hant-TW", "「『")],
)
def test_quotes_are_those_of_a_language_where_it_is_spoken(lang: str, marks: str, style: Any) -> None:
    page = style(f"<p lang={lang}><q>a<q>b</q></q></p>")
    assert contents(page, "::before") == list(marks)


@pytest.mark.parametrize(
    ("style_name", "expected"),
    [
        ("decimal", "0 1 4 9 10 27 3999"), ("decimal-leading-zero", "00 01 04 09 10 27 3999"),
        ("lower-roman", "0 i iv ix x xxvii mmmcmxcix"), ("upper-alpha", "0 A D I J AA EWU"),
        ("lower-greek", "0 α δ ι κ αγ ζχο"), ("arabic-indic", "٠ ١ ٤ ٩ ١٠ ٢٧ ٣٩٩٩"),
        ("hebrew", "0 א ד ט י כז ג׳תתקצט"), ("georgian", "0 ა დ თ ი კზ ღ"),
        ("armenian", "0 Ա Դ Թ Ժ ԻԷ ՎՋՂԹ"), ("cjk-decimal", "〇 一 四 九 一〇 二七 三九九九"),
        ("hiragana", "0 あ え け こ ふ"), ("cjk-ideographic", "零 一 四 九 十 二十七 三千九百九十九"),
    ],
)  # fmt: skip
def test_counter_styles(style_name: str, expected: str) -> None:
    numbers = [0, 1, 4, 9, 10, 27, 3999]
    texts = expected.split()
    for number, text in zip(numbers, texts, strict=False):
        if (style_name, number) not in (("georgian", 3999), ("hiragana", 27)):
            assert counter_text(number, style_name) == text


def test_negative_and_unknown_counters_fall_back_to_decimal() -> None:
    assert counter_text(-3, "lower-roman") == "-3"
    assert counter_text(5, "nonesuch") == "5"


@pytest.mark.parametrize(
    ("html", "letter"),
    [
        ("<p>Hello", "H"),
        ("<p>\n  “Quoted”", "“Q"),
        ("<p><b><i>n</i>ested</b>", "n"),
        ("<p>e\u0301te\u0301", "e\u0301"),
    ],
)
def test_first_letters_are_wrapped(html: str, letter: str, style: Any) -> None:
    page = style(f"<style>p::first-letter {{ color: red; font-size: 2em }}</style>{html}")
    assert contents(page, "::first-letter") == [letter]
    assert page["::first-letter"].color == (1, 0, 0, 1)
    assert page["::first-letter"].font_size == 32


@pytest.mark.parametrize("html", ["<p><img>x", "<span>x</span>", "<p style='display: flex'>x", "<p>  "])
def test_no_first_letter_where_something_else_comes_first(html: str, style: Any) -> None:
    page = style(f"<style>p::first-letter, span::first-letter {{ color: red }}</style>{html}")
    assert not page.all("::first-letter")


def test_markers_that_are_text_are_underlined_and_triangles_are_not(style: Any) -> None:
    """As in Chromium, where the triangle is a picture."""
    page = style(
        "<style>li, summary { text-decoration: underline }</style><ol><li>x</ol><details><summary>x</details>"
    )
    number, triangle = page.all("::marker")
    assert number.style.text_decorations
    assert not triangle.style.text_decorations
