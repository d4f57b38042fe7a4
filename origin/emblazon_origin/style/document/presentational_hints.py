"""Presentational attributes of HTML as declarations below the author's (HTML §15)."""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import bidirectional

from ..syntax import registry
from ..syntax.declarations import evaluate
from ..syntax.registry import Values
from ..values import value_types as v
from ..values.dom import HtmlNode
from ..values.tokens import InvalidValue, UnsupportedValue, tokenize
from .image_source import picture_of
from .table_hints import table_hints

_DIMENSION = re.compile(r"\s*\+?(\d+(?:\.\d+)?)\s*(%?)")
_NUMBER = re.compile(r"\s*+[+-]?(\d++\.?\d*+|\.\d++)([eE][+-]?\d++)?\s*+")
_INTEGER = re.compile(r"\s*([+-]?\d+)")
_SIZED = frozenset((
    "img", "svg", "video", "canvas", "iframe", "object", "embed", "hr", "td", "th", "table", "tr", "col",
    "colgroup",
))  # fmt: skip
_ALWAYS = frozenset(
    ("bdi", "video", "object", "embed", "li", "td", "th", "thead", "tbody", "tfoot", "colgroup")
)  # hints without attributes
_TABLE_PARTS = frozenset(("table", "td", "th", "thead", "tbody", "tfoot", "colgroup"))
_REPLACED = frozenset(("img", "iframe", "object", "embed", "video", "input"))
_ALIGNS = {"left": "left", "right": "right", "center": "center", "justify": "justify", "middle": "center"}
_FONT_SIZES = ("x-small", "small", "medium", "large", "x-large", "xx-large", "xxx-large")


def dimension(text: str) -> v.Length | None:
    """Return an HTML dimension: px, or percent."""
    match = _DIMENSION.match(text)
    if match is None:
        return None
    number = float(match[1])
    return v.Length(pct=number / 100) if match[2] else v.Length(min(number, 1e6))


def integer(text: str | None) -> int | None:
    """Return an HTML integer, or None."""
    match = _INTEGER.match(text or "")
    return max(min(int(match[1][:10]), 2**31), -(2**31)) if match else None


def presentational(node: HtmlNode) -> Values:
    """Return declarations by key that the element's attributes stand for."""
    attributes = node.attributes
    if not attributes and node.tag not in _ALWAYS and node.parent is not None:
        return {}
    hints: Values = {}
    for name, value in attributes.items():
        if (read := _READERS.get(name)) is not None:
            read(node, value, hints)
    if node.tag in ("video", "object", "embed") and not picture_of(node):
        hints.setdefault("width", v.Length(300.0))
        hints.setdefault("height", v.Length(150.0))
    if has_auto_direction(node):
        hints["direction"] = first_strong(node)
    if node.tag in _TABLE_PARTS:
        table_hints(node, hints)
    elif node.tag in ("ol", "li"):
        _list(node, hints)
    elif node.parent is None:
        _color_scheme(node, hints)
    return hints


def _size(key: str) -> Callable[[HtmlNode, str, Values], None]:
    def read(node: HtmlNode, value: str, hints: Values) -> None:
        if node.tag not in _SIZED:
            return
        if node.tag == "svg":  # a presentation attribute of SVG 2 §8.11: any CSS length, px by default
            _css(key, f"{value}px" if _NUMBER.fullmatch(value) else value, hints)
            return
        length = dimension(value)
        if node.tag in ("td", "th", "table") and length is not None and not (length.px or length.pct):
            return  # none at all there
        if length is not None and not (node.tag == "tr" and key == "width"):
            hints[key] = length
            _ratio(node, hints)

    return read


def _ratio(node: HtmlNode, hints: Values) -> None:
    """`width` and `height` of an image give its aspect ratio (HTML §15.4.3)."""
    if node.tag not in ("img", "video", "canvas", "iframe"):
        return
    width, height = dimension(node.attributes.get("width", "")), dimension(node.attributes.get("height", ""))
    if width is not None and height is not None and width.px > 0 and height.px > 0:
        hints["aspect_ratio"] = (True, width.px / height.px)


def _css(name: str, value: str, hints: Values) -> None:
    row = registry.find(name)
    try:
        pairs, _notes = evaluate(row, tokenize(value)) if row else ({}, [])
    except (InvalidValue, UnsupportedValue):
        return
    hints.update(pairs)


