"""Malformed and hostile input ends with a styled document or a `LimitError`, in bounded time."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweeps import examples

from emblazon_origin.errors import LimitError
from emblazon_origin.limits import MAX_DEPTH, MAX_ELEMENTS
from emblazon_origin.report import Report
from emblazon_origin.style import Viewport, style_document
from emblazon_origin.style.syntax import registry
from emblazon_origin.style.values.dom import Element, StyledDocument

PIECES = [
    "0", "1", "-1.5", "10px", "3em", "50%", "1fr", "45deg", "red", "#fff", "auto", "none", "inherit",
    "revert", ",", "/", "(", ")", "[", "]", "{", "}", ";", ":", "!", "!important", "\"s\"", "'q",
    "url(x)", "url(", "calc(", "min(", "clamp(", "var(--x)", "var(--x,1)", "env(", "rgb(", "rgb(from",
    "color-mix(in", "linear-gradient(", "repeat(", "minmax(", "span", "counter(x)", "attr(", "@media",
    "@supports", "@layer", "@import", "@font-face", "@property", "&", ">", "+", "~", "*", ".c", "#i",
    "div", ":is(", ":not(", ":has(", ":nth-child(", "2n+1", "::before", "\\", "\\41", "/*", "*/", "<!--",
    "-->", "U+26", "infinity", "NaN", "1e999", "path(", "<div>", "</div>", "<p", "<style>", "</style>",
    "<svg>", "style=\"", "<b>", "<table>", "<td>", "dir=rtl", "<!doctype", "\x00", "\u202e", "é", "中",
    "�",
]  # fmt: skip
css_text = st.lists(st.sampled_from([*PIECES, *list(registry.PROPERTIES)[::7]]), max_size=40).map(" ".join)
SLOW = settings(max_examples=examples(60))


def render(html: str) -> StyledDocument | None:
    """Return the document, whose every element has its style; None where a limit refuses it."""
    try:
        document = style_document(html, base="/", viewport=Viewport(1200, 630), report=Report())
    except LimitError:
        return None
    assert document.root.tag == "html"
    waiting = [document.root]
    while waiting:
        element = waiting.pop()
        assert element.style.font_size >= 0
        waiting += [child for child in element.children if isinstance(child, Element)]
    return document


@SLOW
@given(st.text(max_size=300))
def test_any_text_is_html(text: str) -> None:
    render(text)


@SLOW
@given(st.binary(max_size=300))
def test_any_bytes_are_html(data: bytes) -> None:
    render(data.decode("latin-1"))


@SLOW
@given(css_text)
def test_any_tokens_are_css(text: str) -> None:
    assert render(f"<style>{text}</style><p class=c id=i>x") is not None


@SLOW
@given(css_text)
def test_any_tokens_are_html(text: str) -> None:
    render(text)


@SLOW
@given(st.sampled_from(sorted(registry.PROPERTIES)), css_text)
def test_any_value_of_any_property(name: str, value: str) -> None:
    value = value.replace('"', "")
    assert render(f'<p style="--x: {value}; {name}: {value}; {name}: var(--x)">x') is not None


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 1_990 + "x",
        "<p>x</p>" * 4_990,
        "<style>p{color:" + "var(--x," * 5_000 + "</style><p>",
        "<style>p{width:" + "calc(" * 5_000 + "1px</style><p>",
        "<style>" + "p{" * 3_000 + "color:red</style><p>",
        "<style>" + "@media all{" * 3_000 + "p{color:red}</style><p>",
        "<style>" + ":is(" * 3_000 + "p{color:red}</style><p>",
        "<style>p{width:calc(" + "1px + " * 5_000 + "1px)}</style><p>",
        "<style>:root{" + "".join(f"--a{i}:var(--a{i + 1});" for i in range(2_000)) + "--a2000:red}</style>",
        "<style>:root{--a0:x x x x;" + "".join(f"--a{i + 1}:" + f"var(--a{i}) " * 8 + ";" for i in range(20))
        + "}p{width:var(--a20)}</style><p>",
        "<p a='" * 20_000,
        "<!--" * 100_000,
        "<style>p{background:" + "none," * 20_000 + "red}</style><p>x",
    ],
    ids=lambda html: html[:24],
)  # fmt: skip
def test_large_input_is_styled(html: str) -> None:
    assert render(html) is not None


@pytest.mark.parametrize(
    "html",
    [
        "<p>x</p>" * (MAX_ELEMENTS + 1),
        "<p>" + "".join(f"<b i={i}>" for i in range(1_000)) + "</p>" + "<p>x</p>" * 1_000,
        "<style>a{}" + "/* */" * 200_000 + "</style>",
        "x" * 200_000,
    ],
    ids=["elements", "reopened", "css size", "text"],
)
def test_what_is_beyond_the_limits_is_a_limit_error(html: str) -> None:
    with pytest.raises(LimitError):
        style_document(html, base="/", viewport=Viewport(1200, 630), report=Report())


@pytest.mark.slow
@pytest.mark.parametrize(
    "html",
    [
        "<style>.no ~ p{color:red}</style>" + "<p>x</p>" * 4_900,
        "<style>" + "*{top:0}" * 1_000 + "</style>" + "<p>x</p>" * 2_000,
        "<style>" + "".join(f"p:nth-child({i}n of :not(.b)){{top:0}}" for i in range(1, 300)) + "</style>"
        + "<p>x</p>" * 3_000,
        "<style>div{counter-reset:x}div::before{content:counters(x,'........')}</style>" + "<div>" * 1_900,
        "<style>a" + "{&,:is(&,&)" * 18 + "{color:red" + "}" * 19 + "</style>" + "<p><a>x" * 200,
        "<style>" + "*{all:unset}" * 300 + "</style>" + "<p>x</p>" * 2_000,
        "<style>" + "".join(f"@layer a{i}{{*{{all:revert-layer}}}}" for i in range(800)) + "</style>"
        + "<p>x" * 2_000,
        "<style>p{counter-increment:" + " ".join(f"c{i}" for i in range(1_000)) + "}</style>"
        + "<p>x" * 4_000,
        "<style>" + ":lang(en) p:dir(rtl){top:0}" * 900 + "</style>" + "<div lang=en>" * 200 + "<p>x" * 3_000,
        "<style>" + "rect{fill:red;opacity:.5}" * 1_500 + "</style><svg>"
        + "<rect width=9 height=9 />" * 1_500,
    ],
    ids=[
        "siblings", "rules", "nth-child of", "counters", "nesting", "many declarations", "reverted layers",
        "many counters", "languages", "shapes",
    ],
)  # fmt: skip
def test_styling_beyond_its_work_is_left_out_and_told(html: str) -> None:
    report = Report()
    document = style_document(html, base="/", viewport=Viewport(1200, 630), report=report)
    assert document.root.children
    assert "limit" in {finding.code for finding in report.diagnostics}


def test_elements_beyond_the_depth_lie_side_by_side() -> None:
    report = Report()
    document = style_document("<div>" * 4_000 + "x", base="/", viewport=Viewport(1200, 630), report=report)
    level, depth, count = [document.root], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        level = [child for element in level for child in element.children if isinstance(child, Element)]
    assert depth <= MAX_DEPTH + 1
    assert count > 4_000
    assert [finding.code for finding in report.diagnostics] == ["limit"]


def test_attributes_beyond_the_limit_are_dropped_and_told() -> None:
    report = Report()
    html = "<p " + " ".join(f"a{i}='>'" for i in range(100_000)) + ">x<p id=b>"
    document = style_document(html, base="/", viewport=Viewport(1200, 630), report=report)
    first, second = document.root.children[-1].children  # type: ignore[union-attr]
    assert len(first.attributes) == 500  # type: ignore[union-attr]
    assert second.attributes == {"id": "b"}  # type: ignore[union-attr]
    assert [finding.code for finding in report.diagnostics] == ["limit"]


def test_threads_style_the_same_sheet_at_once(style: Any) -> None:
    html = (
        "<style>p { --c: red; color: var(--c); margin: 1em; width: calc(1vw + 10%) }</style>"
        + "<p>x</p>" * 50
    )
    expected = style(html)["p"].__dict__
    results: list[dict[str, object]] = []

    def work() -> None:
        document = style_document(html, base="/cards", viewport=Viewport(1200, 630), report=Report())
        body = document.root.children[-1]
        results.append(body.children[0].style.__dict__)  # type: ignore[union-attr]

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [r["margin_top"] for r in results] == [expected["margin_top"]] * 8
