"""CSS of SVG text and paint in the rasteriser's words, where it has any for it: done once the cascade is.

It reads fonts longhand by longhand and in hundreds of weight, takes `currentColor` as SVG writes it, knows
neither `text-transform` nor `text-shadow`, and lights surfaces with colours that are linear already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

from lxml import etree

from ...style.color.css_color import CURRENT_COLOR, parse_color
from ...style.values import value_types as v
from ...style.values.calculation import length_px, number_or_percent
from ...style.values.tokens import Cursor, InvalidValue, UnsupportedValue, resolve, tokenize
from ...style.values.units import Context, Viewport

_CONTEXT = Context(Viewport(300, 150))
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = ("href", "{http://www.w3.org/1999/xlink}href")
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TEXTS = frozenset(("text", "tspan", "textPath"))
_PAINTS = ("fill", "stroke", "stop-color", "flood-color", "lighting-color")
_OPACITIES = ("opacity", "fill-opacity", "stroke-opacity", "stop-opacity", "flood-opacity")
_OWN_COLORS = ("flood-color", "lighting-color")
_SIDES = ("x", "y", "width", "height")
_PLACED_BY_SHARES = frozenset(("feFlood", "feImage"))  # by the rasteriser
_TWO_INPUTS = frozenset(("feBlend", "feComposite", "feDisplacementMap"))
_SYSTEM_COLOR = re.compile(
    r"canvas(?:text)?|linktext|visitedtext|activetext|button(?:face|text|border)|field(?:text)?|highlight(?:text)?"
    r"|selecteditem(?:text)?|mark(?:text)?|graytext|accentcolor(?:text)?",
    re.I,
)
MADE_COLOR = re.compile(
    r"(?:color(?:-mix)?|light-dark|ok(?:lab|lch)|lab|lch|hwb)\(|(?:rgb|hsl)a?\(\s*+from\b", re.I
)
_NUMBER = re.compile(r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?")
_HEX = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", re.I)
_FONT = re.compile(
    r"\s*+((?:(?:normal|italic|oblique|small-caps|bold|bolder|lighter|[1-9]\d{0,3}(?=\s))\s++){0,4}+)"
    r"([\d.]++(?:%|[a-z]++)|(?:xx?-)?(?:small|large)|medium|smaller|larger)"
    r"(?:\s*+/\s*+[^\s,]++)?+\s++(\S.*+)",
    re.I | re.S,
)
_STYLES, _WEIGHTS = ("italic", "oblique"), re.compile(r"bold|bolder|lighter|\d++", re.I)
_MONOSPACE_SIZE = "13px"  # where nothing says one
_MARKER = re.compile(r"""url\(\s*+["']?#([^"')]++)["']?\s*+\)""")
_ARC = re.compile(r"[aA]")  # in path data
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]")
_NEWER_JOINS = ("arcs", "miter-clip")  # not known to Chromium either
_LINES = ("underline", "overline", "line-through")
# What of text it has no words for at all.
_LOST_ON_TEXT = (
    "font-feature-settings",
    "font-variant-numeric",
    "font-variant-ligatures",
    "font-variant-caps",
)


def name_of(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def numbers(text: str) -> list[float]:
    """Return the numbers of a short text."""
    return [float(number) for number in _NUMBER.findall(text[:2_000])]


def length_in(text: str, basis: float) -> float:
    """Return a length in user units, of which percentages are of the basis."""
    value = (numbers(text) or [0.0])[0]
    return value * basis / 100 if text.strip().endswith("%") else value


def reference(element: etree._Element) -> str:
    """Return the id that an element refers to, "" for none."""
    href = next((value for name in _HREF if (value := element.get(name))), "")
    return str(href).strip().removeprefix("#")


def _declarations(element: etree._Element) -> dict[str, str]:
    pairs = (entry.partition(":") for entry in str(element.get("style", "")).split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if value.strip()}


def declared(element: etree._Element, name: str) -> str:
    """Return what an element says of a property, in its style or as an attribute; "" for nothing."""
    style = element.get("style")
    own = _declarations(element).get(name, "") if style and name in style else ""
    return own or str(element.get(name, ""))


class Inheritance:
    """What elements of one document inherit; each is looked for once."""

    def __init__(self) -> None:
        self._known: dict[tuple[etree._Element, str], str] = {}

    def of(self, element: etree._Element, name: str) -> str:
        """Return a property as the nearest element declares it, "" where none does."""
        passed: list[etree._Element] = []
        at: etree._Element | None = element
        value = ""
        while at is not None:
            known = self._known.get((at, name))
            value = declared(at, name) if known is None else known
            if value or known is not None:
                break
            passed.append(at)
            at = at.getparent()
        for one in passed if at is None else (*passed, at):
            self._known[one, name] = value
        return value


def forget(element: etree._Element, *names: str) -> None:
    """Take properties away."""
    for name in names:
        element.attrib.pop(name, None)
    own = _declarations(element)
    if not own.keys().isdisjoint(names):
        kept = ";".join(f"{name}:{value}" for name, value in own.items() if name not in names)
        element.set("style", kept)


def put(element: etree._Element, name: str, value: str) -> None:
    """Declare a property in an element's style, in place of what it said of it."""
    own = _declarations(element)
    own.pop(name, None)
    element.set("style", ";".join(f"{key}:{text}" for key, text in {**own, name: value}.items()))


