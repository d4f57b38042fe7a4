"""<image> and <position>: url(), image-set() and the gradients of CSS Images 4."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

from . import values as v
from .calculation import angle, is_math, length, parse_term, resolution
from .colors import interpolation_space, is_color_start, parse_color
from .tokens import (
    Cursor,
    Deferred,
    InvalidValue,
    Token,
    UnsupportedValue,
    lift,
    lift_tuple,
    split_commas,
    unexpected,
)  # fmt: skip

_KEYWORD_POSITIONS = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}
_HORIZONTAL, _VERTICAL = ("left", "right"), ("top", "bottom")
# Interpolation of these spaces is that of the space on the right.
_SPACES = {"xyz-d65": "xyz", "xyz-d50": "xyz", "display-p3-linear": "srgb-linear"}


def _is_length(token: Token | None) -> bool:
    return token is not None and (token.type in ("number", "percentage", "dimension") or is_math(token))


def _from_end(offset: v.Length) -> v.Length:
    if offset.func is not None:
        func = offset.func
        return v.Length(func=lambda basis: basis - func(basis))
    return v.Length(-offset.px, 1.0 - offset.pct)


def position(cursor: Cursor, three: bool = False) -> Any:
    """Read a <position> as `Position`; `three` allows the three values of <bg-position>."""
    parts: list[tuple[str | None, Any]] = []
    while len(parts) < 4:
        name = cursor.keyword(*_KEYWORD_POSITIONS)
        if name is not None:
            parts.append((name, None))
        elif _is_length(cursor.peek()):
            parts.append((None, length(cursor)))
        else:
            break
    if not parts or (len(parts) == 3 and not three):
        unexpected(cursor.peek())
    return _position(parts)


def _single(part: tuple[str | None, Any]) -> Any:
    name, offset = part
    return v.Length(pct=_KEYWORD_POSITIONS[name]) if name is not None else offset


def _position(parts: list[tuple[str | None, Any]]) -> Any:
    if len(parts) == 1:
        name = parts[0][0]
        if name in _VERTICAL:
            return v.Position(v.HALF, _single(parts[0]))
        return lift(v.Position, _single(parts[0]), v.HALF)
    if len(parts) == 2:
        first, second = parts
        if first[0] in _VERTICAL or second[0] in _HORIZONTAL:
            if first[0] is None or second[0] is None:
                raise InvalidValue("a length cannot precede 'left' or follow 'top' in a position")
            first, second = second, first
        if first[0] in _VERTICAL or second[0] in _HORIZONTAL:
            raise InvalidValue("a position names one axis twice")
        return lift(v.Position, _single(first), _single(second))
    return _edges(parts)


def _edges(parts: list[tuple[str | None, Any]]) -> Any:
    """`right 10px top 5%`, with an offset missing at most once."""
    x: Any = None
    y: Any = None
    i = 0
    centers = 0
    while i < len(parts):
        name = parts[i][0]
        if name is None:
            raise InvalidValue("an offset in a position follows a side")
        i += 1
        offset: Any = v.ZERO
        if i < len(parts) and parts[i][0] is None:
            if name == "center":
                raise InvalidValue("'center' takes no offset")
            offset = parts[i][1]
            i += 1
        if name == "center":
            centers += 1
            continue
        value = lift(_from_end, offset) if name in ("right", "bottom") else offset
        if name in _HORIZONTAL:
            if x is not None:
                raise InvalidValue("a position names one axis twice")
            x = value
        else:
            if y is not None:
                raise InvalidValue("a position names one axis twice")
            y = value
    if (x is None) + (y is None) != centers:
        raise InvalidValue("a position takes one offset for each axis")
    return lift(v.Position, v.HALF if x is None else x, v.HALF if y is None else y)


def axis_position(cursor: Cursor, vertical: bool) -> Any:
    """Read one component of `background-position-x|y` as `Length`."""
    near, far = _VERTICAL if vertical else _HORIZONTAL
    if cursor.keyword("center"):
        return v.HALF
    side = cursor.keyword(near, far)
    if not _is_length(cursor.peek()):
        if side is None:
            unexpected(cursor.peek())
        return v.Length(pct=_KEYWORD_POSITIONS[side])
    offset = length(cursor)
    return lift(_from_end, offset) if side == far else offset


# --- images ---------------------------------------------------------------------------------------


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
        strings = [t for t in token.arguments if t.type == "string"]
        if len(strings) >= 1:
            return str(strings[0].value)
    return None


def image(cursor: Cursor) -> Any:
    """Read an <image>; URLs resolve when the element's context gives the base."""
    token = cursor.next()
    href = url_token(token)
    if href is not None:
        return Deferred(lambda c: v.Url(resolve_url(href, c.base)))
    if token.type == "function":
        name = token.lower_name
        if name in ("image-set", "-webkit-image-set"):
            return _image_set(token)
        if name in GRADIENTS:
            return _gradient(token, name)
        if name in ("cross-fade", "-webkit-cross-fade", "element", "paint", "image", "-webkit-gradient"):
            raise UnsupportedValue(f"{token.name}() images are not drawn")
    unexpected(token)


