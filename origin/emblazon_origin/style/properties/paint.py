"""Backgrounds, masks, filters, transforms, blending, images."""

from __future__ import annotations

from collections.abc import Sequence

from ..color.css_color import parse_color
from ..syntax.registry import alias, longhand, shorthand
from ..values import backgrounds as b
from ..values import value_types as v
from ..values.calculation import angle, length, length_px, number, number_or_percent
from ..values.positions import position
from ..values.tokens import Cursor, InvalidValue, Specified, lift, lift_tuple, one_of, unexpected
from . import shapes

_origin = one_of(b.BOXES)

longhand("background-color", v.TRANSPARENT, parse_color)
longhand("background-image", (None,), b.layered(b.image_or_none))
longhand("background-position-x", (v.ZERO,), b.axis(False))
longhand("background-position-y", (v.ZERO,), b.axis(True))
shorthand(
    "background-position", ("background_position_x", "background_position_y"), b.positions("background")
)
longhand("background-size", (("auto", "auto"),), b.layered(b.size))
longhand("background-repeat", (("repeat", "repeat"),), b.layered(b.repeat))
longhand("background-attachment", ("scroll",), b.layered(b.attachment))
longhand("background-origin", ("padding-box",), b.layered(_origin))
longhand("background-clip", ("border-box",), b.layered(b.clip))
longhand("background-blend-mode", ("normal",), b.layered(one_of(b.BLENDS)))
shorthand("background", (*b.BACKGROUND_KEYS, "background_color"), b.background)
longhand("mask-image", (None,), b.layered(b.image_or_none), note="no SVG <mask> elements")
longhand("mask-position-x", (v.ZERO,), b.axis(False))
longhand("mask-position-y", (v.ZERO,), b.axis(True))
shorthand("mask-position", ("mask_position_x", "mask_position_y"), b.positions("mask"))
longhand("mask-size", (("auto", "auto"),), b.layered(b.size))
longhand("mask-repeat", (("repeat", "repeat"),), b.layered(b.repeat))
longhand("mask-origin", ("border-box",), b.layered(b.mask_origin))
longhand("mask-clip", ("border-box",), b.layered(b.mask_clip))
longhand("mask-mode", ("match-source",), b.layered(one_of(("alpha", "luminance", "match-source"))))
longhand("mask-composite", ("add",), b.layered(b.composite))
shorthand("mask", b.MASK_KEYS, b.mask)
for _part in (
    "",
    "-image",
    "-position",
    "-position-x",
    "-position-y",
    "-size",
    "-repeat",
    "-origin",
    "-clip",
    "-composite",
):
    alias(f"-webkit-mask{_part}", f"mask{_part}")
for _part in ("clip", "origin", "size"):
    alias(f"-webkit-background-{_part}", f"background-{_part}")
    alias(f"-moz-background-{_part}", f"background-{_part}")

longhand("opacity", 1.0, lambda c: number_or_percent(c, 0, 1, clamp=True))
longhand("filter", (), shapes.filter_list, status="partly", note="url() of the document's own SVGs")
longhand("backdrop-filter", (), shapes.backdrop_filter, status="partly", note="no SVG filters by url()")
longhand("mix-blend-mode", "normal", one_of(b.BLENDS))
longhand("isolation", "auto", one_of(("auto", "isolate")))
longhand(
    "clip-path",
    (None, "border-box"),
    shapes.clip_path,
    status="partly",
    note="url() of the document's own SVGs",
)
longhand("clip", None, shapes.clip, note="of absolutely positioned boxes")
longhand("transform", (), shapes.transform)


def _translate(cursor: Cursor) -> object:
    if cursor.keyword("none"):
        return None
    x = length(cursor)
    y: object = v.ZERO if cursor.done else length(cursor)
    if cursor.done:
        return lift(lambda x, y: v.Transform("translate", (x, y)), x, y)
    z = length_px(cursor)
    return lift(lambda x, y, z: v.Transform("translate3d", (x, y, z)), x, y, z)