def say_in_its_words(root: etree._Element, notes: list[str]) -> None:
    """Rewrite, in place, what the rasteriser would not understand; `notes` takes what stays lost."""
    inheritance = Inheritance()
    has_markers = next(root.iter(f"{_SVG}marker"), None) is not None
    for element in list(root.iter(etree.Element)):
        name = name_of(element)
        if element.get("style") or name in _TEXTS:
            _expand_font(element)
            _round_weight(element)
        for paint in _PAINTS:
            if value := declared(element, paint):
                _say_paint(element, paint, value, inheritance)
        for opacity in _OPACITIES:
            if "(" in (value := declared(element, opacity)):
                _say_number(element, opacity, value)
        if (value := declared(element, "offset-path")) and value != "none":
            notes.append(f"'offset-path: {value[:60]}' is not drawn on <{name}>")
        if name == "path" and _ARC.search(element.get("d", "")):
            middle = inheritance.of(element, "marker-mid") or inheritance.of(element, "marker")
            if middle.lower() not in ("", "none"):
                notes.append("'marker-mid' is drawn within arcs too, once for each quarter of them")
        if name in ("feDiffuseLighting", "feSpecularLighting"):
            _light_up(element, inheritance)
        if name == "feDisplacementMap":
            _displace(element)
        if name == "feMorphology":
            notes.append("<feMorphology> reaches a pixel less to the left and to the top than in browsers")
        if name == "feSpotLight" and element.get("limitingConeAngle"):
            notes.append("the edge of a <feSpotLight> with a limitingConeAngle is not smooth")
        if name == "feOffset":
            _stay(element)
        if declared(element, "stroke-linejoin").lower() in _NEWER_JOINS:
            forget(element, "stroke-linejoin")
        if has_markers and (name == "polygon" or (name == "path" and "z" in element.get("d", "").lower())):
            _note_closed(element, name, notes, inheritance)
        if name in _TEXTS:
            _say_text(element, name, notes, inheritance)
        if name == "filter":
            _name_inputs(element, notes)
        if "drop-shadow" in declared(element, "filter"):
            _cast_shadows(element, inheritance)


def _say_paint(element: etree._Element, name: str, value: str, inheritance: Inheritance) -> None:
    """Write a colour that the rasteriser does not know as one that it does."""
    written = "currentColor" if value.lower() == "currentcolor" else ""
    if not written and (_SYSTEM_COLOR.fullmatch(value) or MADE_COLOR.match(value)):
        own = _color_of(element.get("color", "") or inheritance.of(element, "color"))
        try:
            cursor = Cursor(tokenize(value))
            red, green, blue, alpha = resolve(parse_color(cursor), replace(_CONTEXT, color=own))
            cursor.end()
        except (InvalidValue, UnsupportedValue):
            return
        written = f"rgba({round(255 * red)},{round(255 * green)},{round(255 * blue)},{alpha:.4g})"
    if written and written != value:
        forget(element, name)
        put(element, name, written)


def _stay(element: etree._Element) -> None:
    """Make an offset by nothing a step that has a region of its own: the rasteriser takes the one before."""
    if not any(any(numbers(element.get(by, ""))) for by in ("dx", "dy")):
        element.tag = f"{_SVG}feComponentTransfer"