def _image_set(token: Any) -> Any:
    """CSS Images 4 §3.4: the candidate nearest above the device's pixel ratio."""
    options: list[tuple[float, Any]] = []
    for part in split_commas(token.arguments):
        cursor = Cursor(part)
        first = cursor.peek()
        if first is not None and first.type == "string":
            href = str(cursor.next().value)
            source: Any = Deferred(lambda c, href=href: v.Url(resolve_url(href, c.base)))  # type: ignore[misc]
        else:
            source = image(cursor)
        density, known = 1.0, True
        while not cursor.done:
            if (type_ := cursor.function("type")) is not None:
                known = _known_type(type_)
            else:
                density = resolution(cursor)
        if known:
            options.append((density, source))
    if not options:
        raise InvalidValue("no usable image in image-set()")
    options.sort(key=lambda option: option[0])

    def choose(c: Any) -> Any:
        source = next((s for d, s in options if d >= c.viewport.dpr), options[-1][1])
        return source.fn(c) if isinstance(source, Deferred) else source

    return Deferred(choose)


KNOWN_TYPES = frozenset((
    "image/png", "image/jpeg", "image/webp", "image/avif", "image/gif", "image/svg+xml",
))  # fmt: skip


def _known_type(token: Any) -> bool:
    types = [t.value for t in token.arguments if t.type == "string"]
    return bool(types) and types[0].lower() in KNOWN_TYPES


GRADIENTS = {
    f"{prefix}{repeating}{kind}-gradient": (kind, bool(repeating), bool(prefix))
    for kind in ("linear", "radial", "conic")
    for repeating in ("", "repeating-")
    for prefix in ("", "-webkit-", "-moz-")
}


def _gradient(token: Any, name: str) -> Any:
    kind, repeating, prefixed = GRADIENTS[name]
    if prefixed:
        if kind == "conic":
            raise InvalidValue(f"unknown function {token.name}()")
        raise UnsupportedValue(f"{token.name}() is not drawn; write {kind}-gradient()")
    parts = split_commas(token.arguments)
    head = Cursor(parts[0])
    options: dict[str, Any] = {}
    if not _starts_stop(head):
        options = _HEADS[kind](head)
        head.end()
        parts = parts[1:]
    stops = _stops(parts, kind == "conic")
    build = _BUILDERS[kind]
    names = tuple(options)
    return lift(
        lambda stops, *values: build(
            stops=stops, repeating=repeating, **dict(zip(names, values, strict=True))
        ),
        stops,
        *options.values(),
    )


_BUILDERS: dict[str, Any] = {
    "linear": v.LinearGradient,
    "radial": v.RadialGradient,
    "conic": v.ConicGradient,
}


def _starts_stop(cursor: Cursor) -> bool:
    return is_color_start(cursor.peek())


def _space(cursor: Cursor, options: dict[str, Any]) -> None:
    found = interpolation_space(cursor)
    if found is not None:
        options["space"] = _SPACES.get(found[0], found[0])
        options["hue"] = found[1]


def _linear_head(cursor: Cursor) -> dict[str, Any]:
    options: dict[str, Any] = {}
    _space(cursor, options)
    if cursor.keyword("to"):
        options.update(_corner(cursor))
    elif _is_length(cursor.peek()):
        options["angle"] = angle(cursor)
    if "space" not in options:
        _space(cursor, options)
    return options


def _corner(cursor: Cursor) -> dict[str, Any]:
    sides = [s for s in (cursor.keyword(*_HORIZONTAL, *_VERTICAL) for _ in range(2)) if s is not None]
    horizontal = [s for s in sides if s in _HORIZONTAL]
    vertical = [s for s in sides if s in _VERTICAL]
    if not sides or len(horizontal) > 1 or len(vertical) > 1:
        raise InvalidValue("expected a side or corner after 'to'")
    if horizontal and vertical:
        return {"corner": (horizontal[0], vertical[0])}
    return {"angle": {"top": 0.0, "right": 90.0, "bottom": 180.0, "left": 270.0}[sides[0]]}


_EXTENTS = ("closest-side", "closest-corner", "farthest-side", "farthest-corner")


def _radial_head(cursor: Cursor) -> dict[str, Any]:
    options: dict[str, Any] = {}
    _space(cursor, options)
    radii: list[Any] = []
    while not cursor.done:
        if (shape := cursor.keyword("circle", "ellipse")) is not None and "shape" not in options:
            options["shape"] = shape
        elif (extent := cursor.keyword(*_EXTENTS)) is not None and "extent" not in options:
            options["extent"] = extent
        elif _is_length(cursor.peek()) and len(radii) < 2:
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


def _conic_head(cursor: Cursor) -> dict[str, Any]:
    options: dict[str, Any] = {}
    _space(cursor, options)
    if cursor.keyword("from"):
        options["angle"] = angle(cursor)
    if cursor.keyword("at"):
        options["center"] = position(cursor)
    if "space" not in options:
        _space(cursor, options)
    return options


_HEADS = {"linear": _linear_head, "radial": _radial_head, "conic": _conic_head}


def _stops(parts: list[list[Token]], conic: bool) -> Any:
    stops: list[Any] = []
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
        color = parse_color(cursor)
        offsets = [offset] if offset is not None else []
        while (more := _stop_position(cursor, conic)) is not None:
            offsets.append(more)
        cursor.end()
        if len(offsets) > 2:
            raise InvalidValue("a colour stop takes at most two positions")
        stops += [lift(v.ColorStop, color, one) for one in offsets or [None]]
    if not stops:
        raise InvalidValue("a gradient takes colour stops")
    return lift_tuple(stops)


def _stop_position(cursor: Cursor, conic: bool) -> Any:
    token = cursor.peek()
    if not _is_length(token) or token is None:
        return None
    if not conic:
        return length(cursor)
    term = parse_term(cursor.next(), percent_as="angle")
    zero = token.type == "number" and token.value == 0
    if term.type != "angle" and not zero:
        raise InvalidValue("a stop of a conic gradient is an angle or a percentage")
    degrees, full = term.fn(None, 0.0), term.fn(None, 1.0)
    return v.Length(degrees, full - degrees)
