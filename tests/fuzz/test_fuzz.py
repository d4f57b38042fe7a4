"""A minute of the fuzzer in every run of the tests, and every kind of page that was found before.

A page of less than 100 KB is drawn or refused: never another exception, more than two seconds of computing (by a
yardstick, which takes its time on a busy machine too) or more than 300 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from . import fonts
from .__main__ import fuzz
from .harness import Outcome, draw, slowness

pytestmark = pytest.mark.e2e

NS = "xmlns='http://www.w3.org/2000/svg' width='800' height='400'"


def references(tag: str, attribute: str, depth: int, extra: str = "") -> str:
    """An SVG image whose definitions each draw the next one eight times."""
    parts = []
    for i in range(depth):
        paint = f"{attribute}='url(#d{i + 1})'" if i + 1 < depth else "fill='red'"
        parts.append(
            f"<{tag} id='d{i}' {extra}>" + f"<rect width='800' height='400' {paint}/>" * 8 + f"</{tag}>"
        )
    top = f"<rect width='800' height='400' {attribute}='url(#d0)'/>"
    return f"<svg {NS}><defs>{''.join(parts)}</defs>{top}</svg>"


def filtered(primitives: str) -> str:
    return f"<svg {NS}><filter id='f'>{primitives}</filter><rect width='800' height='400' filter='url(#f)'/></svg>"


PAGES: dict[str, Callable[[], str]] = {
    "tall dotted outline": lambda: "<div style='width:9px;height:1e9px;outline:5px dotted red'>x",
    "wide dashed border": lambda: "<div style='width:1e9px;height:9px;border:3px dashed red;border-radius:4px'>x",
    "long thin shadow": lambda: "<div style='height:5e5px;width:2px;box-shadow:0 0 0 3px red'></div>"
    "<div style='width:5e5px;height:2px;border-radius:1px;background:red;transform:rotate(1deg)'>x",
    "dense grid": lambda: "<div style='display:grid;grid-auto-flow:dense'>"
    + "<i style='grid-row:span 900;grid-column:span 900'>x</i>" * 40,
    "far letters": lambda: "<p style='letter-spacing:3e7px'>" + "a" * 300,
    "large scale": lambda: "<div style='filter:blur(1px);transform:scale(1e9)'>x<button>y</button></div>",
    "nested grids": lambda: "<div style='display:grid;grid-template-columns:1fr 2fr 1fr'>" * 900 + "x",
    "nested flex": lambda: "<div style='display:flex;flex-wrap:wrap'>" * 2_000 + "x",
    "nested tables": lambda: "<table><td>" * 400 + "x",
    "far inset shadow": lambda: "<div style='box-shadow:inset 0 1e8px red;width:99px;height:99px'>x",
    "long clip path": lambda: "<div style='clip-path:path(\"M0 0" + "L9 9A5 5 0 0 1 90 90" * 4_500
    + "Z\");width:99px;height:99px;background:red'>",
    "even-odd clip path": lambda: "<div style='clip-path:polygon(evenodd," + "0 0,50px 99px," * 3_000
    + "1px 1px);width:99px;height:99px;background:red'>",
    "counted selectors": lambda: "<style>"
    + "".join(f"p:nth-child({i}n+1 of :not(.b)){{color:red}}" for i in range(1, 300)) + "</style>" + "<p>x" * 3_000,
    "many attributes": lambda: "<p " + " ".join(f"a{i}=1" for i in range(10_000)) + ">x",
    "rounded boxes": lambda: "<style>div{width:600px;height:300px;position:absolute;background:#f008;"
    "border-radius:99px}</style>" + "<div>x</div>" * 4_900,
    "floats": lambda: "<i style='float:left'>x</i>" * 3_000,
    "inline boxes": lambda: "<q>" * 4_000 + "x",
    "open formatting elements": lambda: "<p>" + "".join(f"<b i={i}>" for i in range(2_000)) + "</p>" + "<p>x" * 2_000,
    "much text": lambda: "<div style='display:flex'><p>" + "日本語の文章です。" * 3_500,
    "huge letters": lambda: "".join(f"<b style='font-size:{i + 2000}px;position:absolute'>@</b>" for i in range(700)),
    "stroked letters": lambda: "<p style='font-size:200px;-webkit-text-stroke:90px red'>" + "@&%8" * 400,
    "stroked shadows": lambda: "<p style='font-size:90px;-webkit-text-stroke:9px red;text-shadow:"
    + ",".join(f"{i}px 1px red" for i in range(900)) + "'>@&8 @&8 @&8",
    "border images": lambda: "".join(
        f"<div style='position:absolute;width:1100px;height:500px;border:{i % 200}px solid;"
        f"border-image:conic-gradient(red,blue {i}deg) 30 round'></div>" for i in range(400)
    ),
    "groove borders": lambda: "".join(
        f"<div style='position:absolute;inset:50px;border-radius:{i}px;border:{i % 60 + 3}px groove red'></div>"
        for i in range(1_000)
    ),
    "definitions for many": lambda: f"<svg><mask id=c>{'<circle r=300 fill=white />' * 300}</mask></svg>"
    + "<div style='position:absolute;inset:0;background:red;mask:url(#c)'>x</div>" * 900,
    "definitions with variables": lambda: "".join(
        f"<p style='--a:{i}px;clip-path:url(#d)'>x" for i in range(900)
    ) + f"<svg><clipPath id=d>{'<circle r=1 fill=var(--a) />' * 400}",
    "turned emoji": lambda: "".join(
        f"<b style='font-size:300px;transform:rotate({i}deg);position:absolute'>{chr(0x1F300 + i % 900)}</b>"
        for i in range(1_000)
    ),
    "text in a picture": lambda: "<img width=1200 height=600 src='data:image/svg+xml," + quote(
        f"<svg {NS}><clipPath id='c'><text font-size='90'>{'many words ' * 4_000}</text></clipPath>"
        "<rect width='1200' height='630' clip-path='url(#c)'/></svg>"
    ) + "'>",
    "text clips inside each other": lambda: "<div style='background:linear-gradient(red,blue);background-clip:text'>" * 400
    + "<p style='font-size:60px'>" + "some words " * 900,
    "masks": lambda: references("mask", "mask", 3),
    "patterns": lambda: references("pattern", "fill", 3, "width='1' height='1'"),
    "clips": lambda: references("clipPath", "clip-path", 5),
    "blurs": lambda: filtered("<feGaussianBlur stdDeviation='40'/>" * 100),
    "turbulence": lambda: filtered("<feTurbulence baseFrequency='.9' numOctaves='9'/>" * 40),
    "convolution": lambda: filtered(f"<feConvolveMatrix order='50' kernelMatrix='{'1 ' * 2500}'/>"),
    "endless dashes": lambda: f"<svg {NS}><path stroke='red' stroke-dasharray='1e9 .0001' d='M0 0L1e9 9'/></svg>",
    "tiny tiles": lambda: f"<svg {NS}><pattern id='p' width='1e-9' height='1e-9'><rect width='9'/></pattern>"
    "<rect width='800' height='400' fill='url(#p)'/></svg>",
    "many shapes": lambda: f"<svg {NS}>" + "<rect width='800' height='400' opacity='.5'/>" * 1_900 + "</svg>",
    "a panic of the rasteriser": lambda: f"<svg {NS}><text x='1e38' font-size='1e38'>x</text>"
    "<line x2='nan' y2='1e38' stroke-dasharray='1e38 .001' stroke='red'/></svg>",
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_ends_as_a_card_or_a_refusal(name: str) -> None:
    page = PAGES[name]()
    assert fault_of(page) == ""


@pytest.mark.parametrize("kind", fonts.KINDS)
def test_damaged_fonts_cost_the_font_at_most(kind: str) -> None:
    assert draw(fonts.page(fonts.sample(kind))).findings == ()
    faults = {seed: fault_of(fonts.page(fonts.damaged(kind, seed))) for seed in range(25)}
    assert {seed: fault for seed, fault in faults.items() if fault} == {}


def test_a_minute_of_the_fuzzer_finds_nothing() -> None:
    assert fuzz(seed=20261127, seconds=60.0) == []


def test_faults_are_noticed() -> None:
    assert Outcome("defect", "boom").fault(1.0) == "defect: boom"
    assert "2.5 s" in Outcome("card", seconds=2.5).fault(1.0)
    assert Outcome("card", seconds=2.5).fault(2.0) == ""
    assert Outcome("refused", megabytes=301).fault(1.0) == "301 MB"


def fault_of(page: str) -> str:
    """Return what is wrong with drawing a page; twice where the machine may have been to blame."""
    first = draw(page).fault(1.0)
    return first and draw(page).fault(slowness())
