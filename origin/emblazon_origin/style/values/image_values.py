"""<image>: url(), image-set(), gradients; and how URLs resolve.

Gradients of CSS Images 4 §3.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from ..color.css_color import (
    CURRENT_COLOR,
    interpolation_space,
    is_color_start,
    parse_space_color,
    to_wide_color,
)
from ..color.spaces import SpaceColor, missing_channels
from . import value_types as v
from .calculation import angle, length, parse_term, resolution
from .positions import HORIZONTAL, VERTICAL, is_length, position
from .terms import finite
from .tokens import (  # fmt: skip
    Cursor,
    Deferred,
    InvalidValue,
    Specified,
    Token,
    UnsupportedValue,
    lift,
    lift_tuple,
    split_commas,
    unexpected,
)
from .units import Context

_Options = dict[str, object]  # fields of a gradient, specified

# Interpolation of these spaces is that of the space on the right.
_SPACES = {"xyz-d65": "xyz", "xyz-d50": "xyz", "display-p3-linear": "srgb-linear"}

_MODERN_COLORS = frozenset({"lab", "lch", "oklab", "oklch", "color", "color-mix"})
_OLDER_COLORS = frozenset({"rgb", "rgba", "hsl", "hsla", "hwb"})

GRADIENTS = {
    f"{prefix}{repeating}{kind}-gradient": (kind, bool(repeating), bool(prefix))
    for kind in ("linear", "radial", "conic")
    for repeating in ("", "repeating-")
    for prefix in ("", *(("-webkit-",) if kind != "conic" else ()))
}


def resolve_url(href: str, base: str) -> str:
    """Return `href` against a base URL or directory path; data URLs and fragments stay as they are."""
    href = href.strip()
    if not href or href.startswith(("data:", "#")) or urlsplit_scheme(href):
        return href
    if urlsplit_scheme(base):
        return urljoin(base, href)
    if href.startswith("//"):
        return "https:" + href
    if href.startswith("/") or not base:
        return href
    return base.rstrip("/") + "/" + href


def base_of(href: str) -> str:
    """Return what URLs inside the file at `href` resolve against: its URL, or its directory."""
    if urlsplit_scheme(href):
        return href
    return href.rsplit("/", 1)[0] if "/" in href else ""


def urlsplit_scheme(href: str) -> str:
    """Return the scheme of a URL, empty for a path (or for something that is no URL)."""
    try:
        scheme = urlsplit(href).scheme
    except ValueError:
        return ""
    return scheme if len(scheme) > 1 else ""


def url_token(token: Token) -> str | None:
    """Return the text of `url(...)`, or None."""
    if token.type == "url":
        return str(token.value)
    if token.type == "function" and token.lower_name in ("url", "src"):
        parts = [t for t in token.arguments if t.type not in ("whitespace", "comment")]
        if len(parts) == 1 and parts[0].type == "string":  # no modifiers, as in Chromium
            return str(parts[0].value)
    return None


def image(cursor: Cursor) -> Specified[v.Image]:
    """Read an <image>; URLs resolve when the element's context gives the base."""
    token = cursor.next()
    href = url_token(token)
    if href is not None:
        return _url(href)
    if token.type == "function":
        name = token.lower_name
        if name in ("image-set", "-webkit-image-set"):
            return _image_set(token)
        if name in GRADIENTS:
            return gradient(token, name)
        if name in ("cross-fade", "-webkit-cross-fade", "element", "paint", "image", "-webkit-gradient"):
            raise UnsupportedValue(f"{token.name}() images are not drawn")
    unexpected(token)


def _url(href: str) -> Deferred[v.Image]:
    return Deferred(lambda c: v.Url(resolve_url(href, c.base)))


def _density(cursor: Cursor) -> float:
    is_literal = (token := cursor.peek()) is None or token.type != "function"
    value = resolution(cursor)
    if isinstance(value, Deferred):
        raise InvalidValue("the resolution of an image depends on no element")
    if value < 0 and is_literal:
        raise InvalidValue("the resolution of an image is not negative")
    return max(value, 0.0)


def _image_set(token: Token) -> Deferred[v.Image]:
    """CSS Images 4 §3.4: the candidate nearest above the device's pixel ratio."""
    options: list[tuple[float, Specified[v.Image]]] = []
    for part in split_commas(token.arguments):
        cursor = Cursor(part)
        first = cursor.peek()
        if first is not None and first.type == "string":
            href = str(cursor.next().value)
            source: Specified[v.Image] = _url(href)
        else:
            source = image(cursor)
        density = 1.0
        known = True
        while not cursor.done:
            if (type_ := cursor.function("type")) is not None:
                known = _known_type(type_)
            else:
                density = _density(cursor)
        if known:
            options.append((density, source))
    if not options:
        raise InvalidValue("no usable image in image-set()")
    options.sort(key=lambda option: option[0])

    last = options[-1]

    def choose(c: Context) -> v.Image:
        density, source = next((option for option in options if option[0] >= c.viewport.dpr), last)
        if density == 0:
            return _NOTHING
        return source.fn(c) if isinstance(source, Deferred) else source

    return Deferred(choose)


