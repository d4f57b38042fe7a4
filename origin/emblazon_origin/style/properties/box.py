"""Box generation, position, size, margins, padding, overflow.

And containment and `will-change`, as far as they change a still picture (CSS Containment 2, Will Change 1).
"""

from __future__ import annotations

from ..syntax.registry import alias, logical, logical_pair, longhand, shorthand
from ..values import value_types as v
from ..values.anchors import AREA_WORDS, anchored_length
from ..values.calculation import integer, length, length_px, number, number_or_percent
from ..values.tokens import Cursor, InvalidValue, UnsupportedValue, lift, one_of, unexpected
from .common import four_sides, is_numeric, keyword_or, pair, positive_length, positive_px, size
from .shapes import shape_outside

SIDES = ("top", "right", "bottom", "left")

_DISPLAY = {
    name: name
    for name in (
        "none", "contents", "block", "inline", "inline-block", "flow-root", "flex", "inline-flex", "grid",
        "inline-grid", "list-item", "table", "inline-table", "table-row-group", "table-header-group",
        "table-footer-group", "table-row", "table-cell", "table-caption", "table-column",
        "table-column-group",
    )
} | {"-webkit-flex": "flex", "-webkit-inline-flex": "inline-flex"}  # fmt: skip
_PAIRS = {
    ("block", "flow"): "block", ("inline", "flow"): "inline", ("block", "flow-root"): "flow-root",
    ("inline", "flow-root"): "inline-block", ("block", "flex"): "flex", ("inline", "flex"): "inline-flex",
    ("block", "grid"): "grid", ("inline", "grid"): "inline-grid",
}  # fmt: skip
_NEAREST = {"ruby-base": "inline", "math": "inline", "flow": "block"}
_RUBY = ("ruby", "ruby-text")  # inline boxes, and what each is in ruby: `finish` tells the two apart

_KINDS = ("size", "inline-size", "layout", "style", "paint")
_TOGETHER = {
    "strict": frozenset(("size", "layout", "paint", "style")),
    "content": frozenset(("layout", "paint", "style")),
}


def display(cursor: Cursor) -> str:
    """Read `display`; what is not laid out becomes the nearest that is, with a note."""
    words: list[str] = []
    while (name := cursor.ident()) is not None and len(words) < 3:
        words.append(name)
        cursor.i += 1
    if "list-item" in words and set(words) <= {"list-item", "block", "flow", "flow-root", "inline"}:
        if "inline" in words:
            cursor.notes.append("an inline list item has no marker; drawn as inline")
        return "inline" if "inline" in words else "list-item"
    if words == ["inline", "table"] or words == ["table", "inline"]:
        words = ["inline-table"]
    if words in (["-webkit-box"], ["-webkit-inline-box"]):
        return words[0]  # the frame of -webkit-line-clamp, or a flex box: `finish` decides
    if set(words) - {"inline"} == {"ruby"}:
        words = ["ruby"]
    if sorted(words) == ["block", "ruby"]:
        return "block ruby"
    if len(words) == 1:
        if words[0] in _RUBY:
            return words[0]
        if words[0] in _DISPLAY:
            return _DISPLAY[words[0]]
        if words[0] in _NEAREST:
            nearest = _NEAREST[words[0]]
            cursor.notes.append(f"display: {words[0]} is not laid out; drawn as {nearest}")
            return nearest
    if len(words) == 2:
        for pair_ in ((words[0], words[1]), (words[1], words[0])):
            if pair_ in _PAIRS:
                return _PAIRS[pair_]
    raise InvalidValue(f"'{' '.join(words)}' is not a display value")


def aspect_ratio(cursor: Cursor) -> object:
    """Read `aspect-ratio` as (auto, ratio or None)."""
    auto = cursor.keyword("auto") is not None
    ratio: object = None
    if is_numeric(cursor):
        width = number(cursor, 0)
        height = number(cursor, 0) if cursor.literal("/") else 1.0
        ratio = lift(lambda w, h: w / h if w and h else None, width, height)
        auto = auto or cursor.keyword("auto") is not None
    elif not auto:
        unexpected(cursor.peek())
    return lift(lambda r: (auto, r), ratio)