def _note_closed(element: etree._Element, name: str, notes: list[str], inheritance: Inheritance) -> None:
    """Say that markers where a closed outline begins and ends do not look halfway between its two sides."""
    both = inheritance.of(element, "marker")
    places = ["start", "end"]
    if "z" in element.get("d", "").lower().rstrip(
        " z\t\r\n"
    ):  # more follows, whose corners are in the middle
        places.append("mid")
    ends = {inheritance.of(element, f"marker-{place}") or both for place in places}
    drawn = {url[1] for value in ends if (url := _MARKER.match(value))}
    if not drawn:
        return
    root = element.getroottree().getroot()
    markers = (one for one in root.iter(f"{_SVG}marker") if one.get("id") in drawn)
    if any(one.get("orient", "").startswith("auto") for one in markers):
        notes.append(f"markers where a <{name}> closes look along one of its sides alone")


def _say_number(element: etree._Element, name: str, value: str) -> None:
    cursor = Cursor(tokenize(value))
    try:
        found = resolve(number_or_percent(cursor), _CONTEXT)
        cursor.end()
    except (InvalidValue, UnsupportedValue):
        return
    forget(element, name)
    put(element, name, f"{found:.6g}")


def _name_inputs(holder: etree._Element, notes: list[str]) -> None:
    """Say what a primitive's second input is where it does not: the result before (Filter Effects 1 §9.2).

    Nothing is displaced by what has the colour of the page (§13.4).
    """
    before = "SourceGraphic"
    tainted: set[str] = set()
    shares = holder.get("primitiveUnits") == "objectBoundingBox"
    for index, primitive in enumerate(holder.iterchildren(etree.Element)):
        name = name_of(primitive)
        if name in _TWO_INPUTS and not primitive.get("in2"):
            primitive.set("in2", before)
        if name == "feDisplacementMap" and primitive.get("in2") in tainted:
            primitive.tag, name = f"{_SVG}feOffset", "feOffset"
            del primitive.attrib["in2"]
        sources = [primitive, *primitive.iterchildren(f"{_SVG}feMergeNode")]
        inputs = {one.get(key, before) for one in sources for key in ("in", "in2")}
        before = primitive.get("result") or f"emblazon-{index}"
        primitive.set("result", before)
        own = any(declared(primitive, color).lower() == "currentcolor" for color in _OWN_COLORS)
        (tainted.add if own or inputs & tainted else tainted.discard)(before)
        if shares and name not in _PLACED_BY_SHARES and any(primitive.get(side) for side in _SIDES):
            notes.append(f"the part of its filter that <{name}> is in, as shares of the box, is not drawn so")


def _displace(element: etree._Element) -> None:
    """Give a displacement the map that the rasteriser needs: it multiplies by its scale twice, and by alpha.

    What the map says of x and y comes opaque in red and green, turned over where the scale is below zero.
    """
    holder = element.getparent()
    if holder is None:
        return
    scale = (numbers(element.get("scale", "")) or [0.0])[0]
    name = f"emblazon-map-{len(holder)}"
    slope, above = ("-1", "1") if scale < 0 else ("1", "0")
    rows: list[str] = []
    for axis, channel in (("x", "R"), ("y", "G")):
        chosen = element.get(f"{axis}ChannelSelector", "A")
        rows += [*(slope if one == chosen else "0" for one in "RGBA"), above]
        element.set(f"{axis}ChannelSelector", channel)
    told = etree.Element(f"{_SVG}feColorMatrix", {"in": element.get("in2", ""), "result": name})
    told.set("values", " ".join((*rows, "0 0 0 0 0 0 0 0 0 1")))
    element.addprevious(told)
    element.set("in2", name)
    element.set("scale", f"{sqrt(abs(scale)):.9g}")


def _expand_font(element: etree._Element) -> None:
    """Write the `font` shorthand as its longhands; those that are declared beside it win."""
    match = _FONT.fullmatch(_declarations(element).get("font", "")[:1_000])
    if match is None:
        return
    before = match[1].lower().split()
    own = _declarations(element)
    del own["font"]
    longhands = {
        "font-style": next((word for word in before if word in _STYLES), "normal"),
        "font-variant": "small-caps" if "small-caps" in before else "normal",
        "font-weight": next((word for word in before if _WEIGHTS.fullmatch(word)), "normal"),
        "font-size": match[2],
        "font-family": match[3],
    }
    element.set("style", ";".join(f"{name}:{value}" for name, value in {**longhands, **own}.items()))


def _round_weight(element: etree._Element) -> None:
    weight = declared(element, "font-weight")
    if weight.isdecimal() and len(weight) < 5 and int(weight) % 100:
        put(element, "font-weight", str(min(900, max(100, round(int(weight) / 100) * 100))))


