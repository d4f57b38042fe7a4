"""Which images a styled document names; inline `<svg>` elements take their CSS along in their markup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..style.cascade.svg_markup import quoted
from ..style.values.computed import ComputedStyle
from ..style.values.dom import Element
from ..style.values.value_types import Color, ContentImage, Url


class ImageReference(NamedTuple):
    """A key of the image store and the source line that names it."""

    href: str
    line: int


def image_references(root: Element) -> list[ImageReference]:
    """Return every image of a document in tree order, boxes that are not displayed left out."""
    found: list[ImageReference] = []
    stack = [root]
    while stack:
        element = stack.pop()
        if element.style.display == "none":
            continue
        if element.svg is not None:
            element.svg = with_inherited_style(element.svg, element.style)
            found.append(ImageReference(element.svg, element.line))
        found += [ImageReference(href, element.line) for href in _hrefs(element)]
        if element.marker is not None:
            found += [ImageReference(href, element.line) for href in _style_hrefs(element.marker)]
        stack.extend(child for child in reversed(element.children) if isinstance(child, Element))
    return found


def _hrefs(element: Element) -> Iterator[str]:
    if element.tag == "img" and element.attributes.get("src"):
        yield element.attributes["src"]
    yield from _style_hrefs(element.style)


def _style_hrefs(style: ComputedStyle) -> Iterator[str]:
    for layer in (*style.background_layers, *style.mask_layers):
        if isinstance(layer.image, Url) and layer.reference is None:
            yield layer.image.href
    if isinstance(style.border_image_source, Url):
        yield style.border_image_source.href
    if isinstance(style.content, tuple):
        for part in style.content:
            if isinstance(part, ContentImage) and isinstance(part.image, Url):
                yield part.image.href
    if isinstance(style.list_style_image, Url) and style.display == "list-item":
        yield style.list_style_image.href


def with_inherited_style(markup: str, style: ComputedStyle) -> str:
    """Write what an inline `<svg>` inherits into its start tag: colour (for `currentColor`) and fonts.

    An attribute that the author wrote wins, except `color`: the computed value already took it into account.
    """
    end = _start_tag_end(markup)
    start_tag = markup[:end]
    inherited = {
        "color": _css_color(style.color),
        "font-family": ", ".join(style.font_family) or "Inter",
        "font-size": f"{style.font_size:g}px",
        "font-weight": f"{style.font_weight:g}",
        "font-style": style.font_style,
        "direction": style.direction,
    }
    missing = "".join(
        f" {name}={quoted(value)}" for name, value in inherited.items() if f" {name}=" not in start_tag
    )
    return start_tag + missing + markup[end:]


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


def _css_color(color: Color) -> str:
    r, g, b = (max(0, min(255, round(channel * 255))) for channel in color[:3])
    return f"rgba({r},{g},{b},{color.a:g})" if color.a < 1 else f"#{r:02x}{g:02x}{b:02x}"
