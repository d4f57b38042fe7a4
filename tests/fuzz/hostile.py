"""Pages and pictures that cost far more than they weigh, as found by attacks and by the fuzzer."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import quote

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from local_server import LocalServer, Quiet
from PIL import Image

from .harness import FONTS

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


@cache
def _unfolding() -> bytes:
    font = TTFont(FONTS / "vendor" / "NotoSansTaiViet-Regular.ttf")
    subsetter = Subsetter(Options(drop_tables=["GSUB", "GPOS", "GDEF"]))
    subsetter.populate(text="x")
    subsetter.subset(font)
    empty = newTable("JUNK")
    empty.data = bytes(28_000_000)
    font["JUNK"] = empty
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def unfolding_font(number: int) -> str:
    """A WOFF2 font of some hundred bytes in base64, of which 28 MB are one empty table."""
    data = bytearray(_unfolding())
    data[26:28] = number.to_bytes(2, "big")  # its minor version: each is another file
    return base64.b64encode(data).decode()


PAGES: dict[str, Callable[[], str]] = {
    "tall dotted outline": lambda: "<div style='width:9px;height:1e9px;outline:5px dotted red'>x",
    "wide dashed border": lambda: "<div style='width:1e9px;height:9px;border:3px dashed red;border-radius:4px'>x",
    "groove of a pixel": lambda: "<p style='border:1px groove red'>x<p style='border:1px ridge;border-radius:2px'>x",
    "thousands of items with texts": lambda: "<div style='display:flex'>" + "<p>x" * 7_900,
    "thousands of list items": lambda: "<ol>" + "<li>x" * 7_900,
    "thousands of blended boxes": lambda: "<style>p{mix-blend-mode:multiply;background:red;height:2px;margin:0}</style>"
    + "<p>" * 7_900,
    "thousands of styles": lambda: "".join(f"<p style=top:{i}px>x" for i in range(4_900)),
    "thousands beyond the deepest level": lambda: "<bdi>" * 7_900,
    "thousands of pictures beside each other": lambda: "<picture>" + "<img>" * 7_900,
    "thousands of boxes by one anchor": lambda: "<style>p{position:absolute;anchor-name:--a;top:anchor(--a bottom)}</style>"
    + "<p>x" * 7_900,
    "thin blurred shadow": lambda: "<div style='height:1px;width:900px;box-shadow:inset 0 0 9px red'></div>"
    "<div style='width:1px;height:900px;border-radius:3px;box-shadow:inset 0 0 9px red,0 0 9px red'>x",
    "inline boxes on many lines": lambda: "<span style='padding:0 .1px'>" * 120 + "words to wrap " * 2_500,
    "deep inline boxes on many lines": lambda: "<span style='background:red'>" * 300 + "words to wrap " * 4_000,
    "lines without end": lambda: "<p style='width:1px'>" + "a " * 49_000,
    "line feeds": lambda: "<pre>" + "a\n" * 49_000,
    "breaks inside a word": lambda: "<p style='word-break:break-all;width:20px'>" + "abcdefghij" * 9_900,
    "one word": lambda: "<p lang=en style='hyphens:auto;overflow-wrap:anywhere;width:60px'>" + "abcdefghij" * 9_900,
    "balanced texts": lambda: ("<p style='text-wrap:balance;width:600px'>" + "words to wrap " * 26) * 240,
    "letters that no font has": lambda: "<p>" + "".join(chr(0x40000 + i) for i in range(24_000)),
    "small capitals": lambda: "<p style='font-variant:small-caps;font-family:serif'>" + "aB" * 40_000,
    "rules that reset all": lambda: "<style>" + "*{all:revert}" * 800 + "</style>" + "<p>x" * 2_000,
    "layers that give way": lambda: "<style>"
    + "".join(f"@layer a{i}{{*{{all:revert-layer}}}}" for i in range(800)) + "</style>" + "<p>x" * 2_000,
    "counters": lambda: "<style>p{counter-increment:" + " ".join(f"c{i}" for i in range(1_000)) + "}</style>"
    + "<p>x" * 4_000,
    "languages": lambda: "<style>" + ":lang(en) p:dir(rtl){color:red}" * 900 + "</style>" + "<div lang=en>" * 200
    + "<p>x" * 3_000,
    "rules for shapes": lambda: "<style>" + "rect{fill:red;stroke:blue}" * 1_500 + "</style><svg>"
    + "<rect width='9' height='9'/>" * 1_500,
    "scaled drawings": lambda: "".join(
        f"<svg style='position:absolute;width:{i + 900}px' viewBox='0 0 9 9'><circle r='9'/></svg>" for i in range(900)
    ),
    "containers in containers": lambda: "<style>*{container-type:size}"
    + "".join(f"@container (width>{i}px) and (height<{900 - i}px){{*{{width:{99 - i % 9}%}}}}" for i in range(300))
    + "</style>" + "<div>" * 100 + "x" + "<p>x" * 900,
    "queries of styles": lambda: "<style>"
    + "".join(f"@container style(--a{i}:{i}){{p{{--a{i + 1}:{i + 1};color:red}}}}" for i in range(700))
    + "</style><div style='--a0:0'>" + "<p>x" * 1_500,
    "scopes": lambda: "<style>"
    + "".join(f"@scope (div,.a{i}) to (p:has(b),i){{b,:scope b,i{{color:red}}}}" for i in range(800))
    + "</style>" + "<div>" * 200 + "<p><b>x</b><i>y</i>" * 1_000,
    "functions that call twice": lambda: "<style>@function --f0(--a){result:var(--a) var(--a)}"
    + "".join(f"@function --f{i + 1}(--a){{result:--f{i}(var(--a)) --f{i}(var(--a))}}" for i in range(40))
    + "p{--x:--f40(1px);margin:var(--x)}</style>" + "<p>x" * 500,
    "conditions in conditions": lambda: "<style>p{margin:" + "if(style(--a:1):1px;" * 900 + "else:2px" + ")" * 900
    + "}</style>" + "<p>x" * 2_000,
    "typed attributes": lambda: "<style>"
    + "".join(f"p{{--a{i}:attr(data-a type(<length>),{i}px)}}" for i in range(1_000))
    + "p{margin:var(--a9)}</style>" + "<p data-a='9px'>x" * 3_000,
    "counted siblings": lambda: "<style>p{margin-left:calc(sibling-index()*1px);width:calc(sibling-count()*1px)}</style>"
    + "<p>x" * 4_900,
    "shapes of floats": lambda: "".join(
        f"<i style='float:left;width:{i % 90 + 900}px;height:{i % 70 + 900}px;"
        f"shape-outside:polygon({','.join(f'{j}% {(j * j * 7) % 100}%' for j in range(40))});shape-margin:9px'></i>"
        for i in range(80)
    ) + "words to wrap " * 3_000,
    "boxes in space": lambda: "<div style='perspective:300px;transform-style:preserve-3d'>" + "".join(
        "<p style='position:absolute;inset:0;background:#f005;"
        f"transform:rotate3d({i},1,{i % 7},{i * 7}deg)'>words</p>" for i in range(800)
    ),
    "masks turned in space": lambda: "".join(
        "<p style='position:absolute;inset:0;mask:conic-gradient(red,#0000),"
        f"radial-gradient(circle at {i}px,red,#0000);transform:rotateY({i}deg)'>x" for i in range(600)
    ),
    "gradients beside the card": lambda: "".join(
        "<p style='position:absolute;left:1190px;width:1200px;height:630px;"
        f"background:conic-gradient(from {i}deg,red,blue)'>" for i in range(800)
    ),
    "round boxes beside the card": lambda: "".join(
        "<p style='position:absolute;left:1190px;width:1200px;height:630px;background:red;"
        f"border-radius:{i}.5px/{i}px'>" for i in range(900)
    ),
    "fixed gradients": lambda: "".join(
        f"<p style='position:absolute;width:9px;height:9px;background:conic-gradient(from {i}deg,red,blue) fixed'>"
        for i in range(800)
    ),
    "grids in grids' tracks": lambda: "<div style='display:grid;grid-template:repeat(9,auto)/repeat(99,auto)'>"
    + "<div style='display:grid;grid-area:1/1/-1/-1;grid-template:subgrid/subgrid'>" * 100 + "<p>words" * 1_500,
    "query containers of grids in grids' tracks": lambda: (
        "<style>section{display:grid;grid-template-columns:subgrid;grid-column:1/-1;container-type:inline-size}"
        "@container (width>1px){section{gap:1cqw}}</style>"
        "<div style='display:grid;grid-template-columns:repeat(50,1fr)'>"
    ) + "<section><i>a</i>" * 120,
    "chains of anchors": lambda: "<style>p{position:absolute}</style>" + "".join(
        f"<p style='anchor-name:--a{i};top:anchor(--a{i - 1} bottom);left:anchor(--a{i - 1} left)'>x"
        for i in range(1_000)
    ),
    "gradients of a large tile": lambda: "".join(
        "<p style='position:absolute;width:9px;height:9px;"
        f"background:radial-gradient(circle at {i}px,red,blue) 0 0/4000px 4000px'>" for i in range(800)
    ),
    "columns of upright letters": lambda: "<p style='writing-mode:vertical-rl;text-orientation:upright;height:20px'>"
    + "ab cd " * 16_000,
    "clipped shapes": lambda: "<style>rect{clip-path:polygon("
    + ",".join(f"{i % 99}% {(i * i) % 99}%" for i in range(900)) + ")}</style><svg width=900 height=600>"
    + "<rect width='900' height='600'/>" * 1_500,
    "turned in space": lambda: "<style>p{position:absolute;inset:0;background:red}</style>" + "".join(
        f"<p style='transform:perspective(999px) rotateY({i}deg)'>" for i in range(2_000)
    ),
    "masks of gradients": lambda: "".join(
        f"<p style='position:absolute;inset:0;background:red;mask:linear-gradient({i}deg in oklch,red,#0000)'>x"
        for i in range(1_000)
    ),
    "colours of each element": lambda: "<style>p{background:linear-gradient("
    + ",".join(["color-mix(in oklch,currentcolor,red)"] * 1_000) + ")}</style>"
    + "".join(f"<p style='color:#{i:06x}'>x" for i in range(2_000)),
    "lengths of each element": lambda: "<style>p{transform:" + "translate(1em,calc(1em + 1%)) " * 1_500 + "}</style>"
    + "".join(f"<p style='font-size:{i}px'>x" for i in range(1_300)),
    "long values with variables": lambda: "<style>p{background:linear-gradient(" + ",".join(["var(--a,red)"] * 900)
    + ")}</style>" + "".join(f"<p style='--a:#{i:06x}'>x" for i in range(2_500)),
    "shadows of a broken box": lambda: "<span style='background:linear-gradient(red,blue);border-radius:9px;"
    "box-shadow:0 0 9px red;padding:9px'>" + "words to wrap " * 6_000,
    "fonts that unfold": lambda: "<style>" + "".join(
        f"@font-face{{font-family:x{i};src:url(data:font/woff2;base64,{unfolding_font(i)})}}" for i in range(100)
    ) + "</style>" + "".join(f"<p style='font-family:x{i}'>x" for i in range(100)),
    "long thin shadow": lambda: "<div style='height:5e5px;width:2px;box-shadow:0 0 0 3px red'></div>"
    "<div style='width:5e5px;height:2px;border-radius:1px;background:red;transform:rotate(1deg)'>x",
    "dense grid": lambda: "<div style='display:grid;grid-auto-flow:dense'>"
    + "<i style='grid-row:span 900;grid-column:span 900'>x</i>" * 40,
    "far letters": lambda: "<p style='letter-spacing:3e7px'>" + "a" * 300,
    "large scale": lambda: "<div style='filter:blur(1px);transform:scale(1e9)'>x<button>y</button></div>",
    "ruled grids": lambda: "<div style='display:grid;grid:repeat(31,20px)/repeat(31,30px);gap:3px;rule:9px dotted red;"
    "rule-break:intersection;position:absolute'></div>" * 600,
    "large ruled grid": lambda: "<div style='display:grid;grid:repeat(9999,1px)/repeat(9999,1px);gap:1px;rule:1px solid'>"
    + "<i style='grid-area:span 9000/span 9000'></i>" * 50,
    "ruled lines": lambda: "<div style='display:flex;flex-wrap:wrap;rule:3px double red;rule-break:intersection;width:900px'>"
    + "<i style='width:29px'></i>" * 4_800,
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
    "letters scaled up": lambda: "".join(
        f"<p style='position:absolute;font-size:60px;transform:scale({i})'>Donaudampfschifffahrt" for i in range(1, 101)
    ),
    "thousands of low columns": lambda: (
        "<div style='columns:2;column-height:1px'>" + "<p style='height:3px;margin:0'>" * 3_000 + "</div>"
    ),
    "a panic of the rasteriser": lambda: f"<svg {NS}><text x='1e38' font-size='1e38'>x</text>"
    "<line x2='nan' y2='1e38' stroke-dasharray='1e38 .001' stroke='red'/></svg>",
}  # fmt: skip


def write_templates(home: Path) -> list[str]:
    """Make a template of each hostile page and return their names: markup comes from templates alone."""
    (home / "emblazon.toml").write_text("")
    names = []
    for number, name in enumerate(PAGES):
        names.append(f"page-{number}")
        folder = home / "templates" / names[-1]
        folder.mkdir(parents=True)
        (folder / "card.toml").write_text('description = "A hostile page."\n[params.title]\n')
        (folder / "card.html").write_text("{% raw %}" + PAGES[name]() + "{% endraw %}<!-- {{ title }} -->")
    return names


def many_scans() -> bytes:
    """A progressive JPEG that repeats its last scan."""
    out = io.BytesIO()
    Image.effect_noise((1500, 1500), 9).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    return data[:-2] + data[data.rfind(b"\xff\xda") : -2] * 300 + b"\xff\xd9"


def lying_avif() -> bytes:
    """A picture of 8000² that says it is 64²."""
    out = io.BytesIO()
    Image.new("RGB", (8000, 8000)).save(out, "AVIF", speed=10, quality=10)
    data = bytearray(out.getvalue())
    at = data.find(b"ispe")
    while at >= 0:
        data[at + 8 : at + 16] = (64).to_bytes(4, "big") * 2
        at = data.find(b"ispe", at + 4)
    return bytes(data)


_SHAPE = "<rect width='800' height='400' opacity='.5'/>"
PICTURES: dict[str, Callable[[], bytes]] = {
    "masks.svg": lambda: references("mask", "mask", 3).encode(),
    "patterns.svg": lambda: references("pattern", "fill", 3, "width='1' height='1'").encode(),
    "clips.svg": lambda: references("clipPath", "clip-path", 5).encode(),
    "blurs.svg": lambda: filtered("<feGaussianBlur stdDeviation='40'/>" * 100).encode(),
    "dashes.svg": lambda: PAGES["endless dashes"]().encode(),
    "digits.svg": lambda: f"<svg xmlns='http://www.w3.org/2000/svg' width='{'1' * 10_000}x'/>".encode(),
    "blanks.svg": lambda: f"<svg {NS} style='fill:url({' ' * 2_000}'/>".encode(),
    "doctype.svg": lambda: ("<!DOCTYPE svg" + "a" * 40_000).encode(),
    "attributes.svg": lambda: (f"<svg {NS} " + " ".join(f"a{i}='1'" for i in range(100_000)) + "/>").encode(),
    "markers.svg": lambda: (
        f"<svg {NS}><marker id='m'><circle r='4'/></marker><path marker-mid='url(#m)' d='M0 0{'L1 1' * 2_000}'/></svg>"
    ).encode(),
    "shapes.svg": lambda: f"<svg {NS}>{_SHAPE * 15_000}</svg>".encode(),
    "scans.jpg": many_scans,
    "lying.avif": lying_avif,
}


@contextmanager
def picture_server() -> Iterator[str]:
    """Serve the pictures by name, with any query; yields the server's URL."""
    bodies = {f"/{name}": make() for name, make in PICTURES.items()}

    class Pictures(Quiet):
        def do_GET(self) -> None:
            body = bodies[self.path.partition("?")[0]]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with LocalServer(Pictures) as server:
        yield server.url
