"""What drawing an SVG image may take, told from its tree before a pixel is drawn.

Units are those of `limits.py`, about nanoseconds of a slow core. References multiply: a mask of eight
shapes that each have a mask of eight shapes is drawn as 64. What a definition costs is computed once and
added wherever it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_MAX_DEPTH = 256
ENDLESS = 1e15  # references that go round in circles
# Units for each element, and for each pixel of the picture: layers are taken to be as large as it is, so that
# the sum is what drawing takes at most.
ELEMENT = 10_000.0
CHARACTER = 70_000.0  # of a text, which is shaped and drawn as outlines
SHAPE_PIXEL, LAYER_PIXEL, CLIP_PIXEL, MASK_PIXEL = 0.5, 45.0, 65.0, 90.0
IMAGE_PIXEL, GRADIENT_PIXEL, PATTERN_PIXEL = 30.0, 38.0, 48.0
BLUR_PIXEL, TURBULENCE_PIXEL, CONVOLVE_PIXEL, LIGHT_PIXEL, OTHER_PIXEL = 75.0, 160.0, 7.0, 60.0, 15.0
MORPHOLOGY_PIXEL = 6.0  # and for each pixel of its radius
_URL = re.compile(r"url\(\s{0,20}+['\"]?\s{0,20}+#([^'\")\s]{1,200}+)", re.I)
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{0,12})?|\.\d{1,12}")
# Drawn only where they are referred to.
_DEFINITIONS = frozenset((
    "defs", "mask", "pattern", "clipPath", "filter", "marker", "symbol", "linearGradient", "radialGradient",
    "style", "title", "desc", "metadata",
))  # fmt: skip
_SHAPES = frozenset((
    "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "use", "image", "svg",
))  # fmt: skip
_LAYERED = ("opacity", "mask", "filter", "clip-path", "mix-blend-mode")


@dataclass(slots=True)
class SvgCost:
    """The cost of a document at a size in device px."""

    root: etree._Element
    pixels: float
    _ids: dict[str, etree._Element] = field(default_factory=dict)
    _known: dict[etree._Element, float] = field(default_factory=dict)
    _active: set[etree._Element] = field(default_factory=set)

    def __post_init__(self) -> None:
        for element in self.root.iter():
            name = element.get("id")
            if name and isinstance(element.tag, str):
                self._ids.setdefault(name, element)

    def total(self) -> float:
        """Return units; `ENDLESS` for references in circles."""
        return min(ENDLESS, self._of(self.root, 0, drawn=True))

    def _of(self, element: etree._Element, depth: int, *, drawn: bool = False) -> float:
        known = self._known.get(element)
        if known is not None:
            return known
        if element in self._active or depth > _MAX_DEPTH:
            return ENDLESS
        self._active.add(element)
        cost = self._own(element, depth)
        for child in element:
            if isinstance(child.tag, str) and _name(child) not in _DEFINITIONS:
                cost += self._of(child, depth + 1)
        self._active.discard(element)
        self._known[element] = min(cost, ENDLESS)
        return self._known[element]

    def _own(self, element: etree._Element, depth: int) -> float:
        name = _name(element)
        cost = ELEMENT
        if name in _SHAPES:
            cost += SHAPE_PIXEL * self.pixels + 30.0 * len(element.get("d") or element.get("points") or "")
        if name == "text":
            cost += CHARACTER * sum(len(text) for text in element.itertext())
        if name == "image":
            cost += IMAGE_PIXEL * self.pixels
        if name.startswith("fe"):
            cost += self.pixels * _primitive(element, name)
        if name == "use":
            target = self._ids.get((element.get("href") or element.get(_XLINK_HREF) or "").strip()[1:])
            cost += self._of(target, depth + 1) if target is not None else 0.0
        for attribute, value in _properties(element):
            cost += self._property(element, attribute, value, depth)
        return cost

    def _property(self, element: etree._Element, name: str, value: str, depth: int) -> float:
        """Return what a presentation property adds."""
        if name == "opacity" or name == "mix-blend-mode":
            return LAYER_PIXEL * self.pixels
        match = _URL.search(value) if "(" in value else None
        target = self._ids.get(match[1]) if match is not None else None
        if target is None:
            return 0.0
        inner = self._of(target, depth + 1)
        if name.startswith("marker"):
            return inner * (1 + len(_NUMBER.findall(element.get("d") or element.get("points") or "")) / 2)
        if name == "mask":
            return inner + MASK_PIXEL * self.pixels
        if name == "filter":
            return inner + LAYER_PIXEL * self.pixels
        if name == "clip-path":
            return inner + CLIP_PIXEL * self.pixels
        per_pixel = PATTERN_PIXEL if _name(target) == "pattern" else GRADIENT_PIXEL
        return inner + per_pixel * self.pixels


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _properties(element: etree._Element) -> Iterator[tuple[str, str]]:
    for name in ("opacity", "mask", "filter", "clip-path", "fill", "stroke", "mix-blend-mode"):
        value = element.get(name)
        if value and value != "1":
            yield name, value
    for name in ("marker", "marker-start", "marker-mid", "marker-end"):
        value = element.get(name)
        if value:
            yield name, value
    for declaration in (element.get("style") or "").split(";"):
        name, _, value = declaration.partition(":")
        if value.strip() not in ("", "1", "none", "normal"):
            name = name.strip().lower()
            if name in _LAYERED or name in ("fill", "stroke") or name.startswith("marker"):
                yield name, value


def _numbers(element: etree._Element, attribute: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall((element.get(attribute) or "")[:100])]


def _primitive(element: etree._Element, name: str) -> float:
    """Return units per pixel of a filter primitive."""
    if name == "feTurbulence":
        octaves = (_numbers(element, "numOctaves") or [1.0])[0]
        return TURBULENCE_PIXEL * max(1.0, octaves)
    if name == "feConvolveMatrix":
        order = _numbers(element, "order") or [3.0]
        return CONVOLVE_PIXEL * order[0] * order[-1]
    if name == "feMorphology":
        return OTHER_PIXEL + MORPHOLOGY_PIXEL * max(_numbers(element, "radius") or [0.0])
    if name in ("feGaussianBlur", "feDropShadow"):
        return BLUR_PIXEL
    if name in ("feDiffuseLighting", "feSpecularLighting"):
        return LIGHT_PIXEL
    return OTHER_PIXEL