def overflow(cursor: Cursor) -> str:
    """Read one axis of `overflow`."""
    name = cursor.keyword("visible", "hidden", "clip", "scroll", "auto", "overlay")
    if name is None:
        unexpected(cursor.peek())
    return "auto" if name == "overlay" else name


def _gutter(cursor: Cursor) -> str:
    """Read `scrollbar-gutter`: "auto", "stable" or "both-edges"."""
    if cursor.keyword("auto"):
        return "auto"
    words = {cursor.keyword("stable", "both-edges"), cursor.keyword("stable", "both-edges")}
    if "stable" not in words:
        raise InvalidValue("expected auto, or stable with or without both-edges")
    return "both-edges" if "both-edges" in words else "stable"


def _float(cursor: Cursor) -> str:
    name = cursor.keyword("none", "left", "right", "inline-start", "inline-end")
    if name is None:
        unexpected(cursor.peek())
    return name


def _clear(cursor: Cursor) -> str:
    name = cursor.keyword("none", "left", "right", "both", "inline-start", "inline-end")
    if name is None:
        unexpected(cursor.peek())
    return name


def _position(cursor: Cursor) -> str:
    name = cursor.keyword("static", "relative", "absolute", "fixed", "sticky")
    if name is None:
        unexpected(cursor.peek())
    return name


_auto_length = keyword_or(length, "auto")
_inset = keyword_or(anchored_length, "auto")


def _anchor_name(cursor: Cursor) -> tuple[str, ...]:
    """Read `none` or names of anchors."""
    if cursor.keyword("none"):
        return ()
    names = [_dashed(cursor)]
    while cursor.literal(","):
        names.append(_dashed(cursor))
    return tuple(names)


def _dashed(cursor: Cursor) -> str:
    token = cursor.next()
    if token.type != "ident" or not token.value.startswith("--"):
        unexpected(token)
    return str(token.value)


def _margin_trim(cursor: Cursor) -> frozenset[str]:
    """Read the block edges at which a container drops its children's margins, as Chromium knows them."""
    if cursor.keyword("none"):
        return frozenset()
    if cursor.keyword("block"):
        return frozenset(("block-start", "block-end"))
    edges: list[str] = []
    while (name := cursor.keyword("block-start", "block-end")) is not None:
        edges.append(name)
    if not edges or len(set(edges)) < len(edges):
        raise InvalidValue("expected none, block, block-start or block-end")
    return frozenset(edges)


def _position_anchor(cursor: Cursor) -> str | None:
    """Read the name of the default anchor; there is no implicit one."""
    return None if cursor.keyword("auto", "normal", "none") else _dashed(cursor)


def _position_area(cursor: Cursor) -> tuple[str, ...]:
    """Read `none` or one word for each axis."""
    if cursor.keyword("none"):
        return ()
    words: list[str] = []
    while (word := cursor.keyword(*AREA_WORDS)) is not None and len(words) < 2:
        words.append(word)
    if not words:
        raise InvalidValue("expected none or an area beside the anchor")
    return tuple(words)


longhand("anchor-name", (), _anchor_name, status="partly", note="of boxes inside of the containing block")
longhand("position-anchor", None, _position_anchor)
longhand("position-area", (), _position_area)

longhand(
    "display",
    "inline",
    display,
    status="partly",
    note="no run-in or math layout",
)
longhand("position", "static", _position, note="nothing scrolls: sticky boxes stick where they are")
for _side in SIDES:
    longhand(_side, "auto", _inset)
    longhand(f"margin-{_side}", v.ZERO, _auto_length)
    longhand(f"padding-{_side}", v.ZERO, positive_length)
