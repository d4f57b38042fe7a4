"""Inline `<svg>`: its markup as XML, with what the document's style sheets say about its shapes written in.

An SVG rasteriser sees the markup alone: neither the rules of the page, nor var(), nor newer colour syntax.

What CSS says of a shape is said in the rasteriser's words, as far as it has any. For it geometry (SVG 2
§7.3) is an attribute, and the arguments of transforms have no units.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from math import radians, tan
from typing import NamedTuple

import tinycss2

from ..color.css_color import CurrentColor, parse_color, parse_space_color, to_color
from ..color.spaces import SpaceColor
from ..properties import shapes
from ..syntax.declarations import Block, Custom, Wide, Written
from ..syntax.variables import Substitution, Unresolved
from ..values import value_types as v
from ..values.budget import BUDGET, Exhausted
from ..values.calculation import length
from ..values.computed import ComputedStyle
from ..values.dom import HtmlNode
from ..values.tokens import Cursor, Deferred, InvalidValue, Token, UnsupportedValue, tokenize
from ..values.units import Context, Viewport
from .custom_properties import custom_properties
from .winners import AUTHOR, Candidate, by_importance

INHERITED = frozenset((
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
    "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset", "stroke-miterlimit", "clip-rule",
    "text-anchor", "shape-rendering", "color-interpolation", "color-interpolation-filters",
    "color-rendering", "marker", "marker-start", "marker-mid", "marker-end", "dominant-baseline",
))  # fmt: skip
_PAINTS = frozenset(("fill", "stroke", "stop-color", "flood-color", "lighting-color", "color"))
_SVG_NAMESPACE = "http://www.w3.org/2000/svg"
_XLINK_NAMESPACE = "http://www.w3.org/1999/xlink"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_NAME = re.compile(r"[A-Za-z_][\w.\-]*(?::[A-Za-z_][\w.\-]*)?", re.ASCII)
_IDENTIFIERS = re.compile(r"-?[A-Za-z_][\w-]*(?: -?[A-Za-z_][\w-]*)*", re.ASCII)
_REFERENCE = re.compile(r"""(?:href="|url\((?:&quot;|'|")?)#([^"')&\s]+)""")
_NEWEST_NAME = "rebeccapurple"  # the one colour that SVG 1.1 has no name for
MAX_BORROWED = 100
_STEPS, _STEPS_OF_VALUE = 25, 4  # of the budget, for writing an element and each value declared for it
_DROPPED = frozenset(("script", "style", "foreignObject"))

