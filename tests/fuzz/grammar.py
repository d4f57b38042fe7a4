"""A seeded grammar of pages: HTML, CSS and SVG, sound and broken, little and pumped up."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import quote

from emblazon_origin.style.syntax.registry import PROPERTIES

T = TypeVar("T")
LENGTHS = (
    "0", "1px", "-1px", "7px", "50%", "100%", "1em", "2rem", "10vw", "1e9px", "-1e9px", "1e38px",
    "0.001px", "33554432px", "99999999999999px", "1fr", "45deg", "1e9deg", "2s", "auto",
    "calc(1px + 50%)", "calc(1px / 0)", "min(1px, 1e9%)", "clamp(1px, 1e8px, 2vw)", "max-content",
    "fit-content(3px)", "1e9", "9007199254740993", "-0", "infinity", "calc(infinity * 1px)",
    "calc(nan * 1px)",
)  # fmt: skip
WORDS = (
    "auto", "none", "normal", "inherit", "initial", "unset", "revert", "block", "inline", "flex", "grid",
    "inline-block", "inline-flex", "inline-grid", "table", "table-cell", "table-row", "contents",
    "list-item", "flow-root", "absolute", "relative", "fixed", "sticky", "static", "hidden", "visible",
    "scroll", "clip", "center", "start", "end", "stretch", "baseline", "space-between", "row", "column",
    "wrap", "wrap-reverse", "nowrap", "dense", "min-content", "rtl", "ltr", "red", "transparent",
    "currentcolor", "#abc", "#12345678", "both", "cover", "contain", "repeat-x", "round", "space",
    "solid", "dashed", "dotted", "double", "groove", "wavy", "underline", "bold", "italic", "100", "900",
    "pre", "pre-wrap", "balance", "break-all", "anywhere", "uppercase", "multiply", "hue", "isolate",
    "border-box", "content-box", "text", "shrink", "middle", "super", "Inter", "serif", "monospace",
    "left", "right", "vertical-rl", "sideways-lr", "upright", "hyphens", "collapse", "separate", "fixed",
    "clone", "slice", "from-image", "pixelated", "preserve-3d",
)  # fmt: skip
FUNCTIONS = (
    "linear-gradient({}, red {}, blue {})", "radial-gradient(circle at {} {}, red, blue)",
    "conic-gradient(red, {}, blue)", "repeating-linear-gradient({}, red, blue {})", "translate({}, {})",
    "rotate({})", "scale({}, {})", "skew({})", "matrix({}, 0, {}, 1, {}, 0)", "perspective({})",
    "rotate3d(1, {}, 0, {})", "blur({})", "drop-shadow({} {} {} red)", "brightness({})", "rgb({} {} {})",
    "oklch({} {} {})", "color-mix(in oklab, red {}, blue)", "inset({} round {})", "circle({})",
    "ellipse({} {} at {} {})", "polygon({} {}, {} {}, 0 0)", "path('M0 0L{0} {0}A5 5 0 0 1 9 9Z')",
    "span 3", "span 1000", "repeat(3, {})", "repeat(auto-fill, minmax({}, 1fr))", "repeat(1000, {})",
    "minmax({}, {})", "counter(x)", "counters(x, '{}')", "attr(id)", "url(x.png)",
    "url(data:image/png;base64,AAAA)", "var(--a, {})", "{} {} {} {} red", "inset {} {} {} {} red",
    "{} / {} {}", "{}, {}", "sibling-index()", "if(media(width > {}): {}; else: {})", "attr(id type(<length>), {})",
    "calc(sibling-count() * {})", "rotateX({})", "rotateY({})", "translateZ({})", "matrix3d(1,0,{},0,0,1,0,{},0,0,1,{},0,0,0,1)",
    "--f1({})", "xywh({} {} {} {})", "subgrid",
)  # fmt: skip
TEXTS = (
    "x", "some words to wrap", "مرحبا بالعالم", "日本語の文章です。", "สวัสดีชาวโลก", "👩\u200d🚀👨🏽\u200d💻🇯🇵1️⃣",
    "á̂", "\u202e\u2066x\u200d\ufeff", "Donaudampfschifffahrt", "\t\n  \r x  y", "&amp;&#0;&bogus;",
    "\xad", "ि", "\U0010ffff", "नमस्ते दुनिया", "ﷺ", "한국어", "\u2028", "fi ffi", "0123456789",
)  # fmt: skip
TAGS = (
    "div", "span", "p", "h1", "b", "i", "a", "ul", "ol", "li", "dl", "dd", "img", "svg", "table", "tr",
    "td", "th", "caption", "colgroup", "col", "tbody", "br", "hr", "section", "pre", "button", "input",
    "sup", "sub", "q", "figure", "details", "summary", "ruby", "rt", "mark", "select", "option",
    "textarea", "math", "template", "slot", "video",
)  # fmt: skip
SELECTORS = (
    "*", "div", "div > *", "p::before", "*::after", ":nth-child(2n+1)", "li::marker",
    ":is(div,span) + *", ":root", ":not(:has(b))", "[style]", "a:hover", "::nope",
    "@media (width > 10px){*", "@supports (display:grid){div", "}", ":nth-child(n of :not(.b))",
    "div div div", "* ~ *", "p::first-letter", "p::first-line", "@layer a{*", "&", "td, th", "body",
)  # fmt: skip
_NAMES = sorted(PROPERTIES)
# Dear to paint: {i} is the element's number, {n} one from 1 to 60.
_DEAR = (
    "-webkit-text-stroke:{n}px red", "text-shadow:{i}px 1px {n}px red", "text-decoration:underline wavy {n}px",
    "text-decoration:underline dotted 1px", "box-shadow:inset 0 0 {n}px {i}px red", "box-shadow:{i}px 0 {n}px red",
    "border:{n}px groove red;border-radius:{i}px", "border:{n}px dashed red;border-radius:{i}px",
    "border:{n}px dotted red", "border:{n}px solid;border-color:red blue #0f08 lime",
    "border:{n}px solid;border-image:conic-gradient(red,blue {i}deg) 30 round",
    "outline:{n}px dashed red;outline-offset:{i}px", "background:conic-gradient(from {i}deg,red,blue)",
    "background:repeating-radial-gradient(circle at {i}px,red,blue .{n}px)",
    "background:linear-gradient({i}deg in oklch,red,blue,lime) 0 0/{n}px {n}px",
    "background:linear-gradient({i}deg,red,blue);background-clip:text;color:#0000",
    "mask:linear-gradient({i}deg,red,#0000)", "clip-path:polygon(0 0,{i}px 600px,1200px {n}px)",
    "clip-path:circle({i}px)", "filter:blur({n}px)", "filter:drop-shadow(0 0 {n}px red) hue-rotate({i}deg)",
    "backdrop-filter:blur({n}px) saturate(2)", "mix-blend-mode:hue;background:#f008", "opacity:.{n}",
    "transform:rotate({i}deg)", "transform:perspective(99px) rotateY({i}deg)", "transform:scale({n})",
    "letter-spacing:-{n}px", "font-weight:{i}", "font-style:italic", "columns:{n}", "overflow:hidden;border-radius:50%",
    "display:flex;flex-wrap:wrap", "display:grid;grid-template-columns:repeat({n},auto)", "width:min-content",
    "text-wrap:balance", "hyphens:auto;text-align:justify", "line-height:.{n}", "zoom:{n}",
    "mask:conic-gradient(from {i}deg in oklch longer hue,red,#0000),radial-gradient(circle at {i}px,red,#0000)",
    "background:radial-gradient(red,#0000) 0 0/{n}.{n}px {n}px round", "transform:skew({i}deg);background:red",
    "box-shadow:0 0 {n}px red,{i}px 0 {n}px {n}px blue,inset 0 0 {i}px lime", "clip-path:ellipse({i}px {n}%)",
    "clip-path:inset({n}px round {i}px)", "background-blend-mode:hue;background:linear-gradient({i}deg,red,blue),red",
    "transform-style:preserve-3d;perspective:{i}px;transform:rotateX({n}deg) translateZ({n}px);background:red",
    "float:left;shape-outside:circle({n}%);shape-margin:{n}px;height:{i}px;width:{n}%",
    "float:left;shape-outside:linear-gradient({i}deg,red,#0000);height:{i}px;width:{n}%", "writing-mode:vertical-rl;text-orientation:upright",
    "writing-mode:sideways-lr;background:linear-gradient({i}deg,red,blue)", "backface-visibility:hidden;transform:rotateY({i}deg)",
    "container-type:size;width:{n}cqw", "background:conic-gradient(from {i}deg,red,blue) fixed;width:{n}px",
    "anchor-name:--a{i};top:anchor(--a{n} bottom);position-area:bottom right", "text-emphasis:filled red", "display:grid;grid-template:subgrid/subgrid",
    "border:{n}px double red;border-radius:{i}px", "text-shadow:1px 1px {n}px red,{i}px 1px {n}px blue",
    "display:grid;grid:repeat({n},9px)/repeat({n},9px);gap:3px;rule:repeat(auto,{n}px dotted red);rule-break:intersection",
    "display:flex;flex-wrap:wrap;gap:9px;rule:{n}px groove red,1px dashed;rule-inset:overlap-join", "margin-trim:block",
)  # fmt: skip
# Dear to text: how it is broken, shaped and aligned.
_TEXT_STYLES = (
    "width:1px", "width:60px", "width:600px", "word-break:break-all", "overflow-wrap:anywhere", "hyphens:auto",
    "text-wrap:balance", "text-wrap:pretty", "text-align:justify", "white-space:pre", "white-space:pre-wrap",
    "font-variant:small-caps", "letter-spacing:1px", "text-transform:uppercase", "font-family:serif",
    "text-indent:9px", "text-fit:shrink;height:90px", "text-fit:grow;height:90px", "-webkit-line-clamp:3",
    "display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden", "direction:rtl",
    "overflow:hidden;text-overflow:ellipsis", "unicode-bidi:plaintext", "word-spacing:9px", "tab-size:99",
    "font-feature-settings:'smcp','c2sc'", "hanging-punctuation:first last", "text-justify:inter-character",
    "text-decoration:underline wavy red", "text-shadow:1px 1px 1px red", "display:flex", "display:table",
    "writing-mode:vertical-rl", "writing-mode:vertical-lr;text-orientation:upright", "writing-mode:sideways-rl;height:90px",
    "columns:9", "line-height:.1", "font-size:3000px", "font-size:.1px", "text-combine-upright:all",
)  # fmt: skip
_INLINE = (
    "<span>", "<b>", "<q>", "<sup>", "<span style='padding:0 .1px'>", "<span style='background:red;border:1px solid'>",
    "<span style='opacity:.9'>", "<span style='position:relative;top:1px'>", "<u style='text-decoration-style:wavy'>",
    "<span style='background:linear-gradient(red,blue);box-shadow:0 0 1px red'>", "<bdo dir=rtl>", "<bdi>",
    "<span style='display:inline-block'>", "<span style='vertical-align:top'>", "<a style='box-decoration-break:clone'>",
)  # fmt: skip
# Dear to the cascade: {i} is the rule's number.
_RULES = (
    "*{all:unset}", "*{all:revert!important}", "@layer a{i}{*{all:revert-layer}}", "@layer a.b{i}.c{p{margin:{i}px}}",
    ":lang(en,de) p:dir(rtl){color:red}", "p:has(~ b,+ i){color:red}", "div :is(p,b,:has(i)):not(.a{i}){top:0}",
    "p:nth-last-child({i}n+1 of :not(.b)){color:red}", "[class*=a{i}],[style~=x]{color:red}", "p{--a{i}:var(--a{j})}",
    "p::before{content:'x' counter(a{i}) open-quote}", "p{counter-increment:a{i} 9 b c d}", "p{margin:calc({i}px + 1em)}",
    "@property --a{i}{syntax:'<length>';inherits:true;initial-value:1px}", "@container (width>{i}px){p{color:red}}",
    "@scope (.a{i}) to (p){p{color:red}}", "div{grid-row:span {i};grid-template:subgrid/subgrid}", "@function --f{i}(--a:1px){result:calc(var(--a)*{i})}",
    "@media (width>{i}px){@supports (display:grid){p{&:hover,& &{color:red}}}}", "p::first-letter{font-size:{i}px}", "p::first-line{font-size:{i}px}",
    "@container (width>{i}px) and style(--a{i}:{n}){p{width:{n}cqw}}", "@container a{i} (height<{i}px){b{padding:1cqmin}}",
    "*{container-type:inline-size}", "p{container:a{i}/size}", "p{margin:if(style(--a{i}:{n}):{i}px;media(width>1px):1px)}",
    "p{width:--f{i}(--f{j}(2px))}", "p{margin-left:calc(sibling-index()*{i}px/sibling-count())}",
    "p{--a{i}:attr(class type(<length>),var(--a{j}))}", "p{--a{i}:attr(lang) var(--a{j}) var(--a{j})}",
    "@counter-style a{i}{system:additive;additive-symbols:9 a,1 b;fallback:a{j}}", "p{font:{i}px a,b,c;color:oklch(.5 .1 {i})}",
    "p{background:linear-gradient(in oklch,hsl({i} 50% 50%),color-mix(in lab,red,blue {n}%))}", "rect,path{fill:oklch(.5 .1 {i})}",
)  # fmt: skip
_COMMON = (
    "display",
    "position",
    "width",
    "height",
    "margin",
    "padding",
    "flex",
    "grid-template-columns",
    "grid-template-rows",
    "grid-area",
    "font-size",
    "line-height",
    "white-space",
    "overflow",
    "inset",
    "transform",
    "background",
    "border",
    "aspect-ratio",
    "gap",
    "order",
    "float",
    "--a",
    "filter",
    "border-radius",
    "box-shadow",
    "text-shadow",
    "outline",
    "clip-path",
    "mask",
    "letter-spacing",
    "columns",
    "border-image",
    "opacity",
    "mix-blend-mode",
    "grid-auto-flow",
    "writing-mode",
    "shape-outside",
    "container-type",
    "perspective",
    "min-width",
    "max-height",
    "content",
    "counter-reset",
    "text-indent",
)


class Grammar:
    """Makes things from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable, not secret

    def document(self) -> str:
        """Return a page; some are one thing many times over."""
        kind = self.random.random()
        if kind < 0.3:
            return self.pumped()
        rules = "".join(f"{self.pick(SELECTORS)}{{{self.declarations()}}}" for _ in range(self.few(4)))
        return f"<style>{rules}</style>" + "".join(self.piece() for _ in range(self.few(14)))

    def pumped(self) -> str:
        """Return a page of less than 100 KB in which something comes very often."""
        make: Callable[[], str] = self.pick((
            self.nested, self.repeated, self.many_rules, self.long_value, self.long_text, self.many_values,
            self.costly, self.costly, self.referring, self.picture, self.broken_text, self.broken_text, self.cascading,
        ))  # fmt: skip
        return make()[:99_000]

    def nested(self) -> str:
        """Return elements inside of each other."""
        start = "".join(self.start() for _ in range(self.few(2)))
        return f"<style>{self.pick(SELECTORS)}{{{self.declarations()}}}</style>" + start * self.many() + "x"

    def repeated(self) -> str:
        """Return elements after each other, in a container."""
        piece = "".join(self.piece() for _ in range(self.few(3)))
        return self.start() + piece * self.many()

    def many_rules(self) -> str:
        """Return many rules for many elements."""
        rule = f"{self.pick(SELECTORS)}{{{self.declarations()}}}"
        return f"<style>{rule * self.many()}</style>" + self.start() + self.piece() * self.many()

    def long_value(self) -> str:
        """Return a declaration whose value repeats itself."""
        separator = self.pick((" ", ",", ""))
        value = separator.join([self.value()] * self.many())
        return f"<div style='{self.name()}:{self.quoted(value)}'>x<p>y"

    def many_values(self) -> str:
        """Return an element with many different declarations, in a like one."""
        return "".join(self.start(12) for _ in range(self.few(30))) + "x"

    def long_text(self) -> str:
        """Return one text many times over."""
        return self.start() + self.pick(TEXTS) * self.many(20_000)

    def broken_text(self) -> str:
        """Return much text in inline boxes inside each other, broken and shaped in a dear way."""
        style = ";".join(self.pick(_TEXT_STYLES) for _ in range(self.few(4)))
        around = "".join(self.pick(_INLINE) * self.pick((0, 1, 30, 200)) for _ in range(self.few(3)))
        inside = self.pick(("", "", *_INLINE))
        text = inside + self.pick(
            (*TEXTS, "words to wrap ", "aB", "a ", "x<br>", "word <br>", "x\n", "\ue000\ue001")
        )
        return f"<p lang=en style='{self.quoted(style)}'>{around}" + text * self.many(30_000)

    def cascading(self) -> str:
        """Return many rules, no two of them alike, and many elements in elements that they match."""
        rules = [self.pick(_RULES) for _ in range(self.few(3))]
        written = "".join(
            rule.replace("{i}", str(i)).replace("{j}", str(i + 1)).replace("{n}", str(i % 60 + 1))
            for i in range(self.many(2_000)) for rule in rules
        )  # fmt: skip
        piece = self.pick(
            ("<p>x", "<p><b>x</b></p>", "<div lang=en><p dir=rtl>x</p>", "<svg><rect /></svg><p>", "<i><p>")
        )
        return f"<style>{written[:60_000]}</style>" + "<div>" * self.pick((0, 1, 200)) + piece * self.many()

    def costly(self) -> str:
        """Return boxes as large as the card, or large letters, with what is dear to paint; no two are alike."""
        style, text = self.pick(_DEAR), self.pick((*TEXTS, "Some words", "@&8"))
        more = self.pick(_DEAR) if self.random.random() < 0.5 else ""
        size = self.pick((9, 60, 200, 900, 3000))
        place = self.pick(("position:absolute;inset:0", "position:absolute", "display:block"))
        count = self.many(2_000)
        pieces = []
        for i in range(count):
            own = (style + ";" + more).replace("{i}", str(i)).replace("{n}", str(i % 60 + 1))
            pieces.append(f"<p style='{place};font-size:{size}px;{self.quoted(own)}'>{text}")
            if len(pieces) * len(pieces[0]) > 99_000:
                break
        return "".join(pieces)

    def referring(self) -> str:
        """Return definitions of inline SVG, and many elements that refer to them."""
        tag, name = self.pick((("mask", "mask"), ("clipPath", "clip-path"), ("filter", "filter")))
        inside = self.definition(1) if tag == "filter" else self.shape() * self.many(900)
        own = "--a:{i}px;" if self.random.random() < 0.5 else ""
        users = "".join(
            f"<p style='{own.replace('{i}', str(i))}background:red;{name}:url(#c)'>x"
            for i in range(self.many(900))
        )
        return f"<svg><{tag} id=c>{inside}</{tag}></svg>{users}"

    def picture(self) -> str:
        """Return an SVG image in the page in which something comes very often."""
        pieces = [self.definition(i) for i in range(3)]
        shape = self.shape()
        pieces.append(self.pick((shape * self.many(), self.nested_groups(shape), self.long_path())))
        markup = f"<svg xmlns='http://www.w3.org/2000/svg' width='1200' height='600'>{''.join(pieces)}</svg>"
        return f'<img src="data:image/svg+xml,{quote(markup, safe="/:=<> ")[:95_000]}">'

    def nested_groups(self, shape: str) -> str:
        """Return a shape in groups inside each other."""
        attribute = self.pick(
            ("opacity='.9'", "filter='url(#d0)'", "mask='url(#d1)'", "transform='scale(1.1)'")
        )
        count = self.many(900)
        return f"<g {attribute}>" * count + shape + "</g>" * count

    def long_path(self) -> str:
        """Return a path or a text of many commands or letters."""
        if self.random.random() < 0.3:
            return f"<text font-size='90' stroke='red'>{self.pick(TEXTS[:6]) * self.many()}</text>"
        step = self.pick(("L9 9 900 500", "C0 999 999 0 9 9", "A9 5 0 0 1 900 90", "l.1 .1"))
        extra = self.pick(("", "stroke-width='90'", "stroke-dasharray='1'", "marker-mid='url(#d0)'"))
        return f"<path stroke='red' {extra} d='M0 0{step * self.many()}'/>"

    def piece(self) -> str:
        """Return some text, a tag, a picture."""
        kind = self.random.randrange(8)
        if kind < 4:
            return self.start()
        if kind == 4:
            return f"</{self.pick(TAGS)}>"
        if kind == 5:
            return self.svg()
        return self.pick(TEXTS)

    def start(self, most: int = 5) -> str:
        """Return a start tag with a style."""
        return f"<{self.pick(TAGS)} style='{self.quoted(self.declarations(most))}'>"

    def declarations(self, most: int = 5) -> str:
        """Return declarations."""
        return ";".join(f"{self.name()}:{self.value()}" for _ in range(self.few(most)))

    def name(self) -> str:
        """Return a property's name."""
        return self.pick(_NAMES) if self.random.random() < 0.5 else self.pick(_COMMON)

    def value(self) -> str:
        """Return a value, fitting or not."""
        parts = []
        for _ in range(self.few(3)):
            kind = self.random.random()
            if kind < 0.4:
                parts.append(self.pick(LENGTHS))
            elif kind < 0.7:
                parts.append(self.pick(WORDS))
            else:
                parts.append(self.pick(FUNCTIONS).format(*(self.pick(LENGTHS) for _ in range(4))))
        return " ".join(parts)

    def svg(self) -> str:
        """Return an SVG image."""
        definitions = "".join(self.definition(i) for i in range(self.few(3)))
        shapes = "".join(self.shape() for _ in range(self.few(4)))
        size = f"width='{self.pick(LENGTHS)}' height='{self.pick(LENGTHS)}' viewBox='0 0 {self.number()} {self.number()}'"
        size = self.pick((size, "width='300' height='200'", "viewBox='0 0 10 10'"))
        return f"<svg xmlns='http://www.w3.org/2000/svg' {size}><defs>{definitions}</defs>{shapes}</svg>"

    def definition(self, i: int) -> str:
        """Return something to refer to, which may refer to others."""
        tag = self.pick(("mask", "pattern", "clipPath", "filter", "marker", "linearGradient", "symbol", "g"))
        inside = self.shape() * self.pick((1, 2, 8))
        if tag == "filter":
            inside = self.pick((
                "<feGaussianBlur stdDeviation='{}'/>", "<feTurbulence baseFrequency='.1' numOctaves='{}'/>",
                "<feConvolveMatrix order='3' kernelMatrix='1 1 1 1 1 1 1 1 {}'/>", "<feMorphology radius='{}'/>",
                "<feOffset dx='{}'/>", "<feTile/>", "<feFlood/>", "<feDisplacementMap scale='{}'/>",
            )).format(self.number()) * self.pick((1, 3, 40))  # fmt: skip
        return f"<{tag} id='d{i}' width='{self.number()}' height='{self.number()}'>{inside}</{tag}>"

    def shape(self) -> str:
        """Return a shape."""
        attribute = self.pick(
            ("fill", "stroke", "mask", "filter", "clip-path", "marker-mid", "opacity", "transform")
        )
        value = self.pick((f"url(#d{self.random.randrange(3)})", "red", ".5", f"scale({self.number()})"))
        body = self.pick((
            "<rect width='{0}' height='{1}' {2}/>", "<circle r='{0}' {2}/>", "<path d='M0 0L{0} {1}A9 9 0 0 1 5 5z' {2}/>",
            "<text x='{0}' font-size='{1}' {2}>Text مرحبا</text>", "<use href='#d1' x='{0}' {2}/>", "<g {2}><rect width='9'/></g>",
            "<line x2='{0}' y2='{1}' stroke-dasharray='{0} .001' stroke='red' {2}/>",
        ))  # fmt: skip
        return body.format(self.number(), self.number(), f"{attribute}='{value}'")

    def number(self) -> str:
        """Return a number."""
        return self.pick(("0", "1", "7", "100", "-5", "1e9", "1e-9", ".5", "99999", "1e38", "nan", "100%"))

    def quoted(self, text: str) -> str:
        """Return text that may stand in single quotes."""
        return text.replace("'", "&#39;")

    def few(self, most: int) -> int:
        """Return a small number, from one on."""
        return self.random.randint(1, most)

    def many(self, most: int = 3_000) -> int:
        """Return a number, most of them large."""
        return self.pick((10, 100, 300, 900, most, most))

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of several."""
        return self.random.choice(choices)