# What an image of no resolution is drawn as: it has no size.
_NOTHING = v.LinearGradient(stops=(v.ColorStop(v.TRANSPARENT),))

KNOWN_TYPES = frozenset((
    "image/png", "image/jpeg", "image/webp", "image/avif", "image/gif", "image/svg+xml",
))  # fmt: skip


def _known_type(token: Token) -> bool:
    types = [t.value for t in token.arguments if t.type == "string"]
    return bool(types) and types[0].lower() in KNOWN_TYPES


def gradient(token: Token, name: str) -> Specified[v.Gradient]:
    """Return the gradient of a function token; `name` is a key of `GRADIENTS`."""
    kind, repeating, prefixed = GRADIENTS[name]
    parts = split_commas(token.arguments)
    options: _Options = {}
    if prefixed:
        options, parts = _PREFIXED_HEADS[kind](parts)
    elif not _starts_stop(head := Cursor(parts[0])):
        options = _HEADS[kind](head)
        head.end()
        parts = parts[1:]
    if "space" not in options and any(_is_modern(token) for part in parts for token in part):
        options["space"] = "oklab"
    stops = _stops(parts, kind == "conic", str(options.get("space", "srgb")))
    build = _BUILDERS[kind]
    fields = lift_tuple(options.values())
    return lift(
        lambda stops, values: build(
            stops=stops, repeating=repeating, **dict(zip(options, values, strict=True))
        ),
        stops,
        fields,
    )


_BUILDERS: dict[str, Callable[..., v.Gradient]] = {
    "linear": v.LinearGradient,
    "radial": v.RadialGradient,
    "conic": v.ConicGradient,
}


def _is_modern(token: Token) -> bool:
    """True for colours that interpolate in Oklab unless a space is named (CSS Color 4 §12.1)."""
    if token.type != "function":
        return False
    return token.lower_name in _MODERN_COLORS or (
        token.lower_name in _OLDER_COLORS and any(_is_none(part) for part in token.arguments)
    )


def _is_none(token: Token) -> bool:
    return token.type == "ident" and token.lower_value == "none"


def _starts_stop(cursor: Cursor) -> bool:
    return is_color_start(cursor.peek())


def _space(cursor: Cursor, options: _Options) -> None:
    found = interpolation_space(cursor)
    if found is not None:
        options["space"] = _SPACES.get(found[0], found[0])
        options["hue"] = found[1]


def _linear_head(cursor: Cursor) -> _Options:
    options: _Options = {}
    _space(cursor, options)
    if cursor.keyword("to"):
        options.update(_corner(cursor))
    elif is_length(cursor.peek()):
        options["angle"] = angle(cursor)
    if "space" not in options:
        _space(cursor, options)
    return options


def _corner(cursor: Cursor) -> _Options:
    sides = [s for s in (cursor.keyword(*HORIZONTAL, *VERTICAL) for _ in range(2)) if s is not None]
    horizontal = [s for s in sides if s in HORIZONTAL]
    vertical = [s for s in sides if s in VERTICAL]
    if not sides or len(horizontal) > 1 or len(vertical) > 1:
        raise InvalidValue("expected a side or corner after 'to'")
    if horizontal and vertical:
        return {"corner": (horizontal[0], vertical[0])}
    return {"angle": {"top": 0.0, "right": 90.0, "bottom": 180.0, "left": 270.0}[sides[0]]}


_EXTENTS = ("closest-side", "closest-corner", "farthest-side", "farthest-corner")


def _radial_head(cursor: Cursor) -> _Options:
    options: _Options = {}
    _space(cursor, options)
    shape: object
    radii: list[Specified[v.Length]] = []
    while not cursor.done:
        if (shape := cursor.keyword("circle", "ellipse")) is not None and "shape" not in options:
            options["shape"] = shape
        elif (extent := cursor.keyword(*_EXTENTS)) is not None and "extent" not in options:
            options["extent"] = extent
        elif is_length(cursor.peek()) and len(radii) < 2:
            radii.append(length(cursor, 0))
        else:
            break
    if radii:
        if "extent" in options:
            raise InvalidValue("a gradient takes a size keyword or radii, not both")
        shape = options.get("shape", "circle" if len(radii) == 1 else "ellipse")
        if (shape == "circle") != (len(radii) == 1):
            raise InvalidValue("a circle takes one radius, an ellipse two")
        if shape == "circle" and isinstance(radii[0], v.Length) and not radii[0].is_absolute:
            raise InvalidValue("the radius of a circle is not a percentage")
        options["shape"] = shape
        options["radii"] = lift_tuple(radii if len(radii) == 2 else radii * 2)
    if cursor.keyword("at"):
        options["center"] = position(cursor)
    if "space" not in options:
        _space(cursor, options)
    return options


