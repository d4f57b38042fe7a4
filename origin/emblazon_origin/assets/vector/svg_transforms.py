"""Transforms about boxes of shapes: `transform-box`, and percentages of `translate` (CSS Transforms 1 §8)."""

from __future__ import annotations

import re

from lxml import etree

from ...style.properties.paint import transform_origin
from ...style.values import value_types as v
from ...style.values.tokens import Cursor, InvalidValue, UnsupportedValue, resolve, tokenize
from ...style.values.units import Context, Viewport
from .svg_geometry import SHAPES, Box, Measures, view_box
from .svg_words import declared, forget, name_of, numbers, put, reference

PLACED = re.compile(rb"transform-box|translate\([^)]{0,99}%|transform-origin[^;>]{0,40}?\d(?!px)[a-z]{1,4}\b")
_UNIT = re.compile(r"\d(?!px)[a-z]{1,4}\b", re.IGNORECASE)
_TRANSLATE = re.compile(r"translate\(\s*+([^\s,()]++)(?:[\s,]++([^\s()]++))?\s*+\)")
_BARE = re.compile(r"(?<![\w.+-])[+-]?(?:\d+\.?\d*|\.\d+)(?![\w.%])")
_FILLED, _STROKED = ("fill-box", "content-box"), ("stroke-box", "border-box")


def place_transforms(root: etree._Element, notes: list[str]) -> None:
    """Write, in place, transforms about boxes as such that need none; `notes` takes what stays lost."""
    measures = Measures(root)
    for element in reversed(list(root.iter(etree.Element))):  # what is inside of a group first
        text = declared(element, "transform").strip()
        if text and text != "none" and element is not root:
            _place(element, text, measures, notes)
        forget(element, "transform-box")


def _place(element: etree._Element, text: str, measures: Measures, notes: list[str]) -> None:
    kind = declared(element, "transform-box").strip().lower()
    of_shape = kind in _FILLED or kind in _STROKED
    if not of_shape and "%" not in text and not _UNIT.search(declared(element, "transform-origin")):
        return  # the rasteriser knows how
    box = _reference_box(element, kind, measures)
    if box is None:
        asked = f"transform-box: {kind}" if of_shape else f"transform: {text[:60]}"
        notes.append(f"'{asked}' is not drawn on <{name_of(element)}>: its box is not known")
        return
    if kind in _STROKED and name_of(element) not in SHAPES and _is_stroked(element, measures):
        notes.append(f"'transform-box: {kind}' takes the box of a <{name_of(element)}> without its strokes")
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    text = _TRANSLATE.sub(lambda match: _translate(match, width, height), text)
    if not of_shape:
        left = top = 0.0
    origin = _origin(declared(element, "transform-origin"))
    x, y = left + origin.x.resolve(width), top + origin.y.resolve(height)
    forget(element, "transform-origin")
    put(element, "transform", f"translate({x:.9g} {y:.9g}) {text} translate({-x:.9g} {-y:.9g})")


def _reference_box(element: etree._Element, kind: str, measures: Measures) -> Box | None:
    if kind in _FILLED or kind in _STROKED:
        box = measures.box(element) if kind in _FILLED else measures.stroked_box(element)
        if box is None or name_of(element) != "use":
            return box
        x, y = ((numbers(element.get(name, "")) or [0.0])[0] for name in ("x", "y"))
        return box[0] - x, box[1] - y, box[2] - x, box[3] - y  # Chromium's, which moves it last
    viewport = next((one for one in element.iterancestors() if name_of(one) == "svg"), measures.root)
    sized = viewport.get("viewBox") or (
        viewport.get("width", "%")[-1:] != "%" and viewport.get("height", "%")[-1:] != "%"
    )
    return view_box(viewport) if sized else None


def _is_stroked(element: etree._Element, measures: Measures) -> bool:
    """Whether a shape inside of a group has a stroke, which the group's box does not know."""
    found = list(element.iter(etree.Element))
    if name_of(element) == "use" and (target := measures.by_id().get(reference(element))) is not None:
        found = list(target.iter(etree.Element))
    strokes = (measures.inheritance.of(one, "stroke").lower() for one in found if name_of(one) in SHAPES)
    return any(stroke not in ("", "none") for stroke in strokes)


def _translate(match: re.Match[str], width: float, height: float) -> str:
    """Return a translation with percentages in px."""
    moves = []
    for part, basis in ((match[1], width), (match[2] or "0", height)):
        number = (numbers(part) or [0.0])[0]
        moves.append(number * basis / 100 if part.endswith("%") else number)
    return f"translate({moves[0]:.9g} {moves[1]:.9g})"


def _origin(text: str) -> v.TransformOrigin:
    try:
        cursor = Cursor(tokenize(_BARE.sub(r"\g<0>px", text)))  # attributes need no unit
        found = resolve(transform_origin(cursor), Context(Viewport(300, 150)))
        cursor.end()
    except (InvalidValue, UnsupportedValue):
        found = None
    return found if isinstance(found, v.TransformOrigin) else v.TransformOrigin(v.ZERO, v.ZERO)
