"""Geometry of SVG in the rasteriser's words: CSS clip shapes, `pathLength`, strokes that do not grow.

Boxes and lengths are measured on outlines; where there is none (text), the finding stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import hypot, radians, sqrt
from typing import Any, TypeVar

from fontTools.misc.transform import Identity, Transform
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.perimeterPen import PerimeterPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from lxml import etree

from ...style.cascade.svg_markup import GEOMETRY
from ...style.properties.shapes import clip_path
from ...style.values import value_types as v
from ...style.values.calculation import length
from ...style.values.drawn_shapes import drawn_commands
from ...style.values.tokens import Cursor, InvalidValue, UnsupportedValue, resolve, tokenize
from ...style.values.units import Context, Viewport
from .svg_words import Inheritance, declared, forget, name_of, numbers, put, reference

_SVG = "{http://www.w3.org/2000/svg}"
SHAPES = frozenset(("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"))
_GROUPS = frozenset(("g", "a", "svg", "switch"))
_ELSEWHERE = frozenset(("defs", "symbol", "pattern", "marker", "mask", "clipPath", "use"))
MAX_MEASURED = 100_000  # characters of outlines, each of which is walked in Python
_MAX_DEPTH = 32
_TRANSFORM = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*+\(([^()]{0,200}+)\)\s*+,?+\s*+")
_UNITS = re.compile(r"[a-z]\(|[\d.](?!px)[a-z]", re.I)
_NEWER_LENGTH = re.compile(r"[a-z]\(|[\d.](?:rem|[sld]?v(?:w|h|i|b|min|max)|r?(?:lh|ch|cap|ic))\b", re.I)
_LENGTHS = (
    "font-size",
    "stroke-width",
    "stroke-dasharray",
    "stroke-dashoffset",
    "letter-spacing",
    "word-spacing",
)
_FREE = {"xMin": 0.0, "YMin": 0.0, "xMax": 1.0, "YMax": 1.0}  # of the room left over, the part before
_TEXTS = frozenset(("text", "tspan"))
_OF_TEXT = ("x", "y", "dx", "dy", "letter-spacing", "word-spacing", "stroke-width", "textLength")
_LETTERS = re.compile(r"\d(?:r?ch)\b", re.IGNORECASE)
UNGROWN = "non-scaling-stroke"
MEASURED = re.compile(rb"pathLength|clip-path|non-scaling-stroke")

Box = tuple[float, float, float, float]  # left, top, right, bottom
T = TypeVar("T")


def view_box(root: etree._Element) -> Box:
    """Return what of its user space the root shows; 300 by 150 where nothing says it."""
    box = numbers(root.get("viewBox", ""))
    if len(box) == 4:
        return box[0], box[1], box[0] + box[2], box[1] + box[3]
    sides = [numbers(root.get(side, "")) for side in ("width", "height") if "%" not in root.get(side, "")]
    width, height = (found[0] for found in sides) if len(sides) == 2 and all(sides) else (300.0, 150.0)
    return 0.0, 0.0, width, height


def measure(root: etree._Element, notes: list[str]) -> None:
    """Rewrite, in place, what can be told in outlines; `notes` takes what stays lost."""
    measures, strokes = Measures(root), Strokes()
    for element in list(root.iter(etree.Element)):
        if element.get("pathLength") is not None and not measures.fit_dashes(element):
            notes.append(
                f"'pathLength' is not drawn on <{name_of(element)}>: its dashes have their own lengths"
            )
        clip = declared(element, "clip-path").strip()
        known = clip.lower().startswith("url(") or clip.lower() in ("", "none", "inherit", "initial")
        if not known and not measures.clip(element, clip):
            forget(element, "clip-path")
            notes.append(f"'clip-path: {clip[:60]}' is not drawn on <{name_of(element)}>")
        if strokes.loses(element):
            notes.append(f"'vector-effect: {UNGROWN}' is not drawn on <{name_of(element)}>")


def resolve_lengths(root: etree._Element, notes: list[str]) -> None:
    """Write, in place, geometry in units that the rasteriser does not know, or not as CSS does, in px.

    `notes` takes units that only a font knows.
    """
    left, top, right, bottom = view_box(root)
    width, height = right - left, bottom - top
    viewport, inheritance = Viewport(width, height), Inheritance()
    bases = {"x": width, "y": height, "r": hypot(width, height) / sqrt(2)}
    for element in root.iter(etree.Element):
        if name_of(element) in _TEXTS:
            _note_letters(element, notes)
        _say_lengths(element, viewport, inheritance)
        for name in GEOMETRY.get(name_of(element), ()) if element is not root else ():
            text = element.get(name, "")
            if name == "d" or not _UNITS.search(text):
                continue
            cursor = Cursor(tokenize(text))
            try:
                context = Context(viewport, font_size=_font_size(inheritance.of(element, "font-size")))
                value = resolve(length(cursor), context)
                cursor.end()
            except (InvalidValue, UnsupportedValue):
                continue
            basis = bases[{"width": "x", "height": "y", "r": "r"}.get(name, name[-1])]
            element.set(name, f"{value.resolve(basis):.6g}")


def _note_letters(element: etree._Element, notes: list[str]) -> None:
    said = [(name, declared(element, name)) for name in _OF_TEXT]
    notes += [
        f"'{name}: {text[:60]}' on <{name_of(element)}> does not know how wide its font's 0 is"
        for name, text in said
        if "ch" in text and _LETTERS.search(text)
    ]


def _font_size(size: str) -> float:
    return numbers(size)[0] if re.fullmatch(r"[\d.]++(?:px)?", size) and numbers(size) else 16.0


def _say_lengths(element: etree._Element, viewport: Viewport, inheritance: Inheritance) -> None:
    """Write lengths of fonts and strokes in px where the rasteriser would not read them."""
    for name in _LENGTHS:
        text = declared(element, name)
        if not text or not _NEWER_LENGTH.search(text):
            continue
        parent = element.getparent() if name == "font-size" else element
        size = _font_size(inheritance.of(parent, "font-size")) if parent is not None else 16.0
        basis = size if name == "font-size" else hypot(viewport.width, viewport.height) / sqrt(2)
        context = Context(viewport, font_size=size)
        tokens = [token for token in tokenize(text) if token.type != "literal" or token.value != ","]
        cursor, found = Cursor(tokens), []
        try:
            while not cursor.done:
                found.append(f"{resolve(length(cursor), context).resolve(basis):.6g}")
        except (InvalidValue, UnsupportedValue):
            continue
        forget(element, name)
        put(element, name, " ".join(found) + ("px" if name == "font-size" else ""))


@dataclass(slots=True)
class Measures:
    """Outlines, boxes and lengths of one document's elements, as far as they may cost."""

    root: etree._Element
    left: int = MAX_MEASURED
    inheritance: Inheritance = field(default_factory=Inheritance)
    clips: int = 0
    _ids: dict[str, etree._Element] | None = None
    _on_paths: dict[str, list[etree._Element]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for text in self.root.iter(f"{_SVG}textPath"):
            self._on_paths.setdefault(reference(text), []).append(text)

    # -- pathLength (SVG 2 §9.6.1) -----------------------------------------------------------------

    def fit_dashes(self, element: etree._Element) -> bool:
        """Scale dashes, and where text begins on a path, from an author's length to the outline's."""
        told = numbers(element.get("pathLength", ""))
        dashes, offset = (
            self.inheritance.of(element, name) for name in ("stroke-dasharray", "stroke-dashoffset")
        )
        texts = self._on_paths.get(element.get("id") or " ", [])
        if dashes.lower() in ("", "none") and not texts:
            return True
        length = self._drawn(element, PerimeterPen(None, 0.01), lambda pen: float(pen.value))
        if not told or told[0] <= 0 or not length or "%" in dashes:
            return False
        factor = length / told[0]
        if dashes:
            put(element, "stroke-dasharray", " ".join(f"{factor * dash:.6g}" for dash in numbers(dashes)))
        if numbers(offset):
            put(element, "stroke-dashoffset", f"{factor * numbers(offset)[0]:.6g}")
        for text in texts:
            start = text.get("startOffset", "")
            if numbers(start) and "%" not in start:
                text.set("startOffset", f"{factor * numbers(start)[0]:.6g}")
        del element.attrib["pathLength"]
        return True

    # -- clip-path (CSS Masking 1 §3.5, CSS Shapes 1) ------------------------------------------------

    def clip(self, element: etree._Element, text: str) -> bool:
        """Write a basic shape as a `<clipPath>` of its own."""
        cursor = Cursor(tokenize(text))
        try:
            found = clip_path(cursor)
        except (InvalidValue, UnsupportedValue):
            return False
        box = self._reference_box(element, text.lower())
        if box is None or not isinstance(found, tuple):
            return False
        data = _shape_data(found[0], box)
        if data is None:
            return False
        self.clips += 1
        name = f"emblazon-clip-{self.clips}"
        holder = etree.SubElement(self.root, f"{_SVG}clipPath", {"id": name})
        path = etree.SubElement(holder, f"{_SVG}path", {"d": data})
        if getattr(found[0], "rule", "") == "evenodd":
            path.set("clip-rule", "evenodd")
        forget(element, "clip-path")
        element.set("clip-path", f"url(#{name})")
        return True

    def stroked_box(self, element: etree._Element) -> Box | None:
        """Return an outline's box with half of its stroke around it."""
        box = self.box(element)
        stroke = self.inheritance.of(element, "stroke").lower()
        if box is None or stroke in ("", "none") or name_of(element) not in SHAPES:
            return box
        half = (numbers(self.inheritance.of(element, "stroke-width")) or [1.0])[0] / 2
        return box[0] - half, box[1] - half, box[2] + half, box[3] + half

    def _reference_box(self, element: etree._Element, text: str) -> Box | None:
        if "view-box" in text or element is self.root:
            return view_box(self.root)
        inside = any(name in text for name in ("fill-box", "content-box", "padding-box"))
        return self.box(element) if inside else self.stroked_box(element)

    def box(self, element: etree._Element, depth: int = 0) -> Box | None:
        """Return the fill box of an element in its own user space; None where it cannot be told."""
        name = name_of(element)
        if name in SHAPES:
            return self._drawn(element, BoundsPen(None), lambda pen: pen.bounds)
        if name == "image":
            x, y, width, height = (_number(element, key) for key in ("x", "y", "width", "height"))
            return x, y, x + width, y + height
        if name == "use" and depth <= _MAX_DEPTH:
            return self._used_box(element, depth)
        if name not in _GROUPS or depth > _MAX_DEPTH:
            return None
        found: Box | None = None
        for child in element.iterchildren(etree.Element):
            if (name_of(child) in _ELSEWHERE and name_of(child) != "use") or declared(
                child, "display"
            ) == "none":
                continue
            box, transform = self.box(child, depth + 1), own_transform(child)
            if box is not None and transform is not None:
                moved = _bounds(transform.transformPoints([(x, y) for x in box[::2] for y in box[1::2]]))
                found = moved if found is None else _bounds([found[:2], found[2:], moved[:2], moved[2:]])
            elif name_of(child) in ("text", "use", *_GROUPS, *SHAPES):
                return None
        return found

    def by_id(self) -> Mapping[str, etree._Element]:
        """Return the document's elements by id."""
        if self._ids is None:
            self._ids = {str(one.get("id")): one for one in self.root.iter(etree.Element) if one.get("id")}
        return self._ids

    def _used_box(self, element: etree._Element, depth: int) -> Box | None:
        """Return the box of what a `<use>` draws; None of a symbol, which has its own space."""
        target = self.by_id().get(reference(element))
        transform = own_transform(target) if target is not None else None
        if target is None or transform is None or name_of(target) == "svg":
            return None
        box = self.box(target, depth + 1)
        if box is None:
            return None
        place = Identity.translate(_number(element, "x"), _number(element, "y")).transform(transform)
        return _bounds(place.transformPoints([(x, y) for x in box[::2] for y in box[1::2]]))

    def _drawn(self, element: etree._Element, pen: Any, result: Callable[[Any], T]) -> T | None:
        """Walk an outline with a pen; None where there is none, or it would take too long."""
        data = outline(element)
        self.left -= len(data)
        if not data or self.left < 0:
            return None
        try:
            _walk(data, pen)
        except (ValueError, TypeError, IndexError, AssertionError, ZeroDivisionError, OverflowError):
            return None
        return result(pen)


def _walk(data: str, pen: object) -> None:
    """Draw path data with a pen. Raises what fontTools raises for what is none."""
    from fontTools.svgLib.path import parse_path  # loads an XML parser of its own

    parse_path(data, pen)


def _bounds(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _number(element: etree._Element, name: str) -> float:
    found = numbers(element.get(name, ""))
    return found[0] if found else 0.0


def outline(element: etree._Element) -> str:
    """Return a shape's outline as path data; "" for what has none."""
    match name_of(element):
        case "path":
            return str(element.get("d", ""))
        case "rect":
            x, y, width, height = (_number(element, name) for name in ("x", "y", "width", "height"))
            rx, ry = (_number(element, name) for name in ("rx", "ry"))
            rx, ry = rx or ry, ry or rx
            return _rectangle((x, y, x + width, y + height), [(rx, ry)] * 4)
        case "circle":
            radius = _number(element, "r")
            return _ellipse(_number(element, "cx"), _number(element, "cy"), radius, radius)
        case "ellipse":
            return _ellipse(*(_number(element, name) for name in ("cx", "cy", "rx", "ry")))
        case "line":
            x1, y1, x2, y2 = (_number(element, name) for name in ("x1", "y1", "x2", "y2"))
            return f"M{x1} {y1}L{x2} {y2}"
        case "polyline" | "polygon":
            points = element.get("points", "")
            return f"M{points}{'Z' if name_of(element) == 'polygon' else ''}" if points.strip() else ""
    return ""


def is_empty(element: etree._Element) -> bool:
    """Whether a shape or picture has no area to be drawn in, by its attributes (SVG 2 §10)."""
    match name_of(element):
        case "rect" | "image":
            sides = [element.get(side, "auto").strip() for side in ("width", "height")]
            return any(numbers(side)[:1] == [0.0] for side in sides)
        case "circle" | "ellipse":
            return any(numbers(element.get(name, "1"))[:1] == [0.0] for name in ("r", "rx", "ry"))
        case "path":
            return element.get("d", "").strip() in ("", "none")
        case "polyline" | "polygon":
            return not element.get("points", "").strip()
    return False


def _ellipse(cx: float, cy: float, rx: float, ry: float) -> str:
    """Return an ellipse from its rightmost point on (SVG 2 §10.4)."""
    if rx <= 0 or ry <= 0:
        return ""
    half = f"A{rx:.9g} {ry:.9g} 0 0 1 "
    return f"M{cx + rx:.9g} {cy:.9g}{half}{cx - rx:.9g} {cy:.9g}{half}{cx + rx:.9g} {cy:.9g}Z"


def _rectangle(box: Box, radii: list[tuple[float, float]]) -> str:
    """Return a rectangle with the radii of its corners, from the top left one on."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if width <= 0 or height <= 0:
        return "M0 0"
    sides = (
        (radii[0][0] + radii[1][0], width), (radii[2][0] + radii[3][0], width),
        (radii[1][1] + radii[2][1], height), (radii[3][1] + radii[0][1], height),
    )  # fmt: skip
    shrink = min((room / wanted for wanted, room in sides if wanted > room), default=1.0)
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = ((shrink * x, shrink * y) for x, y in radii)

    def corner(rx: float, ry: float, x: float, y: float) -> str:
        return f"A{rx:.9g} {ry:.9g} 0 0 1 {x:.9g} {y:.9g}" if rx and ry else f"L{x:.9g} {y:.9g}"

    return (
        f"M{left + ax:.9g} {top:.9g}L{right - bx:.9g} {top:.9g}{corner(bx, by, right, top + by)}"
        f"L{right:.9g} {bottom - cy:.9g}{corner(cx, cy, right - cx, bottom)}"
        f"L{left + dx:.9g} {bottom:.9g}{corner(dx, dy, left, bottom - dy)}"
        f"L{left:.9g} {top + ay:.9g}{corner(ax, ay, left + ax, top)}Z"
    )


def _shape_data(shape: object, box: Box) -> str | None:
    """Return a basic shape in its reference box as path data; None for what is none."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    match shape:
        case v.BoxShape():
            return _rectangle(box, [(0.0, 0.0)] * 4)
        case v.InsetShape():
            t, r, b, le = (
                side.resolve(basis) for side, basis in zip(shape.insets, (height, width) * 2, strict=True)
            )
            radii = [(x.resolve(width), y.resolve(height)) for x, y in shape.radii]
            return _rectangle((left + le, top + t, right - r, bottom - b), radii)
        case v.EllipseShape():
            return _ellipse_data(shape, box)
        case v.PolygonShape():
            points = (f"{left + x.resolve(width):.9g} {top + y.resolve(height):.9g}" for x, y in shape.points)
            return f"M{'L'.join(points)}Z"
        case v.DrawnShape():
            commands = drawn_commands(shape, width, height)
            data = (f"{letter}{' '.join(f'{value:.9g}' for value in values)}" for letter, values in commands)
            return _moved("".join(data), left, top)
        case v.PathShape():
            return _moved(shape.data, left, top)
    return None


def _moved(data: str, x: float, y: float) -> str | None:
    """Return path data elsewhere; None for what is none."""
    pen = SVGPathPen(None)
    try:
        _walk(data, TransformPen(pen, Identity.translate(x, y)))
    except (ValueError, TypeError, IndexError, AssertionError):
        return None
    return str(pen.getCommands()) or "M0 0"


def _ellipse_data(shape: v.EllipseShape, box: Box) -> str:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    cx, cy = left + shape.center.x.resolve(width), top + shape.center.y.resolve(height)
    across, down = (abs(cx - left), abs(right - cx)), (abs(cy - top), abs(bottom - cy))

    def radius(wanted: v.Length | str, sides: tuple[float, ...], basis: float) -> float:
        if isinstance(wanted, v.Length):
            return wanted.resolve(basis)
        return min(sides) if wanted == "closest-side" else max(sides)

    if shape.circle:
        both = radius(shape.rx, (*across, *down), hypot(width, height) / sqrt(2))
        return _ellipse(cx, cy, both, both) or "M0 0"
    return _ellipse(cx, cy, radius(shape.rx, across, width), radius(shape.ry, down, height)) or "M0 0"


# --- strokes that do not grow (SVG 2 §8.14) -------------------------------------------------------------


def own_transform(element: etree._Element) -> Transform | None:
    """Return an element's transform; None where it is not of SVG's own functions alone."""
    text = declared(element, "transform").strip()
    if text.lower() in ("", "none"):
        return Identity
    if declared(element, "transform-origin") or declared(element, "transform-box"):
        return None
    return parse_transform(text)


def parse_transform(text: str) -> Transform | None:
    """Return what a transform attribute says; None where that is not of SVG's own functions alone."""
    text = text.strip()
    found, at = Identity, 0
    while at < len(text):
        match = _TRANSFORM.match(text, at)
        if match is None:
            return None
        step = _step(match[1], numbers(match[2]))
        if step is None:
            return None
        found, at = found.transform(step), match.end()
    return found


def _step(name: str, values: list[float]) -> Transform | None:
    match name, len(values):
        case "matrix", 6:
            return Transform(*values)
        case "translate", 1 | 2:
            return Identity.translate(values[0], values[1] if len(values) > 1 else 0.0)
        case "scale", 1 | 2:
            return Identity.scale(values[0], values[-1])
        case "rotate", 1:
            return Identity.rotate(radians(values[0]))
        case "rotate", 3:
            turned = Identity.translate(values[1], values[2]).rotate(radians(values[0]))
            return turned.translate(-values[1], -values[2])
        case "skewX", 1:
            return Identity.skew(radians(values[0]), 0)
        case "skewY", 1:
            return Identity.skew(0, radians(values[0]))
    return None


def keep_strokes(root: etree._Element, scale: float) -> None:
    """Draw strokes that do not grow as wide as they are on the page, of which one px has `scale` device px.

    The root has the size of the picture in device px.
    """
    strokes = Strokes(onto_device(root))
    for element in list(root.iter(etree.Element)):
        if declared(element, "vector-effect").lower() == UNGROWN and name_of(element) in SHAPES:
            strokes.keep(element, scale)


def onto_device(root: etree._Element) -> Transform:
    """Return the transform of the root's user space onto a picture of its width and height (SVG 2 §8.2)."""
    left, top, right, bottom = view_box(root)
    width, height = _number(root, "width"), _number(root, "height")
    across, down = width / (right - left or 1), height / (bottom - top or 1)
    align, *how = root.get("preserveAspectRatio", "").split() or ["xMidYMid"]
    if align != "none":
        across = down = max(across, down) if how == ["slice"] else min(across, down)
    x, y = (_FREE.get(part, 0.5) for part in (align[:4], align[4:]))
    spare = width - across * (right - left), height - down * (bottom - top)
    return Identity.translate(x * spare[0], y * spare[1]).scale(across, down).translate(-left, -top)


@dataclass(slots=True)
class Strokes:
    """Where the elements of one document lie on the device, but for how far they are moved."""

    whole: Transform = Identity
    left: int = MAX_MEASURED
    inheritance: Inheritance = field(default_factory=Inheritance)
    _known: dict[etree._Element, Transform | None] = field(default_factory=dict)

    def loses(self, element: etree._Element) -> bool:
        """Whether a stroke that should not grow does: of text, and of what is drawn from elsewhere."""
        if declared(element, "vector-effect").lower() != UNGROWN:
            return False
        if self.inheritance.of(element, "stroke").lower() in ("", "none"):
            return False
        return name_of(element) not in SHAPES or self.onto(element) is None

    def keep(self, element: etree._Element, scale: float) -> None:
        """Give a shape the stroke that comes out as wide as it says, in px of `scale` device px."""
        parent = element.getparent()
        above = self.onto(parent) if parent is not None else None
        onto = self.onto(element)
        if above is None or onto is None or min(abs(_area(above)), abs(_area(onto))) < 1e-12:
            return
        names = ("stroke-width", "stroke-dasharray", "stroke-dashoffset")
        lengths = {name: numbers(self.inheritance.of(element, name)) for name in names}
        lengths["stroke-width"] = lengths["stroke-width"][:1] or [1.0]
        size = sqrt(abs(_area(onto)))
        if not _is_even(onto) and self._lay_on_device(element, above, onto):
            size = 1.0
        for name, values in lengths.items():
            if values:
                put(element, name, " ".join(f"{value * scale / size:.6g}" for value in values))

    def onto(self, element: etree._Element) -> Transform | None:
        """Return the transform from an element's user space onto the device; None if it cannot be told."""
        passed: list[etree._Element] = []
        found: Transform | None = self.whole
        at: etree._Element | None = element
        while at is not None and at.getparent() is not None:
            if at in self._known:
                found = self._known[at]
                break
            passed.append(at)
            at = at.getparent()
        for one in reversed(passed):
            own = own_transform(one)
            outside = name_of(one) not in SHAPES and (name_of(one) not in _GROUPS or name_of(one) == "svg")
            found = None if found is None or own is None or outside else found.transform(own)
            self._known[one] = found
        return found

    def _lay_on_device(self, element: etree._Element, above: Transform, onto: Transform) -> bool:
        """Write a shape as it lies on the device; False where its paint would stay behind."""
        if any(self.inheritance.of(element, name).startswith("url(") for name in ("fill", "stroke")):
            return False
        data = outline(element)
        self.left -= len(data)
        pen = SVGPathPen(None)
        try:
            if self.left < 0:
                return False
            _walk(data, TransformPen(pen, onto))
        except (ValueError, TypeError, IndexError, AssertionError):
            return False
        _become_path(element, str(pen.getCommands()), above.inverse())
        return True


def _area(transform: Transform) -> float:
    return float(transform.xx * transform.yy - transform.xy * transform.yx)


def _is_even(transform: Transform) -> bool:
    """Whether a transform turns, moves and scales alike in all directions."""
    xx, xy, yx, yy, _, _ = transform
    size = hypot(xx, xy)
    return abs(size - hypot(yx, yy)) < 1e-4 * size and abs(xx * yx + xy * yy) < 1e-4 * size * size


def _become_path(element: etree._Element, data: str, transform: Transform) -> None:
    for name in ("x", "y", "width", "height", "rx", "ry", "r", "cx", "cy", "x1", "y1", "x2", "y2", "points"):
        element.attrib.pop(name, None)
    forget(element, "transform")
    element.tag = f"{_SVG}path"
    element.set("d", data)
    element.set("transform", f"matrix({' '.join(f'{value:.9g}' for value in transform)})")