def _light_up(element: etree._Element, inheritance: Inheritance) -> None:
    """Make the colour of light linear, where the filter computes with linear light: it does unless told."""
    if inheritance.of(element, "color-interpolation-filters").lower() == "srgb":
        return
    match = _HEX.fullmatch(_hex(declared(element, "lighting-color") or "#ffffff"))
    if match is not None:
        levels = (int(part, 16) / 255 for part in match.groups())
        linear = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in levels)
        forget(element, "lighting-color")
        put(element, "lighting-color", "#" + "".join(f"{round(255 * x):02x}" for x in linear))


def _hex(color: str) -> str:
    color = color.strip()
    if len(color) == 4 and color[0] == "#":
        return "#" + "".join(2 * digit for digit in color[1:])
    return color


def _say_text(element: etree._Element, name: str, notes: list[str], inheritance: Inheritance) -> None:
    said = ((lost, declared(element, lost).lower()) for lost in _LOST_ON_TEXT)
    notes += [
        f"'{lost}: {value[:60]}' is not drawn on <{name}>"
        for lost, value in said
        if value not in ("", "normal")
    ]
    if "small-caps" in (caps := declared(element, "font-variant").lower()):
        notes.append(f"'font-variant: {caps[:60]}' is not drawn on <{name}>")
    if declared(element, "font-variant"):
        forget(element, "font-variant")
    decoration = declared(element, "text-decoration").lower()
    if lost_words := [word for word in ("wavy", "dotted", "dashed", "double") if word in decoration]:
        notes.append(f"'text-decoration: {lost_words[0]}' is drawn as a plain line on <{name}>")
    elif any(line in f"{decoration} {declared(element, 'text-decoration-line').lower()}" for line in _LINES):
        notes.append(f"'text-decoration' on <{name}> is drawn where and as wide as its font says")
    if (shift := declared(element, "baseline-shift").lower()) in ("super", "sub"):
        notes.append(f"'baseline-shift: {shift}' is not drawn as far from the line on <{name}>")
    spaced = element.get("lengthAdjust", "spacing") == "spacing" and element.get("textLength")
    if spaced and inheritance.of(element, "text-anchor").lower() in ("middle", "end"):
        notes.append(
            f"'textLength' is drawn a little to the left on a <{name}> that is not anchored at its start"
        )
    if name == "textPath":
        _lead(element, notes)
    if _is_monospace(element, name, inheritance):
        put(element, "font-size", _MONOSPACE_SIZE)
    if declared(element, "white-space").lower() in ("pre", "pre-wrap", "break-spaces"):
        element.set(_XML_SPACE, "preserve")
    change = inheritance.of(element, "text-transform").lower()
    if change in ("uppercase", "lowercase", "capitalize"):
        _change_case(element, change)
    shadow = declared(element, "text-shadow")
    if shadow and shadow.lower() != "none" and not _cast(element, name, shadow, inheritance):
        notes.append(f"'text-shadow: {shadow[:60]}' is not drawn on <{name}>")
    if shadow:
        forget(element, "text-shadow")


def _is_monospace(element: etree._Element, name: str, inheritance: Inheritance) -> bool:
    """Whether a text has no size and the generic family whose default one is smaller."""
    family = inheritance.of(element, "font-family") if name == "text" else declared(element, "font-family")
    return family.strip().lower() == "monospace" and not inheritance.of(element, "font-size")


def _lead(element: etree._Element, notes: list[str]) -> None:
    """Give a text that brings its own path one that it refers to."""
    if element.get("side", "left") == "right":
        notes.append("'side: right' is not drawn on <textPath>")
    data = element.get("path")
    if data and not reference(element):
        root = element.getroottree().getroot()
        name = f"emblazon-path-{len(root)}"
        holder = etree.SubElement(root, f"{_SVG}defs")
        etree.SubElement(holder, f"{_SVG}path", {"id": name, "d": data})
        element.set("href", f"#{name}")


def _change_case(element: etree._Element, change: str) -> None:
    """Write an element's own text, and what follows its children, in other letters."""

    def changed(text: str | None) -> str | None:
        if not text:
            return text
        if change == "capitalize":
            return _WORD.sub(lambda match: match[0].upper(), text)
        return text.upper() if change == "uppercase" else text.lower()

    element.text = changed(element.text)
    for child in element:
        child.tail = changed(child.tail)