def _conic_head(cursor: Cursor) -> _Options:
    options: _Options = {}
    _space(cursor, options)
    if cursor.keyword("from"):
        options["angle"] = angle(cursor)
    if cursor.keyword("at"):
        options["center"] = position(cursor)
    if "space" not in options:
        _space(cursor, options)
    return options


_HEADS = {"linear": _linear_head, "radial": _radial_head, "conic": _conic_head}


# --- with a prefix (Compatibility Standard §5.1): where a line begins, angles from the right ---


def _prefixed_linear_head(parts: list[list[Token]]) -> tuple[_Options, list[list[Token]]]:
    head = Cursor(parts[0])
    if _starts_stop(head):
        return {}, parts
    if is_length(head.peek()):
        options: _Options = {"angle": lift(lambda degrees: 90.0 - degrees, angle(head))}
    else:
        options = _corner(head)
        if "corner" in options:
            raise UnsupportedValue("from corner to corner, with a prefix, is not drawn; write 'to <corner>'")
        options["angle"] = (float(options["angle"]) + 180.0) % 360.0  # type: ignore[arg-type]  # of a side
    head.end()
    return options, parts[1:]


def _prefixed_radial_head(parts: list[list[Token]]) -> tuple[_Options, list[list[Token]]]:
    options: _Options = {}
    head = Cursor(parts[0])
    if (center := head.attempt(position)) is not None and head.done:
        options["center"], parts = center, parts[1:]
    if not parts or _starts_stop(head := Cursor(parts[0])):
        return options, parts
    while not head.done:
        if (shape := head.keyword("circle", "ellipse")) is not None and "shape" not in options:
            options["shape"] = shape
        elif (extent := head.keyword(*_EXTENTS, "contain", "cover")) is not None and "extent" not in options:
            options["extent"] = _OLD_EXTENTS.get(extent, extent)
        elif "shape" not in options and "extent" not in options:
            options["shape"], options["radii"] = "ellipse", lift_tuple([length(head, 0), length(head, 0)])
        else:
            break
    head.end()
    return options, parts[1:]


_OLD_EXTENTS = {"contain": "closest-side", "cover": "farthest-corner"}
_PREFIXED_HEADS = {"linear": _prefixed_linear_head, "radial": _prefixed_radial_head}


def _stop_color(cursor: Cursor, space: str) -> Specified[v.ColorStop]:
    """Read a colour that is mixed with others before it is clipped, and what it leaves to them."""
    value = parse_space_color(cursor)
    if value is CURRENT_COLOR:
        return lift(v.ColorStop, CURRENT_COLOR)

    def stop(color: SpaceColor | v.Color) -> v.ColorStop:
        missing = missing_channels(color, space) if isinstance(color, SpaceColor) else ()
        return v.ColorStop(to_wide_color(color), missing=missing)

    return lift(stop, value)


def _stops(parts: list[list[Token]], conic: bool, space: str) -> Specified[tuple[v.ColorStop, ...]]:
    stops: list[Specified[v.ColorStop]] = []
    hinted = False
    for index, part in enumerate(parts):
        cursor = Cursor(part)
        offset = _stop_position(cursor, conic)
        if cursor.done and offset is not None:
            if index == 0 or index == len(parts) - 1 or hinted:
                raise InvalidValue("a colour hint stands between two colour stops")
            stops.append(lift(lambda p: v.ColorStop(v.BLACK, p, True), offset))
            hinted = True
            continue
        hinted = False
        color = _stop_color(cursor, space)
        offsets: list[Specified[v.Length | None]] = [offset] if offset is not None else []
        while (more := _stop_position(cursor, conic)) is not None:
            offsets.append(more)
        cursor.end()
        if len(offsets) > 2:
            raise InvalidValue("a colour stop takes at most two positions")
        if not offsets:
            offsets.append(None)
        stops += [lift(lambda stop, at: stop._replace(position=at), color, one) for one in offsets]
    if not stops:
        raise InvalidValue("a gradient takes colour stops")
    return lift_tuple(stops)


def _stop_position(cursor: Cursor, conic: bool) -> Specified[v.Length] | None:
    token = cursor.peek()
    if not is_length(token) or token is None:
        return None
    if not conic:
        return length(cursor)
    term = parse_term(cursor.next(), percent_as="angle")
    zero = token.type == "number" and token.value == 0
    if term.type != "angle" and not zero:
        raise InvalidValue("a stop of a conic gradient is an angle or a percentage")
    degrees, full = finite(term.fn(None, 0.0)), finite(term.fn(None, 1.0))
    return v.Length(degrees, full - degrees)
