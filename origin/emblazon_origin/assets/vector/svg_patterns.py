"""Patterns in tiles of whole device pixels: of others the rasteriser rounds the sides, and the rows drift.

A tile is rasterised alone, as Skia does: at the next larger whole size. As many as make a block of whole
pixels, or cover the shape, are laid out beside each other, and the block becomes the tile of a pattern.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from math import ceil, floor, hypot

import numpy as np
from fontTools.misc.transform import Identity, Transform
from lxml import etree
from PIL import Image

from ...style.cascade.svg_markup import INHERITED
from .svg_geometry import SHAPES, Box, Measures, Strokes, onto_device, parse_transform, view_box
from .svg_words import forget, length_in, name_of, put, reference

_SVG = "{http://www.w3.org/2000/svg}"
_MAX_TILES = 8  # of one picture, each of which is rasterised by itself
_MAX_PIXELS = 1_000_000  # of all blocks
_MAX_DRIFT = 0.1  # device px, over the whole shape
_MAX_COPIES = 64
_EDGE = 2  # px around a tile, and a block that covers a shape: a turned one is smoothed across them
_MAX_CHAIN = 8
_LEAST_SIDE, _MOST_SIDE = 0.5, 4_096.0  # of a tile, in device px
_FAR = 1e6
_MAX_REFERRED_TO = 100
_ID = re.compile(r"""[("';]["']?#([^"')\s]{1,200})""")
_URL = re.compile(r"""url\(\s{0,9}["']?#([^"')\s]{1,200})""", re.I)
_BOX = ("x", "y", "width", "height")
_PAINTS = ("fill", "stroke")
_HANDED_DOWN = INHERITED | {"color", "font-family", "font-size", "font-weight", "font-style", "direction"}
_TEXTS = frozenset(("text", "tspan"))

Draw = Callable[["etree._Element", int, int, bool], Image.Image]  # a document, its size, whether it has text


def fit_patterns(root: etree._Element, draw: Draw) -> None:
    """Give shapes, in place, patterns that do not drift; `draw` rasterises a document.

    The root has the size of the picture in device px.
    """
    found = {element.get("id", ""): element for element in root.iter(f"{_SVG}pattern") if element.get("id")}
    if not found:
        return
    patterns = _Patterns(root, draw, found)
    for element in [one for one in root.iter(etree.Element) if name_of(one) in SHAPES | _TEXTS]:
        if not any(name_of(above) == "pattern" for above in element.iterancestors()):
            for paint in _PAINTS:
                patterns.fit(element, paint)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A pattern as one shape has it."""

    name: str
    transform: str  # of its attribute; "" where x, y, width and height below have taken it in
    tile: Box
    side: tuple[float, float]  # of the tile, in its content's units
    filled: Box | None  # the shape's box, where the pattern depends on it
    across: _Axis
    down: _Axis


@dataclass(frozen=True, slots=True)
class _Axis:
    """How many tiles lie side by side in a block, where that begins, its device px and a tile's."""

    copies: int
    start: float
    size: float
    pixels: int
    tile: float
    before: float  # device px of the first tile that lie before the block
    slips: bool  # whether the pattern would be seen to lie elsewhere without the block

    @classmethod
    def of(
        cls, tile: tuple[float, float], room: tuple[float, float], scale: float, at: float | None
    ) -> _Axis:
        """Divide the room along one axis; `at` is where the axis begins on the device, if it is straight."""
        start, end = tile
        size = end - start
        side = size * scale
        first = start + floor((room[0] - start) / size) * size
        needed = max(1, ceil((room[1] - first) / size))

        def drift(copies: int) -> float:
            """Return how far the last of the blocks that are needed is from its place, in device px."""
            return abs(copies * side - round(copies * side)) * (ceil(needed / copies) - 1)

        def over(place: float) -> float:
            return (at + place * scale) % 1.0 if at is not None else 0.0

        counts = range(1, min(needed, _MAX_COPIES) + 1)
        copies = next((count for count in counts if drift(count) <= _MAX_DRIFT), 0) or min(counts, key=drift)
        slips = drift(1) > _MAX_DRIFT or min(over(first), 1.0 - over(first)) > _MAX_DRIFT
        if copies < needed:
            shift = over(first)
            return cls(
                copies, first - shift / scale, copies * size, round(copies * side), side, -shift, slips
            )
        begin = room[0] - (over(room[0]) + _EDGE) / scale
        pixels = ceil((room[1] - begin) * scale) + _EDGE
        return cls(copies, begin, pixels / scale, pixels, side, (begin - first) * scale, slips)


@dataclass(slots=True)
class _Patterns:
    root: etree._Element
    draw: Draw
    found: Mapping[str, etree._Element]
    places: Strokes = field(init=False)
    measures: Measures = field(init=False)
    left: int = _MAX_PIXELS
    _tiles: dict[tuple[object, ...], Image.Image] = field(default_factory=dict)
    _made: dict[_Pattern, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places, self.measures = Strokes(onto_device(self.root)), Measures(self.root)

    def fit(self, element: etree._Element, paint: str) -> None:
        """Give one shape's fill or stroke a pattern that does not drift, where its own one would."""
        match = _URL.match(self.measures.inheritance.of(element, paint))
        if match is None or match[1] not in self.found:
            return
        pattern = self._pattern(element, match[1])
        if pattern is None:
            return
        if not (pattern.across.slips or pattern.down.slips or self._has_strokes(match[1])):
            return
        if pattern not in self._made:
            self._made[pattern] = self._lay_out(pattern)
        if name := self._made[pattern]:
            forget(element, paint)
            put(element, paint, f"url(#{name})")

    def _has_strokes(self, name: str) -> bool:
        """Whether lines may lie on its left edge, where the rasteriser draws thin ones too strong."""
        content = next((one for one in _linked(self.found[name], self.found) if len(one)), self.found[name])
        return b"stroke" in etree.tostring(content) or bool(self.measures.inheritance.of(content, "stroke"))

    def _pattern(self, element: etree._Element, name: str) -> _Pattern | None:
        """Return a pattern as it lies on a shape; None where that cannot be told."""
        said = _chain(self.found[name], self.found)
        of_box = said.get("patternUnits") != "userSpaceOnUse"
        in_box = said.get("patternContentUnits") == "objectBoundingBox" and "viewBox" not in said
        filled, painted = self.measures.box(element), self.measures.stroked_box(element)
        own = parse_transform(said.get("patternTransform", ""))
        holder = element if name_of(element) in SHAPES else element.getparent()
        exact = self.places.onto(holder) if holder is not None else None
        onto = exact or self.places.whole
        if own is None or not _area(own) or not _area(onto) or (filled is None and (of_box or in_box)):
            return None
        tile = _tile(said, filled if of_box else None, view_box(self.root))
        if tile is None:
            return None
        side = tile[2] - tile[0], tile[3] - tile[1]
        straight = not own.xy and not own.yx and own.xx > 0 and own.yy > 0
        if straight:
            tile, own = _moved(tile, own), Identity
        device = onto.transform(own)
        scales = hypot(device.xx, device.yx), hypot(device.xy, device.yy)  # as the rasteriser has them
        aligned = exact is not None and not device.xy and not device.yx and device.xx > 0 and device.yy > 0
        whole = onto.inverse().transform(self.places.whole)
        room = _moved(painted or _moved(view_box(self.root), whole), own.inverse())
        if not _is_moderate(tile, room, scales):
            return None
        across, down = (
            _Axis.of(
                (tile[i], tile[i + 2]), (room[i], room[i + 2]), scales[i], device[4 + i] if aligned else None
            )
            for i in (0, 1)
        )
        turned = "" if straight else said.get("patternTransform", "")
        return _Pattern(name, turned, tile, side, filled if of_box or in_box else None, across, down)

    def _lay_out(self, pattern: _Pattern) -> str | None:
        """Add a pattern of blocks, and return its name; None where they are nothing, or too much."""
        across, down = pattern.across, pattern.down
        if not 0 < across.pixels * down.pixels <= self.left:
            return None
        key = (pattern.name, pattern.side, pattern.filled, across.tile, down.tile)
        if key not in self._tiles:
            if len(self._tiles) == _MAX_TILES:
                return None
            self._tiles[key] = self._picture(pattern)
        self.left -= across.pixels * down.pixels
        name = f"emblazon-pattern-{len(self._made)}"
        sides = {"width": f"{across.size:.9g}", "height": f"{down.size:.9g}"}
        place = {"x": f"{across.start:.9g}", "y": f"{down.start:.9g}", "patternTransform": pattern.transform}
        units = {"id": name, "patternUnits": "userSpaceOnUse"}
        holder = etree.SubElement(self.root, f"{_SVG}pattern", {**units, **place, **sides})
        out = io.BytesIO()
        _block(self._tiles[key], across, down).save(out, "PNG", compress_level=1)
        data = f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"
        how = {"preserveAspectRatio": "none", "image-rendering": "optimizeSpeed"}
        etree.SubElement(holder, f"{_SVG}image", {**sides, **how, "href": data})
        return name

    def _picture(self, pattern: _Pattern) -> Image.Image:
        """Rasterise one tile in whole device px, away from the edges of the picture."""
        root = etree.Element(f"{_SVG}svg", nsmap=self.root.nsmap)
        width, height = (max(1, ceil(side - 1e-3)) for side in (pattern.across.tile, pattern.down.tile))
        wide, high = width + 2 * _EDGE, height + 2 * _EDGE
        for name, value in {"width": wide, "height": high, "preserveAspectRatio": "none"}.items():
            root.set(name, str(value))
        x, y = pattern.side[0] / width, pattern.side[1] / height
        root.set("viewBox", f"{-_EDGE * x:.9g} {-_EDGE * y:.9g} {wide * x:.9g} {high * y:.9g}")
        own = self.found[pattern.name]
        said = _chain(own, self.found)
        of_viewport = {name: said[name] for name in ("viewBox", "preserveAspectRatio") if name in said}
        if "viewBox" in said:
            sides = {"width": f"{pattern.side[0]:.9g}", "height": f"{pattern.side[1]:.9g}"}
            top = etree.SubElement(root, f"{_SVG}svg", sides | of_viewport)
        else:
            top = etree.SubElement(root, f"{_SVG}g")
            if said.get("patternContentUnits") == "objectBoundingBox" and (box := pattern.filled):
                top.set("transform", f"scale({box[2] - box[0]:.9g} {box[3] - box[1]:.9g})")
        content = next((one for one in _linked(own, self.found) if len(one)), own)
        for name in sorted(_HANDED_DOWN):
            if value := self.measures.inheritance.of(content, name):
                put(top, name, value)
        top.extend(deepcopy(child) for child in content)
        etree.SubElement(root, f"{_SVG}defs").extend(self._referred_to(top))
        has_text = next(top.iter(f"{_SVG}text"), None) is not None
        return self.draw(root, wide, high, has_text).crop((_EDGE, _EDGE, _EDGE + width, _EDGE + height))

    def _referred_to(self, content: etree._Element) -> list[etree._Element]:
        """Return copies of all that elements refer to, and what that refers to."""
        wanted, copies = _ID.findall(etree.tostring(content, encoding="unicode")), dict[str, etree._Element]()
        while wanted and len(copies) < _MAX_REFERRED_TO:
            name = wanted.pop()
            element = self.measures.by_id().get(name)
            if element is not None and name not in copies:
                copies[name] = deepcopy(element)
                wanted += _ID.findall(etree.tostring(copies[name], encoding="unicode"))
        return list(copies.values())


def _tile(said: Mapping[str, str], filled: Box | None, viewport: Box) -> Box | None:
    """Return a pattern's tile in user space: in parts of the filled box where there is one."""
    left, top, right, bottom = filled or viewport
    bases = (right - left, bottom - top)
    if filled is None:
        x, y, width, height = (
            length_in(said.get(name, "0"), basis) for name, basis in zip(_BOX, 2 * bases, strict=True)
        )
    else:
        x, y, width, height = (
            length_in(said.get(name, "0"), 1.0) * basis for name, basis in zip(_BOX, 2 * bases, strict=True)
        )
        x, y = x + left, y + top
    return (x, y, x + width, y + height) if width > 0 and height > 0 else None


def _is_moderate(tile: Box, room: Box, scales: tuple[float, float]) -> bool:
    """Whether a tile has pixels, not too many, and lies where they can be told apart."""
    if not all(abs(number) < _FAR for number in (*tile, *room)):  # nor is it without a number
        return False
    sides = (tile[2] - tile[0]) * scales[0], (tile[3] - tile[1]) * scales[1]
    return min(sides) >= _LEAST_SIDE and max(sides) <= _MOST_SIDE and sides[0] * sides[1] <= _MAX_PIXELS


def _block(tile: Image.Image, across: _Axis, down: _Axis) -> Image.Image:
    """Lay tiles side by side and take the block from among them, in whole pixels."""
    whole = np.tile(np.asarray(tile.convert("RGBA")), (down.copies, across.copies, 1))
    around = Image.fromarray(np.pad(whole, ((_EDGE + 1,) * 2, (_EDGE + 1,) * 2, (0, 0)), "wrap"))
    x, y = tile.width / across.tile, tile.height / down.tile
    moved = (x, 0, _EDGE + 1 + across.before * x, 0, y, _EDGE + 1 + down.before * y)
    size = (across.pixels, down.pixels)
    return around.transform(size, Image.Transform.AFFINE, moved, resample=Image.Resampling.BILINEAR)


def _chain(pattern: etree._Element, found: Mapping[str, etree._Element]) -> dict[str, str]:
    """Return a pattern's attributes with those that it takes over from others."""
    said: dict[str, str] = {}
    for one in _linked(pattern, found):
        own = {str(name): str(value) for name, value in one.attrib.items()}
        said = own | said
    return said


def _linked(pattern: etree._Element, found: Mapping[str, etree._Element]) -> Iterator[etree._Element]:
    at: etree._Element | None = pattern
    for _ in range(_MAX_CHAIN):
        if at is None:
            break
        yield at
        at = found.get(reference(at))


def _moved(box: Box, transform: Transform) -> Box:
    points = transform.transformPoints([(x, y) for x in box[::2] for y in box[1::2]])
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _area(transform: Transform) -> float:
    return float(transform.xx * transform.yy - transform.xy * transform.yx)
