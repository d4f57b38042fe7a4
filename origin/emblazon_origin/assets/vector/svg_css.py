"""The CSS of an SVG file, by the same cascade as the document's: its rules, var(), colours, transforms.

The rasteriser knows the selectors and colours of CSS 2 alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ...style.cascade.custom_properties import custom_properties
from ...style.cascade.sheets import Loaded, build_cascade
from ...style.cascade.svg_markup import GEOMETRY, Serializer
from ...style.cascade.walk import inline_block
from ...style.cascade.winners import cascaded_values
from ...style.syntax.conditions import media_query_list
from ...style.syntax.stylesheet import parse_stylesheet
from ...style.values.budget import BUDGET
from ...style.values.dom import HtmlNode
from ...style.values.tokens import tokenize
from ...style.values.units import Viewport
from ...style.values.value_types import Color
from .svg_runs import SvgFace

_SVG = "{http://www.w3.org/2000/svg}"
_PREFIXES = {
    "{http://www.w3.org/1999/xlink}": "xlink:",
    "{http://www.w3.org/XML/1998/namespace}": "xml:",
}
_DEFAULT_SIZE = (300.0, 150.0)  # of a replaced element without one (CSS 2 §10.3.2)
# In attributes: what the rasteriser would not understand.
_NEWER = re.compile(
    r"var\(|calc\(|color|okl|\bl(?:ab|ch)\(|hwb\(|hsl|rgba?\([^,)]{0,60}+\)|rebeccapurple"
    r"|\b(?:inherit|initial|unset|revert)\b|(?:^|[;\s])(?:transform|translate|rotate|scale|offset-path|clip-path|mask(?:-image)?|filter|vector-effect|background(?:-color)?|d|c?[xy]|r[xy]?|width|height)\s*:",
    re.I,
)


_MAX_FACES = 8
_SIDES = ("top", "right", "bottom", "left")
_NAMES_OF_LENGTHS = frozenset(name for names in GEOMETRY.values() for name in names)


def css_characters(root: etree._Element) -> int:
    """Return the length of all CSS in an SVG document."""
    size = sum(len("".join(element.itertext())) for element in root.iter(f"{_SVG}style"))
    return size + sum(len(element.get("style", "")) for element in root.iter(etree.Element))


def needs_css(root: etree._Element) -> bool:
    """Whether an SVG document says something in CSS that the rasteriser does not know."""
    for element in root.iter(etree.Element):
        if element.tag == f"{_SVG}style":
            return True
        for name, value in element.attrib.items():
            if name == "style" and _NEWER.search(str(value)):
                return True
            if name == "vector-effect":
                return True
            if name in ("fill", "stroke", "stop-color", "flood-color", "color") and _NEWER.search(str(value)):
                return True
    return False


def with_css(
    root: etree._Element, size: tuple[float, float] | None, notes: list[str]
) -> tuple[str, Color | None]:
    """Return an SVG document's markup with its style sheets written into its elements, and its background.

    `notes` takes what of it is not drawn.
    """
    top = _node(root, None)
    nodes = list(top.subtree())
    viewport = Viewport(*(size or _DEFAULT_SIZE))
    with BUDGET.apart(len(nodes)):
        sheets = [
            Loaded(parse_stylesheet(text), (media_query_list(tokenize(media)),) if media else (), (media,))
            for text, media in _sheets(root)
        ]
        cascade = build_cascade(sheets, viewport)
        inline = {
            id(node): inline_block(style)[0] for node in nodes if (style := node.attributes.get("style"))
        }
        own = cascaded_values(cascade.rules.match(top), {}, inline.get(id(top)), None)
        custom = custom_properties(own.custom, {}, cascade.properties)
        serializer = Serializer(cascade.rules.match, custom, inline, {}, lambda text: inline_block(text)[0])
        markup = serializer.markup(top, serializer.style(top))
        if BUDGET.left_out:
            notes.append("its style sheets take too long to match: later elements are drawn without them")
    for (name, value), node in serializer.lost.items():
        if name in _NAMES_OF_LENGTHS and size is not None:  # of its own viewport, which is known
            continue
        notes.append(f"'{name}: {value[:60]}' is not drawn on <{node.name}>")
    if own.values.get("background_image") not in (None, (None,), ("none",)):
        notes.append("'background-image' is not drawn on <svg>")
    if any(own.values.get(f"border_{side}_style") not in (None, "none", "hidden") for side in _SIDES):
        notes.append("'border' is not drawn on <svg>")
    ground = own.values.get("background_color")
    return markup, ground if isinstance(ground, Color) and ground.a > 0 else None


def own_faces(root: etree._Element, notes: list[str]) -> tuple[SvgFace, ...]:
    """Return the fonts that an SVG file brings along as data: URLs; `notes` takes what is elsewhere."""
    found: list[SvgFace] = []
    for text, _ in _sheets(root):
        if "@font-face" not in text.lower():
            continue
        for rule, _ in parse_stylesheet(text).font_faces:
            href = next(
                (value for kind, value in rule.sources if kind == "url" and value[:5].lower() == "data:"), ""
            )
            if not href or len(found) >= _MAX_FACES:
                notes.append(f"@font-face {rule.family[:60]!r}: SVG files hold their fonts as data: URLs")
                continue
            weight = rule.weight[0] if rule.weight is not None else None
            found.append(SvgFace(rule.family, href, weight, rule.style.startswith(("italic", "oblique"))))
    return tuple(found)


def _sheets(root: etree._Element) -> Iterator[tuple[str, str]]:
    for element in root.iter(f"{_SVG}style"):
        if element.get("type", "text/css").strip().lower() in ("text/css", ""):
            yield "".join(element.itertext()), element.get("media", "").strip()


def _node(root: etree._Element, parent: HtmlNode | None) -> HtmlNode:
    """Return an SVG element as rules match it, with what is in it but elements of other kinds."""
    top = _alone(root, parent)
    stack = [(root, top)]
    while stack:
        element, node = stack.pop()
        if element.text:
            node.children.append(element.text)
        for child in element:
            if isinstance(child.tag, str) and child.tag.startswith(_SVG):
                inner = _alone(child, node)
                node.children.append(inner)
                node.elements.append(inner)
                stack.append((child, inner))
            if child.tail:
                node.children.append(child.tail)
        for index, inner in enumerate(node.elements):
            inner.index, inner.siblings = index, node.elements
    top.siblings = [top]
    return top


def _alone(element: etree._Element, parent: HtmlNode | None) -> HtmlNode:
    attributes: dict[str, str] = {}
    for key, value in element.attrib.items():
        name = str(key)
        for namespace, prefix in _PREFIXES.items():
            if name.startswith(namespace):
                name = prefix + name.removeprefix(namespace)
        if not name.startswith("{"):
            attributes[name] = str(value)
    name = str(element.tag).removeprefix(_SVG)
    node = HtmlNode(name.lower(), attributes, parent, name=name)
    node.id = attributes.get("id", "")
    node.classes = frozenset(attributes.get("class", "").split())
    return node