_IN_ATTRIBUTES = str.maketrans({'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})

Values = Mapping[str, Custom | None]

_RECTANGLE = ("x", "y", "width", "height")
GEOMETRY: dict[str, tuple[str, ...]] = {
    "circle": ("cx", "cy", "r"),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "rect": (*_RECTANGLE, "rx", "ry"),
    "image": _RECTANGLE,
    "use": ("x", "y"),
    "svg": _RECTANGLE,
    "path": ("d",),
}
_NAMES = frozenset(name for names in GEOMETRY.values() for name in names)
# Values of which the rasteriser knows nothing.
_LOST = {"mix-blend-mode": "plus-lighter"}
_REFERRING = ("fill", "stroke", "filter", "clip-path", "mask", "marker-start", "marker-mid", "marker-end")
_OF_A_FILE = re.compile(r"""url\(\s*["']?\s*(?!["'#\s]|data:)""", re.IGNORECASE)
_BORROWING = ("use", "pattern", "linearGradient", "radialGradient", "textPath")
_OF_THE_PAGE = re.compile(
    r"[\d.](?:[sld]?v(?:w|h|i|b|min|max)|cq(?:w|h|i|b|min|max)|r?(?:lh|ch|cap|ic))\b", re.IGNORECASE
)
_ICON = 50_000  # characters at the most: looking through megabytes takes longer than a picture of its own
_ASKS_AROUND = re.compile(  # for the colour, or for fonts by text and units
    r"currentcolor|inherit|font|text|<style|foreignobject|[\d.]r?(?:em|ex|lh|ch|cap|ic)\b", re.IGNORECASE
)
_ON_TEXT = "baseline-shift"
_MOVES = ("translate", "rotate", "scale")  # the order in which they apply (CSS Transforms 2 §6)
# CSS takes its keywords in any case, the rasteriser as SVG writes them.
_WRITTEN = {
    word.lower(): word for word in ("optimizeSpeed", "crispEdges", "geometricPrecision", "sRGB", "linearRGB")
}
_IN_CAMEL_CASE = ("shape-rendering", "color-interpolation", "color-interpolation-filters")


def quoted(value: str) -> str:
    """Return an XML attribute's value in quotes. (`xml.sax.saxutils` loads all of HTTP to do that.)"""
    return f'"{escape(value, quote=False).translate(_IN_ATTRIBUTES)}"'


def with_inherited_style(markup: str, style: ComputedStyle) -> str:
    """Write what an inline `<svg>` inherits into its start tag: colour (for `currentColor`) and fonts.

    An attribute that the author wrote wins, except `color`: the computed value already took it into account.
    Where nothing asks for them nothing is written, and an icon is the same picture on every page.
    """
    if len(markup) <= _ICON and not _ASKS_AROUND.search(markup):
        return markup
    end = _start_tag_end(markup)
    start_tag = markup[:end]
    inherited = {
        "color": _css_color(style.color),
        "font-family": ", ".join(map(_family, style.font_family)) or "Inter",
        "font-size": f"{style.font_size:g}px",
        "font-weight": f"{style.font_weight:g}",
        "font-style": style.font_style,
        "direction": style.direction,
        **({"text-transform": style.text_transform} if style.text_transform != "none" else {}),
    }
    missing = "".join(
        f" {name}={quoted(value)}" for name, value in inherited.items() if f" {name}=" not in start_tag
    )
    return start_tag + missing + markup[end:]


def _family(name: str) -> str:
    """Return a font's family as CSS writes it: in quotes where it is not all identifiers."""
    return name if _IDENTIFIERS.fullmatch(name) else "'" + name.replace("'", "") + "'"


def _start_tag_end(markup: str) -> int:
    """Return where the first tag's `>` is, quotes respected."""
    quote = ""
    for i, character in enumerate(markup):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == ">":
            return i - 1 if markup[i - 1] == "/" else i
    return len(markup)


def _css_color(color: v.Color) -> str:
    r, g, b = (max(0, min(255, round(channel * 255))) for channel in color[:3])
    return f"rgba({r},{g},{b},{color.a:g})" if color.a < 1 else f"#{r:02x}{g:02x}{b:02x}"


def inherited_paint(parent: Mapping[str, str], blocks: Iterable[Block], custom: Values) -> Mapping[str, str]:
    """Return the SVG properties that an element hands down to the `<svg>`s inside it."""
    own: dict[str, str] = {}
    for block in blocks:
        own.update(_written(block.svg, custom))
    for block in blocks:
        own.update(_written(block.svg_important, custom))
    own = {name: text for name, text in own.items() if name in INHERITED}
    return {**parent, **own} if own else parent


@dataclass(slots=True)
class Serializer:
    """Writes one inline `<svg>`."""

    rules: Callable[[HtmlNode], list[Candidate]]  # those that match, in order of their normal declarations
    custom: Values
    inline: Mapping[int, Block]  # parsed style attributes by id of their node
    elsewhere: Mapping[str, HtmlNode]  # elements of every inline SVG of the document, by id
    parse: Callable[[str], Block]  # of style attributes elsewhere
    lost: dict[tuple[str, str], HtmlNode] = field(default_factory=dict)  # properties and values not drawn
    changed: dict[int, Values] = field(default_factory=dict)  # custom properties, by id of their node

    def markup(self, root: HtmlNode, paint: Mapping[str, str]) -> str:
        """Return the XML; `paint` is what the root inherits or is given by the style sheets."""
        text = self.element(root, paint)
        borrowed = self.borrowed(root, text)
        if not borrowed:
            return text
        return text.removesuffix("</svg>") + f"<defs>{borrowed}</defs></svg>"

    def definition(self, node: HtmlNode) -> str:
        """Return `<defs>` with an element first, and all that it refers to after it; "" beyond the budget."""
        text = self.element(node)
        if not text:
            return ""
        names = f'xmlns="{_SVG_NAMESPACE}" xmlns:xlink="{_XLINK_NAMESPACE}"'
        inherited = ";".join(f"{name}:{value}" for name, value in self.inherited(node).items())
        style = f" style={quoted(_NOT_XML.sub('', inherited))}" if inherited else ""
        return f"<defs {names}{style}>{text}{self.borrowed(node, text)}</defs>"

    def inherited(self, node: HtmlNode) -> dict[str, str]:
        """Return the properties of shapes that an element has from what it is in, up to its `<svg>`."""
        above: list[HtmlNode] = []
        at, inside = node.parent, 0
        while at is not None:
            above.append(at)
            inside = len(above) if at.tag == "svg" else inside
            at = at.parent
        found: dict[str, str] = {}
        for ancestor in reversed(above[:inside]):
            own = {**ancestor.attributes, **self.style(ancestor)}
            found.update((name, text) for name, text in own.items() if name in INHERITED)
        return found

    def borrowed(self, root: HtmlNode, text: str) -> str:
        """Return the elements of other inline SVGs that this one refers to by `#id`."""
        done = {node.id for node in root.subtree()}
        wanted = [name for name in _REFERENCE.findall(text) if name not in done]
        pieces: list[str] = []
        while wanted and len(pieces) < MAX_BORROWED:
            name = wanted.pop()
            node = self.elsewhere.get(name)
            if name in done or node is None:
                continue
            done |= {inner.id for inner in node.subtree()}
            pieces.append(self.element(node))
            wanted += _REFERENCE.findall(pieces[-1])
        return "".join(pieces)

    def element(self, top: HtmlNode, paint: Mapping[str, str] | None = None) -> str:
        """Return one element with what is in it; `paint` marks the root."""
        pieces: list[str] = []
        stack: list[HtmlNode | str] = [top]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                pieces.append(item)
                continue
            name = item.name
            foreign = ":" in name  # HTML knows no prefixes: `<sodipodi:namedview>` is nothing that is drawn
            if name in _DROPPED or foreign or not _XML_NAME.fullmatch(name) or not _affords(_STEPS):
                continue
            root = item is top and paint is not None
            if root and paint is not None:
                written = self.attributes(item.attributes, paint, root)
            else:
                shape = shape_style(name, self.style(item), item.attributes)
                written = self.attributes(shape.attributes, shape.style, root)
                for key, value in shape.lost.items():
                    self.lost.setdefault((key, value), item)
            pieces.append(f"<{name}{written}>")
            stack.append(f"</{name}>")
            stack += [
                escape(_NOT_XML.sub("", child), quote=False) if isinstance(child, str) else child
                for child in reversed(item.children)
            ]
        return "".join(pieces)

    def style(self, node: HtmlNode) -> dict[str, str]:
        """Return what the author's rules and the style attribute declare for a shape."""
        candidates = [c for c in self.rules(node) if c.normal[0] == AUTHOR]
        inline = self.inline.get(id(node))
        if inline is None and node.attributes.get("style"):
            inline = self.parse(node.attributes["style"])
        blocks = [c.block for c in candidates] + ([inline] if inline is not None else [])
        if not _affords(sum(_STEPS_OF_VALUE * block.size for block in blocks)):
            return {}
        important = [c.block for c in by_importance(candidates)] + ([inline] if inline is not None else [])
        custom = self.custom_of(node, blocks, important)
        found: dict[str, str] = {}
        for block in blocks:
            for name, text in _written(block.svg_shared, custom):
                _declare(found, name, text)
            found.update(_written(block.svg, custom))
        for block in important:
            found.update(_written(block.svg_important, custom))
        return found

    def custom_of(self, node: HtmlNode, blocks: Iterable[Block], important: Iterable[Block]) -> Values:
        """Return a shape's custom properties: its own, and those of what it is in."""
        own = {name: value for block in blocks for name, value in block.custom.items()}
        own.update((name, value) for block in important for name, value in block.custom_important.items())
        above = self.changed.get(id(node.parent), self.custom)
        custom = custom_properties(own, above, {})
        if custom is not self.custom:
            self.changed[id(node)] = custom
        return custom

    def attributes(self, own: Mapping[str, str], style: Mapping[str, str], top: bool) -> str:
        """Return the start tag's attributes; event handlers and foreign names are left out."""
        every = {"xmlns": _SVG_NAMESPACE, "xmlns:xlink": _XLINK_NAMESPACE} if top else {}
        for name, value in own.items():
            known = _XML_NAME.fullmatch(name) and not name.startswith(("on", "xmlns")) and name != "style"
            if known and (":" not in name or name.startswith(("xlink:", "xml:"))):
                newer = name in _PAINTS and ("(" in value or value.lower() == _NEWEST_NAME)
                every[name] = self.paint_attribute(name, value) if newer else value
        if style:
            every["style"] = ";".join(f"{name}:{text}" for name, text in style.items())
        return "".join(f" {name}={quoted(_NOT_XML.sub('', value))}" for name, value in every.items())

    def paint_attribute(self, name: str, value: str) -> str:
        """Return a presentation attribute's paint with var() and newer colours resolved."""
        tokens = tuple(tokenize(value))
        texts = dict(_texts([(name, Custom(tokens, value, "var(" in value))], self.custom))
        return texts.get(name, "none")


def _affords(steps: int) -> bool:
    try:
        BUDGET.step(steps)
    except Exhausted:
        return False
    return True


def _declare(found: dict[str, str], name: str, text: str) -> None:
    """Put a declaration last; a `font` shorthand takes the place of what was said of fonts before."""
    if name == "font":
        for longhand in [known for known in found if known.startswith("font-")]:
            del found[longhand]
    found.pop(name, None)
    found[name] = text


def _written(declared: Mapping[str, Written], custom: Values) -> Iterable[tuple[str, str]]:
    return _texts([(name, written.value) for name, written in declared.items()], custom)


def _texts(declared: Iterable[tuple[str, Custom | Wide]], custom: Values) -> Iterable[tuple[str, str]]:
    for name, value in declared:
        if isinstance(value, Wide):
            if value.keyword == "inherit":
                yield name, "inherit"
            continue
        tokens, text = value.tokens, value.text
        if value.substitutes:
            try:
                tokens = tuple(Substitution(custom).whole(tokens))
            except (Unresolved, InvalidValue):
                continue
            text = tinycss2.serialize(tokens).strip()
        mixed = name == "stop-color" and _is_newer(tokens)  # and so are its neighbours with it
        yield name, _plain_color(tokens, text) if name in _PAINTS and not mixed else text


def _is_newer(tokens: tuple[Token, ...]) -> bool:
    try:
        color = parse_space_color(Cursor(tokens))
    except (InvalidValue, UnsupportedValue):
        return False
    return isinstance(color, SpaceColor) and not color.legacy


def _plain_color(tokens: tuple[Token, ...], text: str) -> str:
    """Return a colour in the syntax of CSS 2; anything else (none, url(), currentColor) as it is."""
    cursor = Cursor(tokens)
    try:
        color = parse_color(cursor)
        cursor.end()
    except (InvalidValue, UnsupportedValue):
        return text
    if isinstance(color, Deferred) and "currentcolor" not in text.lower():  # light-dark() and its kind
        color = to_color(color.fn(Context(Viewport(0, 0))))
    if not isinstance(color, v.Color) or isinstance(color, CurrentColor):
        return text
    r, g, b = (round(channel * 255) for channel in color[:3])
    return f"rgba({r},{g},{b},{color.a:.4g})" if color.a < 1 else f"#{r:02x}{g:02x}{b:02x}"


class ShapeStyle(NamedTuple):
    """A shape's style and attributes; of `lost` properties, the value that is not drawn."""

    style: Mapping[str, str]
    attributes: Mapping[str, str]
    lost: Mapping[str, str]


def shape_style(tag: str, declared: Mapping[str, str], attributes: Mapping[str, str]) -> ShapeStyle:
    """Sort what the rules declare for an element into what is written as style and as attributes."""
    style = {name: text for name, text in declared.items() if name not in _NAMES}
    own = dict(attributes)
    lost: dict[str, str] = {}
    for name in GEOMETRY.get(tag, ()):
        if name in declared and tag != "svg":  # Chromium sizes those by their attributes
            _set_geometry(own, name, declared[name])
    if moves := [
        f"{name}({_arguments(name, text)})" for name in _MOVES if (text := style.pop(name, "none")) != "none"
    ]:
        own_transform = style.get("transform", own.get("transform", ""))
        style["transform"] = " ".join((*moves, "" if own_transform == "none" else own_transform)).strip()
    if "transform" in style:
        written = svg_transform(style["transform"])
        if written is None:
            lost["transform"] = style.pop("transform")
        else:
            style["transform"] = written
    for name in _IN_CAMEL_CASE:
        if name in style:
            style[name] = _WRITTEN.get(style[name].strip().lower(), style[name])
    if style.get("mask-image", "").strip().lower().startswith("url("):
        style["mask"] = style.pop("mask-image")
    for name in ("mask", "mask-image"):
        for place in (style, own):
            if name in place and not place[name].strip().lower().startswith(("url(", "none")):
                lost[name] = place.pop(name)
    said = {**own, **style}
    lost.update((name, said[name]) for name in _REFERRING if _OF_A_FILE.match(said.get(name, "").strip()))
    if tag in _BORROWING:
        hrefs = ((name, own.get(name, "").strip()) for name in ("href", "xlink:href"))
        lost.update((name, href) for name, href in hrefs if href and not href.startswith("#"))
    if tag == "filter":  # SVG 1.1 alone has filters that take over others, browsers do not
        lost.update((name, own.pop(name)) for name in ("href", "xlink:href") if name in own)
    for name in GEOMETRY.get(tag, ()):
        if name != "d" and _OF_THE_PAGE.search(own.get(name, "")):
            lost[name] = own[name]
    lost.update((name, value) for name, value in _LOST.items() if said.get(name, "").strip().lower() == value)
    if tag == "text" and said.get(_ON_TEXT, "baseline").strip().lower() not in ("baseline", "0", "0px"):
        lost[_ON_TEXT] = said[_ON_TEXT]
    return ShapeStyle(style, own, lost)


def _arguments(name: str, text: str) -> str:
    """Return the arguments of a function for the value of the property of its name."""
    words = text.split()
    if name == "rotate" and len(words) == 4:  # about an axis
        return ""
    return ", ".join(words)


def _set_geometry(attributes: dict[str, str], name: str, text: str) -> None:
    if name == "d":
        path = _path(text)
        if path is not None:
            attributes[name] = path
        return
    if text.strip().lower() == "auto":
        attributes.pop(name, None)
        return
    cursor = Cursor(tokenize(text))
    try:
        value = length(cursor)
        cursor.end()
    except (InvalidValue, UnsupportedValue):
        return
    if isinstance(value, Deferred):
        attributes[name] = text  # em and its kind: the rasteriser knows its fonts' sizes
    else:
        attributes[name] = f"{value.resolve(0):.6g}" if value.is_absolute else text


def _path(text: str) -> str | None:
    """Return the path data of `path("…")`, nothing of `none`, None of what is neither."""
    tokens = [token for token in tokenize(text) if token.type != "whitespace"]
    if len(tokens) != 1:
        return None
    (token,) = tokens
    if token.type == "ident" and token.lower_value == "none":
        return ""
    if token.type != "function" or token.lower_name != "path":
        return None
    strings = [inner.value for inner in token.arguments if inner.type == "string"]
    return str(strings[0]) if len(strings) == 1 else None


def svg_transform(text: str) -> str | None:
    """Return a CSS transform as the attribute writes it (SVG 2 §8.5); None where it cannot."""
    if text.strip().lower() == "none":
        return "translate(0)"  # an empty style would leave an attribute in force
    cursor = Cursor(tokenize(text))
    try:
        value = shapes.transform(cursor)
        cursor.end()
    except (InvalidValue, UnsupportedValue):
        return text  # the attribute's own syntax, or nonsense
    if isinstance(value, Deferred):
        return None
    written = [_function(function) for function in value]
    return None if None in written else " ".join(piece for piece in written if piece is not None)


def _function(function: v.Transform) -> str | None:
    if function.name == "translate" and all(_is_simple(one) for one in function.args):
        return f"translate({' '.join(_share(one) for one in function.args)})"
    numbers: list[float] = []
    for argument in function.args:
        if isinstance(argument, v.Length) and not argument.is_absolute:
            return None
        numbers.append(argument.resolve(0) if isinstance(argument, v.Length) else argument)
    match function.name:
        case "matrix" | "translate" | "scale" | "rotate":
            return f"{function.name}({' '.join(f'{number:.9g}' for number in numbers)})"
        case "skew":
            x, y = (tan(radians(number)) for number in numbers)
            return f"matrix(1 {y:.9g} {x:.9g} 1 0 0)"
        case _:
            return None


def _share(length: v.Length | float) -> str:
    """Return a length that is all px or all a percentage."""
    if isinstance(length, v.Length):
        return f"{100 * length.pct:.9g}%" if length.pct else f"{length.px:.9g}"
    return f"{length:.9g}"


def _is_simple(length: v.Length | float) -> bool:
    return not isinstance(length, v.Length) or (length.func is None and 0.0 in (length.px, length.pct))