shorthand("inset", SIDES, four_sides(SIDES, _inset))
for _name in ("margin", "padding"):
    _keys = tuple(f"{_name}_{s}" for s in SIDES)
    shorthand(
        _name,
        _keys,
        four_sides(
            (_keys[0], _keys[1], _keys[2], _keys[3]),
            _auto_length if _name == "margin" else positive_length,
        ),
    )
longhand("margin-trim", frozenset(), _margin_trim, note="of block containers")
longhand("z-index", "auto", keyword_or(integer, "auto"))
longhand("box-sizing", "content-box", one_of(("content-box", "border-box")))
for _axis in ("width", "height"):
    longhand(_axis, "auto", size("auto"))
    longhand(f"min-{_axis}", "auto", size("auto"))
    longhand(f"max-{_axis}", "none", size("none"))
longhand("aspect-ratio", (True, None), aspect_ratio)
longhand(
    "scrollbar-gutter", "auto", _gutter,
    note="stable ones take the room that headless Chromium leaves: 15 px, thin ones 10",
)  # fmt: skip
longhand("scrollbar-width", "auto", one_of(("auto", "thin", "none")), note="of stable gutters")
longhand("overflow-x", "visible", overflow, note="scroll and auto clip as hidden does; no scrollbars")
longhand("overflow-y", "visible", overflow, note="scroll and auto clip as hidden does; no scrollbars")
shorthand("overflow", ("overflow_x", "overflow_y"), pair("overflow_x", "overflow_y", overflow))
longhand("visibility", "visible", one_of(("visible", "hidden", "collapse")), inherited=True)
longhand("float", "none", _float, key="float_")
longhand("shape-outside", None, shape_outside)
longhand("shape-image-threshold", 0.0, lambda c: number_or_percent(c, 0, 1, clamp=True))
alias("-webkit-shape-image-threshold", "shape-image-threshold")
longhand("shape-margin", v.ZERO, positive_length)
alias("-webkit-shape-outside", "shape-outside")
alias("-webkit-shape-margin", "shape-margin")
longhand("clear", "none", _clear)


def _spacing(cursor: Cursor) -> object:
    first = positive_length(cursor)
    second = first if cursor.done else positive_length(cursor)
    return lift(lambda x, y: (x, y), first, second)


longhand("box-decoration-break", "slice", one_of(("slice", "clone")), note="of inline boxes")
alias("-webkit-box-decoration-break", "box-decoration-break")
longhand("table-layout", "auto", one_of(("auto", "fixed")))
longhand("border-collapse", "separate", one_of(("separate", "collapse")), inherited=True)
longhand("border-spacing", (v.ZERO, v.ZERO), _spacing, inherited=True)
longhand("empty-cells", "show", one_of(("show", "hide")), inherited=True)
longhand("caption-side", "top", one_of(("top", "bottom")), inherited=True)

for _name in ("inset", "margin", "padding"):
    _of = (lambda s: s) if _name == "inset" else (lambda s, n=_name: f"{n}_{s}")
    logical(f"{_name}-block-start", _of("top"))
    logical(f"{_name}-block-end", _of("bottom"))
    logical(f"{_name}-inline-start", _of("left"), _of("right"))
    logical(f"{_name}-inline-end", _of("right"), _of("left"))
    logical_pair(f"{_name}-block", _of("top"), _of("bottom"), swaps=False)
    logical_pair(f"{_name}-inline", _of("left"), _of("right"), swaps=True)
for _prefix in ("", "min-", "max-"):
    _key = _prefix.replace("-", "_")
    logical(f"{_prefix}inline-size", f"{_key}width")
    logical(f"{_prefix}block-size", f"{_key}height")
logical("overflow-inline", "overflow_x")
logical("overflow-block", "overflow_y")
for _side in ("start", "end", "before", "after"):
    _axis = "inline" if _side in ("start", "end") else "block"
    _edge = {"before": "start", "after": "end"}.get(_side, _side)
    alias(f"-webkit-margin-{_side}", f"margin-{_axis}-{_edge}")
    alias(f"-webkit-padding-{_side}", f"padding-{_axis}-{_edge}")
