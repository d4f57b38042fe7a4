"""Noise where browsers have it: they count its pixels from one on, the rasteriser from zero.

It also fits the frequencies of noise that joins at its edges to another box, and wraps it there.
"""

from __future__ import annotations

from copy import deepcopy
from math import ceil, floor, hypot

from lxml import etree

from .svg_geometry import SHAPES, Box, Measures, Strokes, onto_device, view_box
from .svg_words import declared, forget, length_in, name_of, numbers, put

_SVG = "{http://www.w3.org/2000/svg}"
_NOISE = f"{_SVG}feTurbulence"
_MAX_MOVED = 32  # elements of one picture
_MAX_STEPS = 50  # of a filter that is copied
_LIGHTS = (f"{_SVG}fePointLight", f"{_SVG}feSpotLight")  # which stand at places of user space, too
_MOVED = SHAPES | {"g", "image", "svg", "text", "use"}
# What is done to an element after its filter, and where it lies: of the group around it.
_AFTER = ("opacity", "clip-path", "mask", "mix-blend-mode", "isolation")

_Size = tuple[float, float]


def place_noise(root: etree._Element) -> None:
    """Move the noise of filters in place; the root has the size of the picture in device px."""
    filters = {
        f"url(#{one.get('id')})": one
        for one in root.iter(f"{_SVG}filter")
        if next(one.iter(_NOISE), None) is not None
    }
    if not filters:
        return
    places, measures = Strokes(onto_device(root)), Measures(root)
    filtered = [one for one in root.iterdescendants(etree.Element) if _filter_of(one) in filters]
    for number, element in enumerate([one for one in filtered if name_of(one) in _MOVED][:_MAX_MOVED]):
        onto, found = places.onto(element), filters[_filter_of(element)]
        if (
            onto is None
            or len(found) > _MAX_STEPS
            or any(next(found.iter(light), None) is not None for light in _LIGHTS)
        ):
            continue
        across, down = hypot(onto.xx, onto.yx), hypot(onto.xy, onto.yy)
        if across > 0 and down > 0:
            by = 0.5 / across + 0.5, 0.5 / down + 0.5  # the middle of a pixel, and half a unit on
            moved = deepcopy(found)
            moved.set("id", f"{found.get('id')}-noise-{number}")
            region = _region(found, element, measures)
            if region is not None:
                _join(moved, region)
            _move(moved, by, view_box(root))
            root.append(moved)
            _wrap(element, moved.get("id", ""), *by)


def _move(found: etree._Element, by: _Size, viewport: Box) -> None:
    """Move the places in user space that a filter names."""
    steps = list(found) if found.get("primitiveUnits") != "objectBoundingBox" else []
    if found.get("filterUnits") == "userSpaceOnUse":
        for name in ("x", "y"):
            found.set(name, found.get(name, "-10%"))
        steps.append(found)
    sides = viewport[2] - viewport[0], viewport[3] - viewport[1]
    for step in steps:
        for name, shift, side in zip(("x", "y"), by, sides, strict=True):
            if (place := step.get(name)) is not None:
                step.set(name, f"{length_in(place, side) + shift:.9g}")


def _filter_of(element: etree._Element) -> str:
    return declared(element, "filter").replace('"', "").replace("'", "").replace(" ", "")


def _wrap(element: etree._Element, noise: str, x: float, y: float) -> None:
    """Put groups around an element: it is drawn where it was, from an origin that is elsewhere."""
    parent = element.getparent()
    assert parent is not None  # noqa: S101 - callers looked
    outer = etree.Element(f"{_SVG}g")
    moved = etree.SubElement(outer, f"{_SVG}g", {"transform": f"translate({-x:.6g} {-y:.6g})"})
    back = etree.SubElement(moved, f"{_SVG}g", {"transform": f"translate({x:.6g} {y:.6g})"})
    put(moved, "filter", f"url(#{noise})")
    for said in _AFTER:
        if value := declared(element, said):
            put(outer, said, value)
    for name in ("transform", "id"):
        if value := element.attrib.pop(name, None):
            outer.set(name, value)
    forget(element, "filter", *_AFTER)
    outer.tail, element.tail = element.tail, None
    parent.replace(element, outer)
    back.append(element)


def _region(found: etree._Element, element: etree._Element, measures: Measures) -> _Size | None:
    """Return the size of a filter's region on an element; None where that cannot be told."""
    left, top, right, bottom = view_box(measures.root)
    viewport = right - left, bottom - top
    of_user = found.get("filterUnits") == "userSpaceOnUse"
    box = viewport if of_user else _size(element, measures, viewport)
    if box is None:
        return None
    told = found.get("width", "120%"), found.get("height", "120%")
    width, height = (
        length_in(text if of_user or "%" in text else f"{text.strip()}e2%", side)
        for text, side in zip(told, box, strict=True)
    )
    return (width, height) if width > 0 and height > 0 else None


def _size(element: etree._Element, measures: Measures, viewport: _Size) -> _Size | None:
    if name_of(element) == "rect":
        width, height = (
            length_in(element.get(name, "0"), side)
            for name, side in zip(("width", "height"), viewport, strict=True)
        )
        return width, height
    box = measures.box(element)
    return None if box is None else (box[2] - box[0], box[3] - box[1])


def _join(found: etree._Element, region: _Size) -> None:
    """Give noise that joins at the region's edges frequencies that do (SVG 1.1 §15.24)."""
    for noise in found.iter(_NOISE):
        if noise.get("stitchTiles") == "stitch":
            told = (numbers(noise.get("baseFrequency", "")) or [0.0])[:2]
            fitted = [_fitted(f, round(side)) for f, side in zip((told * 2)[:2], region, strict=True)]
            noise.set("baseFrequency", " ".join(f"{f:.9g}" for f in fitted))
            del noise.attrib["stitchTiles"]


def _fitted(frequency: float, side: int) -> float:
    """Return the nearest frequency, by their ratio, with whole waves on a side."""
    if not frequency or not side:
        return frequency
    low, high = floor(side * frequency) / side, ceil(side * frequency) / side
    return low if low and frequency / low < high / frequency else high