def _align(node: HtmlNode, value: str, hints: Values) -> None:
    value = value.strip().lower()
    if node.tag in _REPLACED:
        _align_image(value, hints)
        return
    if node.tag == "caption":
        if value in ("top", "bottom"):
            hints["caption_side"] = value
        return
    name = _ALIGNS.get(value)
    if name is None:
        return
    if node.tag == "table":
        if name in ("left", "right"):
            hints["float_"] = name
        elif name == "center":
            hints["margin_left"] = hints["margin_right"] = "auto"
    elif node.tag == "hr":
        hints["margin_left"] = v.ZERO if name == "left" else "auto"
        hints["margin_right"] = v.ZERO if name == "right" else "auto"
    elif node.tag in _ALIGNING_BLOCKS and name != "justify":
        hints["text_align"] = f"-webkit-{name}"  # blocks inside are aligned too
    else:
        hints["text_align"] = name


_ALIGNING_BLOCKS = frozenset(("div", "td", "th", "tr", "thead", "tbody", "tfoot"))
_IMAGE_ALIGNS = {
    "middle": "-webkit-baseline-middle", "center": "middle", "absmiddle": "middle", "abscenter": "middle",
    "top": "top", "texttop": "text-top", "absbottom": "bottom", "bottom": "baseline", "baseline": "baseline",
}  # fmt: skip


def _align_image(value: str, hints: Values) -> None:
    if value in ("left", "right"):
        hints["float_"] = value
        hints["vertical_align"] = "top"
    elif (name := _IMAGE_ALIGNS.get(value)) is not None:
        _css("vertical-align", name, hints)


def _valign(node: HtmlNode, value: str, hints: Values) -> None:
    value = value.strip().lower()
    if node.tag in ("td", "th", "tr", "thead", "tbody", "tfoot"):
        if value in ("top", "middle", "bottom", "baseline"):
            hints["vertical_align"] = value
    elif node.tag == "caption" and value in ("top", "bottom"):
        hints["caption_side"] = value


def _clear(node: HtmlNode, value: str, hints: Values) -> None:
    value = value.strip().lower()
    if node.tag == "br" and value in ("left", "right", "all", "both"):
        hints["clear"] = "both" if value == "all" else value


def _spaces(sides: tuple[str, str], tags: frozenset[str]) -> Callable[[HtmlNode, str, Values], None]:
    def read(node: HtmlNode, value: str, hints: Values) -> None:
        length = dimension(value)
        if node.tag in tags and length is not None:
            for side in sides:
                hints[f"margin_{side}"] = length

    return read


def _border_color(node: HtmlNode, value: str, hints: Values) -> None:
    if node.tag == "table":
        _css("border-color", _legacy_color(value), hints)


def _background_image(node: HtmlNode, value: str, hints: Values) -> None:
    if node.tag in ("body", "table", "tr", "td", "th", "thead", "tbody", "tfoot") and value.strip():
        _css("background-image", f"url({_string(value.strip())})", hints)


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\a ")
    return f'"{escaped}"'


def _noshade(node: HtmlNode, value: str, hints: Values) -> None:
    del value
    if node.tag == "hr" and "color" not in node.attributes:
        _css("border-color", "gray", hints)
        _css("border-style", "solid", hints)
        _css("background-color", "gray", hints)


def _legacy_color(value: str) -> str:
    value = value.strip()
    return "#" + value if re.fullmatch(r"[0-9a-fA-F]{6}|[0-9a-fA-F]{3}", value) else value


def _color(node: HtmlNode, value: str, hints: Values) -> None:
    if node.tag == "font":
        _css("color", _legacy_color(value), hints)
    elif node.tag == "hr":
        _css("border-color", _legacy_color(value), hints)
        _css("border-style", "solid", hints)
        _css("background-color", _legacy_color(value), hints)


def _background(node: HtmlNode, value: str, hints: Values) -> None:
    if node.tag in ("body", "table", "tr", "td", "th", "thead", "tbody", "tfoot"):
        _css("background-color", _legacy_color(value), hints)


def _body_text(node: HtmlNode, value: str, hints: Values) -> None:
    if node.tag == "body":
        _css("color", _legacy_color(value), hints)


def _link_color(node: HtmlNode, value: str, hints: Values) -> None:
    """Give a link the colour that the body says links have."""
    around = node.parent if node.tag == "a" else None
    while around is not None and around.tag != "body":
        around = around.parent
    if around is not None and "link" in around.attributes:
        _css("color", _legacy_color(around.attributes["link"]), hints)