def _rotate(cursor: Cursor) -> object:
    if cursor.keyword("none"):
        return None
    axis = _axis(cursor)
    turn = angle(cursor)
    axis = axis or _axis(cursor) or _AXES["z"]
    if axis is _AXES["z"]:
        return lift(lambda a: v.Transform("rotate", (a,)), turn)
    return lift(lambda values: v.Transform("rotate3d", values), lift_tuple((*axis, turn)))


_AXES = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}


def _axis(cursor: Cursor) -> Sequence[Specified[float]] | None:
    """Read what `rotate` turns about, where that is next: a letter, or a vector."""
    if name := cursor.keyword(*_AXES):
        return _AXES[name]
    start = cursor.i
    try:
        return [number(cursor) for _ in range(3)]
    except InvalidValue:
        cursor.i = start
        return None


def _scale(cursor: Cursor) -> object:
    if cursor.keyword("none"):
        return None
    x = number_or_percent(cursor)
    y = x if cursor.done else number_or_percent(cursor)
    if cursor.done:
        return lift(lambda x, y: v.Transform("scale", (x, y)), x, y)
    z = number_or_percent(cursor)
    return lift(lambda x, y, z: v.Transform("scale3d", (x, y, z)), x, y, z)


def transform_origin(cursor: Cursor) -> object:
    """Read `transform-origin`: two lengths or keywords, and a depth."""
    tokens = cursor.tokens
    if len(tokens) != 3:
        return lift(lambda at: v.TransformOrigin(at.x, at.y), position(cursor))
    flat = Cursor(tokens[:2])
    value = position(flat)
    flat.end()
    cursor.i = 2
    return lift(lambda at, z: v.TransformOrigin(at.x, at.y, z), value, length_px(cursor))


def _perspective(cursor: Cursor) -> object:
    return None if cursor.keyword("none") else length_px(cursor, 0)


longhand("translate", None, _translate)
longhand("rotate", None, _rotate)
longhand("scale", None, _scale)
longhand("transform-origin", v.TransformOrigin(v.HALF, v.HALF), transform_origin)
longhand(
    "transform-box",
    "view-box",
    one_of(("content-box", "border-box", "fill-box", "stroke-box", "view-box")),
)
longhand("transform-style", "flat", one_of(("flat", "preserve-3d")))
longhand("perspective", None, _perspective)
longhand("perspective-origin", v.Position(v.HALF, v.HALF), position)
longhand("backface-visibility", "visible", one_of(("visible", "hidden")))
for _name in ("transform-style", "perspective", "perspective-origin", "backface-visibility"):
    alias(f"-webkit-{_name}", _name)
for _name in ("transform", "transform-origin", "filter", "backdrop-filter", "clip-path", "opacity"):
    alias(f"-webkit-{_name}", _name)
    alias(f"-moz-{_name}", _name)
longhand("object-fit", "fill", one_of(("fill", "contain", "cover", "none", "scale-down")))
longhand("object-position", v.Position(v.HALF, v.HALF), position)


def _image_rendering(cursor: Cursor) -> str:
    name = cursor.keyword(
        "auto", "pixelated", "crisp-edges", "smooth", "high-quality", "-webkit-optimize-contrast",
        "optimizespeed", "optimizequality",
    )  # fmt: skip
    if name is None:
        unexpected(cursor.peek())
    return {"-webkit-optimize-contrast": "crisp-edges", "high-quality": "smooth", "optimizespeed": "auto",
            "optimizequality": "auto"}.get(name, name)  # fmt: skip


def _color_scheme(cursor: Cursor) -> tuple[str, ...]:
    if cursor.keyword("normal"):
        return ()
    found = []
    while not cursor.done:
        token = cursor.next()
        if token.type != "ident":
            unexpected(token)
        if token.lower_value != "only":
            found.append(token.lower_value)
    if not found:
        raise InvalidValue("expected light or dark")
    return tuple(found)


longhand("image-rendering", "auto", _image_rendering, inherited=True)
longhand("color-scheme", (), _color_scheme, inherited=True)