alias("-webkit-box-sizing", "box-sizing")
alias("-moz-box-sizing", "box-sizing")


def _contain(cursor: Cursor) -> frozenset[str]:
    """Read `contain` as the kinds of containment it asks for."""
    if cursor.keyword("none"):
        return frozenset()
    if (name := cursor.keyword(*_TOGETHER)) is not None:
        return _TOGETHER[name]
    found: list[str] = []
    while (name := cursor.keyword(*_KINDS)) is not None:
        found.append(name)
    if not found or len(set(found)) < len(found) or {"size", "inline-size"} <= set(found):
        raise InvalidValue("expected none, strict, content or kinds of containment")
    return frozenset(found)


def _intrinsic(cursor: Cursor) -> object:
    """Read `[auto]? [none | <length>]`; nothing was laid out before, so `auto` remembers nothing."""
    cursor.keyword("auto")
    return None if cursor.keyword("none") else positive_px(cursor)


def _will_change(cursor: Cursor) -> frozenset[str]:
    """Read the names; `auto` is none."""
    if cursor.keyword("auto"):
        return frozenset()
    names: list[str] = []
    while (name := cursor.ident()) is not None:
        cursor.next()
        names.append(name)
        if not cursor.literal(","):
            break
    if not names:
        raise InvalidValue("expected the names of properties")
    return frozenset(names)


def _container_names(cursor: Cursor) -> tuple[str, ...]:
    """Read `none | <custom-ident>+`."""
    if cursor.keyword("none"):
        return ()
    names: list[str] = []
    while cursor.ident() not in (None, "none", "not", "and", "or"):
        names.append(str(cursor.next().value))
    if not names:
        raise InvalidValue("expected none or names")
    return tuple(names)


_EDGES = ("content-box", "padding-box", "border-box")


def _clip_margin(cursor: Cursor) -> object:
    """Read `overflow-clip-margin`: a box and a length, in any order."""
    edge = cursor.keyword(*_EDGES)
    margin = 0.0 if cursor.done else length_px(cursor, 0)
    edge = edge or (None if cursor.done else one_of(_EDGES)(cursor))
    return lift(lambda by: (edge or "padding-box", by), margin)


def _is_named(cursor: Cursor) -> bool:
    """Read `view-transition-name` as whether there is one, which makes a stacking context."""
    token = cursor.next()
    if token.type != "ident":
        unexpected(token)
    return token.lower_value != "none"


def _container_type(cursor: Cursor) -> str:
    name = cursor.keyword("normal", "size", "inline-size")
    if cursor.keyword("scroll-state"):
        raise UnsupportedValue("nothing scrolls: scroll-state() never holds")
    if name is None:
        raise InvalidValue("expected normal, size or inline-size")
    return name


def _container(cursor: Cursor) -> dict[str, object]:
    """Read `<name> [ / <type> ]?`."""
    names = _container_names(cursor)
    return {
        "container_name": names,
        "container_type": _container_type(cursor) if cursor.literal("/") else "normal",
    }


longhand("container-type", "normal", _container_type)
longhand("container-name", (), _container_names)
shorthand("container", ("container_name", "container_type"), _container)
longhand("contain", frozenset(), _contain)
longhand("overflow-clip-margin", None, _clip_margin)
longhand("view-transition-name", False, _is_named, note="as stacking context")
longhand("content-visibility", "visible", one_of(("visible", "auto", "hidden")))
for _contained_axis in ("width", "height"):
    longhand(f"contain-intrinsic-{_contained_axis}", None, _intrinsic)
_SIZES = ("contain_intrinsic_width", "contain_intrinsic_height")
shorthand("contain-intrinsic-size", _SIZES, pair(*_SIZES, _intrinsic))
logical("contain-intrinsic-inline-size", _SIZES[0])
logical("contain-intrinsic-block-size", _SIZES[1])
longhand("will-change", frozenset(), _will_change, note="as containing block and stacking context")