_STEPS = re.compile(r"(?:\s*+(?:drop-shadow|blur)\((?:[^()]|\([^()]*+\))*+\))++\s*+", re.I)
_ONE_STEP = re.compile(r"(drop-shadow|blur)\(((?:[^()]|\([^()]*+\))*+)\)", re.I)
# How far a filter reaches: the picture's edges end it anyway.
_AROUND = {"x": "-500%", "y": "-500%", "width": "1100%", "height": "1100%"}


def _cast(element: etree._Element, name: str, shadow: str, inheritance: Inheritance) -> bool:
    """Draw the one shadow of a text as a filter does; False where that is not possible."""
    if name != "text" or declared(element, "filter") or "," in re.sub(r"\([^()]*+\)", "", shadow):
        return False
    cast = _shadow(element, shadow, inheritance)
    if cast is None:
        return False
    _filter_by(element, [(*cast[:2], cast[2] / 2, cast[3])])
    return True


def _cast_shadows(element: etree._Element, inheritance: Inheritance) -> None:
    """Write `filter: drop-shadow()` as an element: of its colours the rasteriser knows few, and dims them."""
    text = declared(element, "filter")
    if _STEPS.fullmatch(text[:1_000]):
        steps = [
            _shadow(element, inside, inheritance) if name.lower() != "blur" else _blur(inside)
            for name, inside in _ONE_STEP.findall(text)
        ]
        if None not in steps:
            _filter_by(element, [step for step in steps if step is not None])


Shadow = tuple[float, float, float, v.Color]


def _blur(text: str) -> float | None:
    cursor = Cursor(tokenize(text))
    try:
        found = resolve(length_px(cursor, 0), _CONTEXT) if not cursor.done else 0.0
        cursor.end()
    except (InvalidValue, UnsupportedValue):
        return None
    return found


def _shadow(element: etree._Element, text: str, inheritance: Inheritance) -> Shadow | None:
    """Return offsets, blur and colour of a shadow; None of what is none."""
    lengths: list[float] = []
    color: v.Color | None = None
    cursor = Cursor(tokenize(text))
    try:
        while not cursor.done:
            token = cursor.peek()
            if token is not None and token.type in ("dimension", "number"):
                lengths.append(resolve(length_px(cursor), _CONTEXT))
            else:
                value = parse_color(cursor)
                color = None if value is CURRENT_COLOR else resolve(value, _CONTEXT)
    except (InvalidValue, UnsupportedValue):
        return None
    if len(lengths) not in (2, 3):
        return None
    if color is None:
        color = _color_of(inheritance.of(element, "color"))
    x, y, blur = (*lengths, 0.0)[:3]
    return x, y, blur, color


def _color_of(text: str) -> v.Color:
    try:
        return resolve(parse_color(Cursor(tokenize(text or "black"))), _CONTEXT)
    except (InvalidValue, UnsupportedValue):
        return v.BLACK


def _filter_by(element: etree._Element, steps: Sequence[Shadow | float]) -> None:
    """Write a filter of shadows and deviations of blurs."""
    root = element.getroottree().getroot()
    name = f"emblazon-shadow-{len(root)}"
    holder = etree.SubElement(
        root, f"{_SVG}filter", {"id": name, "color-interpolation-filters": "sRGB", **_AROUND}
    )

    def add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
        return etree.SubElement(parent, f"{_SVG}{tag}", attributes)

    before = "SourceGraphic"
    for index, step in enumerate(steps):
        if isinstance(step, float):
            blurred = add(holder, "feGaussianBlur", stdDeviation=f"{step:g}", result=f"both{index}")
            blurred.set("in", before)
            before = f"both{index}"
            continue
        x, y, deviation, (red, green, blue, alpha) = step
        color = f"rgb({round(255 * red)},{round(255 * green)},{round(255 * blue)})"
        # `feDropShadow` takes its colour for linear whatever it is told.
        blur = add(holder, "feGaussianBlur", stdDeviation=f"{max(0.0, deviation):g}")
        blur.set("in", before)
        add(holder, "feOffset", dx=f"{x:g}", dy=f"{y:g}", result=f"place{index}")
        flood = add(holder, "feFlood")
        flood.set("flood-color", color)
        flood.set("flood-opacity", f"{alpha:g}")
        add(holder, "feComposite", in2=f"place{index}", operator="in", result=f"cast{index}")
        merge = add(holder, "feMerge", result=f"both{index}")
        for layer in (f"cast{index}", before):
            add(merge, "feMergeNode").set("in", layer)
        before = f"both{index}"
    forget(element, "filter")
    element.set("filter", f"url(#{name})")
