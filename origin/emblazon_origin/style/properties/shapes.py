"""Basic shapes, transforms and filter functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias, TypeVar

from ..values import value_types as v
from ..values.calculation import angle, length, length_px, number, number_or_percent
from ..values.image_values import image, url_token
from ..values.positions import position
from ..values.tokens import (
    Cursor,
    InvalidValue,
    Specified,
    Token,
    UnsupportedValue,
    lift,
    lift_tuple,
    unexpected,
)
from .drawn_shape import drawn_shape

T = TypeVar("T")
_Radii: TypeAlias = tuple[v.Radius, v.Radius, v.Radius, v.Radius]
_SHARP: _Radii = ((v.ZERO, v.ZERO),) * 4
_EllipseRadius: TypeAlias = v.Length | Literal["closest-side", "farthest-side"]


def _four(
    top: Specified[T], right: Specified[T], bottom: Specified[T], left: Specified[T]
) -> Specified[tuple[T, T, T, T]]:
    return lift(lambda a, b, c, d: (a, b, c, d), top, right, bottom, left)


# --- basic shapes -----------------------------------------------------------------------------------


def shape(token: Token) -> Specified[v.BasicShape]:
    """Return the basic shape of a function token (CSS Shapes 1 §3)."""
    name = token.lower_name
    cursor = Cursor(token.arguments)
    if name not in SHAPES:
        raise UnsupportedValue(f"{token.name}() shapes are not drawn")
    value = SHAPES[name](cursor)
    cursor.end()
    return value


def _round(cursor: Cursor) -> Specified[_Radii]:
    from .border import border_radius

    if not cursor.keyword("round"):
        return _SHARP
    rest = Cursor(cursor.tokens[cursor.i :])
    cursor.i = len(cursor.tokens)
    return _four(*border_radius(rest).values())


def _inset(cursor: Cursor) -> Specified[v.BasicShape]:
    sides = [length(cursor)]
    while not cursor.done and cursor.ident() != "round" and len(sides) < 4:
        sides.append(length(cursor))
    top = sides[0]
    right = sides[1] if len(sides) > 1 else top
    bottom = sides[2] if len(sides) > 2 else top
    left = sides[3] if len(sides) > 3 else right
    return lift(v.InsetShape, _four(top, right, bottom, left), _round(cursor))


def _opposite(near: v.Length, extent: v.Length | None = None) -> v.Length:
    """Return 100% − near − extent."""
    lengths = [near] if extent is None else [near, extent]
    if all(item.func is None for item in lengths):
        return v.Length(-sum(i.px for i in lengths), 1.0 - sum(i.pct for i in lengths))
    return v.Length(func=lambda basis: basis - sum(i.resolve(basis) for i in lengths))


def _xywh(cursor: Cursor) -> Specified[v.BasicShape]:
    x, y, width, height = length(cursor), length(cursor), length(cursor, 0), length(cursor, 0)
    insets = lift(lambda x, y, w, h: (y, _opposite(x, w), _opposite(y, h), x), x, y, width, height)
    return lift(v.InsetShape, insets, _round(cursor))


def _rect(cursor: Cursor) -> Specified[v.BasicShape]:
    edges = [
        (cursor.keyword("auto"), None) if cursor.ident() == "auto" else (None, length(cursor))
        for _ in range(4)
    ]
    top, right, bottom, left = (value for _, value in edges)

    def near(value: Specified[v.Length] | None) -> Specified[v.Length]:
        return v.ZERO if value is None else value

    def far(value: Specified[v.Length] | None) -> Specified[v.Length]:
        return v.ZERO if value is None else lift(lambda near: _opposite(near), value)

    return lift(v.InsetShape, _four(near(top), far(right), far(bottom), near(left)), _round(cursor))


def _radius(cursor: Cursor) -> Specified[_EllipseRadius]:
    extent: Literal["closest-side", "farthest-side"] | None = cursor.keyword("closest-side", "farthest-side")
    return extent or length(cursor, 0)


def _center(cursor: Cursor) -> Specified[v.Position]:
    return position(cursor) if cursor.keyword("at") else v.Position(v.HALF, v.HALF)


def _circle(cursor: Cursor) -> Specified[v.BasicShape]:
    radius: Specified[_EllipseRadius] = "closest-side"
    if not cursor.done and cursor.ident() != "at":
        radius = _radius(cursor)
    return lift(lambda r, c: v.EllipseShape(r, r, c, True), radius, _center(cursor))


def _ellipse(cursor: Cursor) -> Specified[v.BasicShape]:
    rx: Specified[_EllipseRadius] = "closest-side"
    ry: Specified[_EllipseRadius] = "closest-side"
    if not cursor.done and cursor.ident() != "at":
        rx, ry = _radius(cursor), _radius(cursor)
    radii: Specified[tuple[_EllipseRadius, ...]] = lift_tuple((rx, ry))
    return lift(lambda r, c: v.EllipseShape(r[0], r[1], c), radii, _center(cursor))


def _fill_rule(cursor: Cursor) -> Literal["nonzero", "evenodd"]:
    rule: Literal["nonzero", "evenodd"] | None = cursor.keyword("nonzero", "evenodd")
    if rule is not None and not cursor.literal(","):
        raise InvalidValue("expected ',' after the fill rule")
    return rule or "nonzero"


def _polygon(cursor: Cursor) -> Specified[v.BasicShape]:
    rule = _fill_rule(cursor)
    points = []
    while True:
        x, y = length(cursor), length(cursor)
        points.append(lift(lambda x, y: (x, y), x, y))
        if not cursor.literal(","):
            break
    return lift(lambda p: v.PolygonShape(p, rule), lift_tuple(points))


def _path(cursor: Cursor) -> Specified[v.BasicShape]:
    rule = _fill_rule(cursor)
    token = cursor.next()
    if token.type != "string":
        raise InvalidValue("path() takes SVG path data in quotes")
    return v.PathShape(token.value, rule)


def _drawn(cursor: Cursor) -> Specified[v.BasicShape]:
    return drawn_shape(cursor, cursor.keyword("nonzero", "evenodd") or "nonzero")


SHAPES: dict[str, Callable[[Cursor], Specified[v.BasicShape]]] = {
    "inset": _inset, "xywh": _xywh, "rect": _rect, "circle": _circle, "ellipse": _ellipse,
    "polygon": _polygon, "path": _path, "shape": _drawn,
}  # fmt: skip
_REFERENCE = {
    "border-box": "border-box", "padding-box": "padding-box", "content-box": "content-box",
    "margin-box": "margin-box", "fill-box": "content-box", "stroke-box": "border-box",
    "view-box": "border-box",
}  # fmt: skip


def clip_path(cursor: Cursor) -> object:
    """Read `clip-path` as (shape or None, reference box)."""
    if cursor.keyword("none"):
        return (None, "border-box")
    found: Specified[v.BasicShape | v.SvgReference] | None = None
    box: str | None = None
    while not cursor.done:
        token = cursor.peek()
        if box is None and (name := cursor.keyword(*_REFERENCE)) is not None:
            box = _REFERENCE[name]
        elif found is None and token is not None and (href := url_token(token)) is not None:
            cursor.i += 1
            found = svg_reference(href, "clip paths")
        elif found is None and token is not None and token.type == "function":
            found = shape(cursor.next())
        else:
            unexpected(token)
    if found is None:
        found = v.BoxShape()
    return lift(lambda s: (s, box or "border-box"), found)


def shape_outside(cursor: Cursor) -> object:
    """Read `shape-outside` as (shape, reference box), or None."""
    if cursor.keyword("none"):
        return None
    found: Specified[v.BasicShape | v.PictureShape] | None = None
    box: str | None = None
    while not cursor.done:
        token = cursor.peek()
        if box is None and (name := cursor.keyword(*_SHAPE_BOXES)) is not None:
            box = name
        elif (
            found is None
            and token is not None
            and token.type == "function"
            and token.lower_name in _OF_FLOATS
        ):
            found = shape(cursor.next())
        elif found is None and box is None and token is not None and token.type in ("url", "function"):
            found = lift(v.PictureShape, image(cursor))
            cursor.end()
        else:
            unexpected(token)
    return lift(lambda s: (s, box or "margin-box"), v.BoxShape() if found is None else found)


_SHAPE_BOXES = ("margin-box", "border-box", "padding-box", "content-box")
_OF_FLOATS = ("inset", "xywh", "rect", "circle", "ellipse", "polygon")


def svg_reference(href: str, what: str) -> v.SvgReference:
    """Return a reference to an SVG element of the document; raise for one of another file."""
    if not href.strip().startswith("#"):
        raise UnsupportedValue(f"{what} of other files are not drawn; put the SVG into the document")
    return v.SvgReference(href.strip()[1:])


def clip(cursor: Cursor) -> object:
    """Read `clip: auto | rect(top, right, bottom, left)`; all commas may be left out."""
    if cursor.keyword("auto"):
        return None
    token = cursor.function("rect")
    if token is None:
        unexpected(cursor.peek())
    commas = sum(part.type == "literal" and part.value == "," for part in token.arguments)
    if commas not in (0, 3):
        raise InvalidValue("rect() takes a comma after each of three sides, or none")
    inner = Cursor(part for part in token.arguments if part.type != "literal" or part.value != ",")
    edges = [None if inner.keyword("auto") else lift(v.Length, length_px(inner)) for _ in range(4)]
    inner.end()
    top, right, bottom, left = edges
    far = [v.ZERO if edge is None else lift(lambda near: _opposite(near), edge) for edge in (right, bottom)]
    near = [v.ZERO if edge is None else edge for edge in (top, left)]
    return lift(lambda four: v.InsetShape(four), _four(near[0], far[0], far[1], near[1]))


# --- transforms -------------------------------------------------------------------------------------


def _arguments(token: Token, low: int, high: int, parse: Callable[[Cursor], T]) -> list[T]:
    cursor = Cursor(token.arguments)
    items = [parse(cursor)]
    while cursor.literal(","):
        items.append(parse(cursor))
    cursor.end()
    if not low <= len(items) <= high:
        raise InvalidValue(f"{token.name}() takes {low} to {high} arguments")
    return items


def _transform(name: v.TransformName, *args: Specified[v.Length | float]) -> Specified[v.Transform]:
    return lift(lambda values: v.Transform(name, values), lift_tuple(args))


def transform_function(token: Token) -> Specified[v.Transform]:
    """Return one transform function."""
    name = token.lower_name
    zero = v.ZERO
    if name == "matrix":
        return _transform("matrix", *_arguments(token, 6, 6, number))
    if name == "translate":
        x, *y = _arguments(token, 1, 2, length)
        return _transform("translate", x, y[0] if y else zero)
    if name in ("translatex", "translatey"):
        (d,) = _arguments(token, 1, 1, length)
        return _transform("translate", *((d, zero) if name.endswith("x") else (zero, d)))
    if name == "scale":
        sx, *sy = _arguments(token, 1, 2, number_or_percent)
        return _transform("scale", sx, sy[0] if sy else sx)
    if name in ("scalex", "scaley"):
        (s,) = _arguments(token, 1, 1, number_or_percent)
        return _transform("scale", *((s, 1.0) if name.endswith("x") else (1.0, s)))
    if name in ("rotate", "rotatez"):
        return _transform("rotate", *_arguments(token, 1, 1, angle))
    if name == "skew":
        ax, *ay = _arguments(token, 1, 2, angle)
        return _transform("skew", ax, ay[0] if ay else 0.0)
    if name in ("skewx", "skewy"):
        (a,) = _arguments(token, 1, 1, angle)
        return _transform("skew", *((a, 0.0) if name.endswith("x") else (0.0, a)))
    return _solid(token, name)


def _solid(token: Token, name: str) -> Specified[v.Transform]:
    """Return a 3D function (CSS Transforms 2 §12)."""
    if name == "matrix3d":
        return _transform("matrix3d", *_arguments(token, 16, 16, number))
    if name in ("rotatex", "rotatey"):
        (a,) = _arguments(token, 1, 1, angle)
        return _transform("rotate3d", *((1.0, 0.0) if name.endswith("x") else (0.0, 1.0)), 0.0, a)
    if name == "rotate3d":
        *axis, turn = _rotate3d_arguments(token)
        return _transform("rotate3d", *axis, turn)
    if name == "translatez":
        (z,) = _arguments(token, 1, 1, length_px)
        return _transform("translate3d", v.ZERO, v.ZERO, z)
    if name == "scalez":
        (s,) = _arguments(token, 1, 1, number_or_percent)
        return _transform("scale3d", 1.0, 1.0, s)
    if name == "translate3d":
        x, y, depth = _arguments(token, 3, 3, length)
        if isinstance(depth, v.Length) and not depth.is_absolute:
            raise InvalidValue("the depth of translate3d() is a length")
        return _transform("translate3d", x, y, depth)
    if name == "scale3d":
        return _transform("scale3d", *_arguments(token, 3, 3, number_or_percent))
    if name == "perspective":
        cursor = Cursor(token.arguments)
        distance: Specified[float] = 0.0 if cursor.keyword("none") else length_px(cursor, 0)
        cursor.end()
        return _transform("perspective", distance)
    raise InvalidValue(f"unknown transform {token.name}()")


def _rotate3d_arguments(token: Token) -> list[Specified[float]]:
    cursor = Cursor(token.arguments)
    items: list[Specified[float]] = []
    for _ in range(3):
        items.append(number(cursor))
        if not cursor.literal(","):
            raise InvalidValue("rotate3d() takes three numbers and an angle")
    items.append(angle(cursor))
    cursor.end()
    return items


def transform(cursor: Cursor) -> Specified[tuple[v.Transform, ...]]:
    """Read `transform`."""
    if cursor.keyword("none"):
        return ()
    items = []
    while (token := cursor.peek()) is not None:
        if token.type != "function":
            unexpected(token)
        items.append(transform_function(cursor.next()))
    return lift_tuple(items)


# --- filters ----------------------------------------------------------------------------------------

FACTORS: dict[str, int | None] = {
    "brightness": None, "contrast": None, "saturate": None, "grayscale": 1, "invert": 1, "opacity": 1,
    "sepia": 1,
}  # fmt: skip


def filter_list(cursor: Cursor) -> object:
    """Read `filter`."""
    if cursor.keyword("none"):
        return ()
    items: list[Specified[v.FilterFunction]] = []
    while (token := cursor.peek()) is not None:
        if (href := url_token(token)) is not None:
            cursor.i += 1
            items.append(v.FilterFunction("url", reference=svg_reference(href, "filters")))
            continue
        if token.type != "function":
            unexpected(token)
        items.append(_filter(cursor.next()))
    return lift_tuple(items)


def backdrop_filter(cursor: Cursor) -> object:
    """Read `backdrop-filter`."""
    if any(url_token(token) is not None for token in cursor.tokens):
        raise UnsupportedValue("SVG filters of backdrops are not drawn")
    return filter_list(cursor)


def _filter(token: Token) -> Specified[v.FilterFunction]:
    from .border import shadow

    name: v.FilterName = token.lower_name  # type: ignore[assignment]  # others are refused below
    cursor = Cursor(token.arguments)
    amount: Specified[float]
    if name == "drop-shadow":
        one = shadow(cursor, False)
        return lift(lambda s: v.FilterFunction("drop-shadow", 0.0, s), one)
    if name == "blur":
        amount = 0.0 if cursor.done else length_px(cursor, 0)
    elif name == "hue-rotate":
        amount = 0.0 if cursor.done else angle(cursor)
    elif name in FACTORS:
        amount = 1.0 if cursor.done else number_or_percent(cursor, 0)
        if FACTORS[name] is not None:
            amount = lift(lambda x: min(x, 1.0), amount)
    else:
        raise InvalidValue(f"unknown filter {token.name}()")
    cursor.end()
    return lift(lambda x: v.FilterFunction(name, x), amount)
