"""Whatever HTML and CSS say: a picture or a clear error, soon, in bounded memory."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sweeps import examples

from emblazon_origin.errors import CardError, StageFailed
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.style.syntax.registry import PROPERTIES
from emblazon_origin.text.fonts.font_library import FontLibrary

FONTS = Path(__file__).parents[2] / "fonts"
SECONDS = 2.0
MEGABYTES = 300


@cache
def engine() -> Engine:
    return Engine(FontLibrary(FONTS))


def words(text: str) -> st.SearchStrategy[str]:
    """Return a strategy that picks one of the words."""
    return st.sampled_from(text.split())


_NUMBERS = st.one_of(
    st.integers(-3, 400).map(str),
    st.floats(-5, 500, allow_nan=False).map(lambda x: f"{x:.2f}"),
    st.sampled_from(["0", "1e9", "-1e9", "1e38", "-0", "0.0001", "99999999999999999999", "1e-40"]),
)
_UNITS = st.sampled_from(["px", "%", "em", "rem", "vw", "vh", "ch", "fr", "deg", "", "pt", "s", "nope"])
_LENGTHS = st.tuples(_NUMBERS, _UNITS).map("".join)
_WORDS = words(r"""
auto none normal inherit initial unset block inline flex grid inline-block inline-flex inline-grid
contents list-item flow-root absolute relative fixed sticky static hidden visible scroll clip center
start end stretch baseline space-between space-around row column row-reverse column-reverse wrap
wrap-reverse nowrap dense min-content max-content fit-content rtl ltr red transparent currentcolor
#abc #12345678 both cover contain repeat-x solid dashed dotted double wavy underline bold italic 100
900 pre pre-wrap break-spaces justify balance break-all anywhere uppercase multiply isolate
border-box content-box padding-box text shrink middle super top Inter serif monospace '\1F98A' 'str'
! ; { } ) ( [ url(x.png) <!-- -- / , * + @x
""")
_FUNCTIONS = st.sampled_from([
    "calc({} + {})", "min({},{})", "max({},{})", "clamp({},{},{})", "calc(({} - {}) / 0)", "repeat(3,{} {})",
    "repeat(auto-fill,minmax({},{}))", "repeat(auto-fit,{})", "minmax({},{})", "fit-content({})",
    "var(--a,{})",
    "linear-gradient({},red {},blue)", "radial-gradient(circle at {} {},red,blue)",
    "conic-gradient(red,{},blue)",
    "translate({},{})", "rotate({})", "scale({})", "matrix({},{},0,1,0,0)", "blur({})",
    "drop-shadow({} {} {} red)",
    "rgb({} {} {})", "oklch({} {} {})", "color-mix(in oklab,red {},blue)", "inset({} round {})", "circle({})",
    "polygon({} {},{} {},0 0)", "path('M0 0L{} {}')", "span {}", "counter(x)", "attr(id)", "{} {} {} red",
])  # fmt: skip


@st.composite
def _values(draw_: st.DrawFn) -> str:
    part = st.one_of(_LENGTHS, _WORDS)
    pieces = []
    for _ in range(draw_(st.integers(1, 3))):
        if draw_(st.booleans()):
            template = draw_(_FUNCTIONS)
            pieces.append(template.format(*[draw_(part) for _ in range(template.count("{}"))]))
        else:
            pieces.append(draw_(part))
    return " ".join(pieces)


_PROPERTY_NAMES = st.one_of(
    st.sampled_from(sorted(PROPERTIES)),
    words("""
        display position width height margin padding flex grid-template-columns grid-area font-size
        line-height white-space overflow inset transform background border aspect-ratio gap order float --a
    """),
)
_DECLARATIONS = st.lists(st.tuples(_PROPERTY_NAMES, _values()), max_size=6).map(
    lambda pairs: ";".join(f"{name}:{value}" for name, value in pairs)
)
_TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from([
        "some words to wrap", "مرحبا بالعالم", "日本語の文章です。", "สวัสดีชาวโลก", "👩‍🚀👨🏽‍💻🇯🇵1️⃣",
        "a\u0301" * 40, "\u202e\u2066x\u200d\ufeff",
        "Donaudampfschifffahrt" * 3, "\t\n  \r x  y", "&amp;&#0;&bogus;", "</style><script>", "\u00ad" * 20,
    ]),
)  # fmt: skip
_TAGS = words("""
    div span p h1 b i a ul ol li img svg table tr td br hr section pre button input dl sup sub q figure
""")
_SELECTORS = st.sampled_from([
    "*", "div", "div > *", "p::before", "*::after", ":nth-child(2n+1)", "li::marker", ":is(div,span) + *",
    ":root", ":not(:has(b))", "[style]", "a:hover", "::nope", "@media (width > 10px){*",
    "@supports (display:grid){div", "}",
])  # fmt: skip


@st.composite
def documents(draw_: st.DrawFn) -> str:
    """Return HTML and CSS of every kind, much of it malformed."""
    rules = draw_(st.lists(st.tuples(_SELECTORS, _DECLARATIONS), max_size=4))
    pieces = ["<style>", *(f"{selector}{{{body}}}" for selector, body in rules), "</style>"]
    for _ in range(draw_(st.integers(1, 14))):
        kind = draw_(st.integers(0, 5))
        if kind <= 2:
            body = draw_(_DECLARATIONS).replace("'", "&#39;")
            pieces.append(f"<{draw_(_TAGS)} style='{body}'>")
        elif kind == 3:
            pieces.append(f"</{draw_(_TAGS)}>")
        else:
            pieces.append(draw_(_TEXTS))
    return "".join(pieces)


def _memory(field: str) -> float:
    """Return a field of /proc/self/status in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0


@pytest.mark.slow
@settings(
    max_examples=examples(200),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(documents())
def test_random_documents_give_a_picture_or_a_clear_error(html: str) -> None:
    request = RenderRequest(html, "", width=300, height=150)
    before, start = _memory("VmRSS"), time.process_time()
    try:
        size = engine().draw(request).size
    except StageFailed:
        raise
    except CardError:
        size = (300, 150)
    assert size == (300, 150)
    assert time.process_time() - start < SECONDS
    assert _memory("VmRSS") - before < MEGABYTES