def _face(node: HtmlNode, value: str, hints: Values) -> None:
    if node.tag == "font":
        _css("font-family", value, hints)


def _font_size(node: HtmlNode, value: str, hints: Values) -> None:
    number = integer(value)
    if node.tag == "hr" and number is not None:
        if number <= 1:
            hints["border_bottom_width"] = 0.0
        else:
            hints["height"] = v.Length(float(number - 2))
    if node.tag != "font" or number is None:
        return
    if value.strip()[:1] in ("+", "-"):
        number += 3
    hints["font_size"] = ("keyword", _FONT_SIZES[min(max(number, 1), 7) - 1])


def _list_type(node: HtmlNode, value: str, hints: Values) -> None:
    names = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
    bullet = value.lower() if value.lower() in ("disc", "circle", "square", "none") else None
    name = names.get(value) if node.tag in ("ol", "li") else None
    if node.tag in ("ul", "li") and name is None:
        name = bullet
    if name:
        hints["list_style_type"] = (name, False)


def _list(node: HtmlNode, hints: Values) -> None:
    if node.tag == "ol":
        start = integer(node.attributes.get("start"))
        if "reversed" in node.attributes:
            count = sum(1 for child in node.elements if child.tag == "li")
            hints["counter_reset"] = (("list-item", (count if start is None else start) + 1),)
        elif start is not None:
            hints["counter_reset"] = (("list-item", start - 1),)
        return
    if node.parent is not None and node.parent.tag == "ol" and "reversed" in node.parent.attributes:
        hints["counter_increment"] = (("list-item", -1),)
    value = integer(node.attributes.get("value"))
    if value is not None:
        hints["counter_set"] = (("list-item", value),)


def has_auto_direction(node: HtmlNode) -> bool:
    """Whether an element's direction is its text's: `dir=auto`, and `<bdi>` without another."""
    value = node.attributes.get("dir", "").strip().lower()
    return value == "auto" or (node.tag == "bdi" and value not in ("ltr", "rtl"))


_OWN_DIRECTION = ("bdi", "script", "style", "textarea", "svg")


def first_strong(node: HtmlNode) -> str:
    """Return the direction of the first strong character in the element's text (HTML §3.2.6.4)."""
    stack: list[HtmlNode | str] = list(reversed(node.children))
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            for character in item:
                kind = bidirectional(character)
                if kind in ("L", "R", "AL"):
                    return "ltr" if kind == "L" else "rtl"
        elif item.tag not in _OWN_DIRECTION and "dir" not in item.attributes:
            stack += reversed(item.children)
    return "ltr"


def _color_scheme(root: HtmlNode, hints: Values) -> None:
    """`<meta name=color-scheme>` (HTML §4.2.5.1)."""
    for head in root.elements[:1]:
        for meta in head.elements:
            if meta.tag == "meta" and meta.attributes.get("name", "").lower() == "color-scheme":
                _css("color-scheme", meta.attributes.get("content", ""), hints)
                return


def _border(node: HtmlNode, value: str, hints: Values) -> None:
    width = dimension(value)
    if node.tag in ("img", "object") and width is not None:
        for side in ("top", "right", "bottom", "left"):
            hints[f"border_{side}_width"] = width.px
            hints[f"border_{side}_style"] = "solid"


def _nowrap(node: HtmlNode, value: str, hints: Values) -> None:
    if node.tag in ("td", "th"):
        hints["text_wrap_mode"] = "nowrap"


_READERS: dict[str, Callable[[HtmlNode, str, Values], None]] = {
    "width": _size("width"),
    "height": _size("height"),
    "align": _align,
    "color": _color,
    "bgcolor": _background,
    "text": _body_text,
    "href": _link_color,
    "face": _face,
    "size": _font_size,
    "type": _list_type,
    "border": _border,
    "nowrap": _nowrap,
    "valign": _valign,
    "clear": _clear,
    "hspace": _spaces(("left", "right"), _REPLACED),
    "vspace": _spaces(("top", "bottom"), _REPLACED),
    "marginwidth": _spaces(("left", "right"), frozenset(("body",))),
    "marginheight": _spaces(("top", "bottom"), frozenset(("body",))),
    "leftmargin": _spaces(("left", "right"), frozenset(("body",))),
    "topmargin": _spaces(("top", "bottom"), frozenset(("body",))),
    "bordercolor": _border_color,
    "background": _background_image,
    "noshade": _noshade,
}
