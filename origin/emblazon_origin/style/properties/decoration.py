"""Text decoration, shadows, strokes and fills."""

from __future__ import annotations

from ..color.css_color import CURRENT_COLOR, parse_color
from ..syntax.registry import alias, longhand, shorthand
from ..values.calculation import length
from ..values.tokens import Cursor, InvalidValue, one_of, unexpected
from .border import line_width, shadow_list
from .common import any_order, keyword_or, mapped

_LINES = ("underline", "overline", "line-through")


def decoration_line(cursor: Cursor) -> tuple[str, ...]:
    """Read `text-decoration-line`."""
    if cursor.keyword("none"):
        return ()
    found: list[str] = []
    while (name := cursor.keyword(*_LINES, "blink", "spelling-error", "grammar-error")) is not None:
        if name in found:
            raise InvalidValue(f"'{name}' twice")
        if name in _LINES:
            found.append(name)
        elif name != "blink":
            cursor.notes.append(f"text-decoration-line: {name} is not drawn")
    if not found and cursor.i == 0:
        unexpected(cursor.peek())
    return tuple(found)


decoration_style = one_of(("solid", "double", "dotted", "dashed", "wavy"))
decoration_thickness = keyword_or(length, "auto", "from-font")


def text_decoration(cursor: Cursor) -> dict[str, object]:
    """Read `text-decoration`."""

    def line(c: Cursor) -> tuple[str, ...]:
        name = c.ident()
        if name not in ("none", *_LINES, "blink", "spelling-error", "grammar-error"):
            unexpected(c.peek())
        sub = Cursor(c.tokens[c.i :])
        if name == "none":
            c.i += 1
            return ()
        found = decoration_line(sub)
        c.i += sub.i
        c.notes.extend(sub.notes)
        return found

    return any_order(
        cursor,
        {
            "text_decoration_line": line,
            "text_decoration_style": decoration_style,
            "text_decoration_color": parse_color,
            "text_decoration_thickness": decoration_thickness,
        },
        {
            "text_decoration_line": (),
            "text_decoration_style": "solid",
            "text_decoration_color": CURRENT_COLOR,
            "text_decoration_thickness": "auto",
        },
    )


def underline_position(cursor: Cursor) -> str:
    """Read `text-underline-position`."""
    name = cursor.keyword("auto", "from-font", "under", "left", "right")
    if name is None:
        unexpected(cursor.peek())
    if name in ("left", "right") and cursor.keyword("under"):
        name = "under"
    cursor.keyword("left", "right")
    return "auto" if name in ("left", "right") else name  # they are of vertical text


_MARKS = {
    "dot": "•◦", "circle": "●○", "double-circle": "◉◎", "triangle": "▲△", "sesame": "﹅﹆",
}  # fmt: skip


def emphasis_style(cursor: Cursor) -> str:
    """Read `text-emphasis-style` as the mark; without a shape it is a dot, as in Chromium."""
    if cursor.keyword("none"):
        return ""
    token = cursor.peek()
    if token is not None and token.type == "string":
        return str(cursor.next().value)
    fill = cursor.keyword("filled", "open")
    shape = cursor.keyword(*_MARKS)
    fill = fill or cursor.keyword("filled", "open")
    if fill is None and shape is None:
        unexpected(cursor.peek())
    return _MARKS[shape or "dot"][fill == "open"]


def emphasis_position(cursor: Cursor) -> str:
    """Read `text-emphasis-position`: the side of horizontal text and that of vertical text."""
    if cursor.keyword("auto"):
        return "over right"
    beside = cursor.keyword("left", "right")
    name = cursor.keyword("over", "under")
    if name is None:
        unexpected(cursor.peek())
    return f"{name} {beside or cursor.keyword('left', 'right') or 'right'}"


def ruby_position(cursor: Cursor) -> str:
    """Read `ruby-position`; what alternates has one level here."""
    alternates = cursor.keyword("alternate") is not None
    name = cursor.keyword("over", "under")
    if name is None and not alternates:
        unexpected(cursor.peek())
    if not alternates:
        cursor.keyword("alternate")
    return name or "over"


def emphasis(cursor: Cursor) -> dict[str, object]:
    """Read `text-emphasis`."""
    return any_order(
        cursor,
        {"text_emphasis_style": emphasis_style, "text_emphasis_color": fill_color},
        {"text_emphasis_style": "", "text_emphasis_color": None},
    )


def stroke(cursor: Cursor) -> dict[str, object]:
    """Read `-webkit-text-stroke`."""
    return any_order(
        cursor,
        {"text_stroke_width": line_width, "text_stroke_color": parse_color},
        {"text_stroke_width": 0.0, "text_stroke_color": CURRENT_COLOR},
    )


def fill_color(cursor: Cursor) -> object:
    """Read `-webkit-text-fill-color`; None is `color`."""
    value = parse_color(cursor)
    return None if value is CURRENT_COLOR else value


def paint_order(cursor: Cursor) -> bool:
    """Read `paint-order` as whether the stroke is under the fill."""
    if cursor.keyword("normal"):
        return False
    order = []
    while (name := cursor.keyword("fill", "stroke", "markers")) is not None:
        order.append(name)
    if not order or len(set(order)) != len(order):
        unexpected(cursor.peek())
    order += [n for n in ("fill", "stroke", "markers") if n not in order]
    return order.index("stroke") < order.index("fill")


longhand("text-shadow", (), shadow_list(False), inherited=True)
longhand("text-decoration-line", (), decoration_line)
longhand("text-decoration-style", "solid", decoration_style)
longhand("text-decoration-color", CURRENT_COLOR, parse_color)
longhand("text-decoration-thickness", "auto", decoration_thickness)
longhand(
    "text-decoration-skip-ink", True, mapped(one_of(()), {"auto": True, "none": False, "all": True}),
    inherited=True,
)  # fmt: skip
longhand("text-underline-offset", "auto", keyword_or(length, "auto"), inherited=True)
longhand("text-underline-position", "auto", underline_position, inherited=True)
shorthand(
    "text-decoration",
    (
        "text_decoration_line",
        "text_decoration_style",
        "text_decoration_color",
        "text_decoration_thickness",
    ),
    text_decoration,
)
longhand("text-emphasis-style", "", emphasis_style, inherited=True)
longhand("text-emphasis-color", None, fill_color, inherited=True)
longhand("text-emphasis-position", "over right", emphasis_position, inherited=True)
shorthand("text-emphasis", ("text_emphasis_style", "text_emphasis_color"), emphasis)
longhand(
    "ruby-position",
    "over",
    ruby_position,
    inherited=True,
    status="partly",
    note="a base and its annotation, which is text alone, stay on one line",
)
longhand(
    "ruby-align",
    "space-around",
    one_of(("start", "center", "space-between", "space-around")),
    inherited=True,
)
longhand("ruby-overhang", "auto", one_of(("auto", "none")), inherited=True)
for _part in ("", "-style", "-color", "-position"):
    alias(f"-webkit-text-emphasis{_part}", f"text-emphasis{_part}")
longhand("-webkit-text-stroke-width", 0.0, line_width, key="text_stroke_width", inherited=True)
longhand("-webkit-text-stroke-color", CURRENT_COLOR, parse_color, key="text_stroke_color", inherited=True)
shorthand("-webkit-text-stroke", ("text_stroke_width", "text_stroke_color"), stroke)
longhand("-webkit-text-fill-color", None, fill_color, key="text_fill_color", inherited=True)
longhand("paint-order", False, paint_order, key="paint_order_stroke_first", inherited=True)
for _part in ("", "-line", "-style", "-color", "-skip-ink"):
    alias(f"-webkit-text-decoration{_part}", f"text-decoration{_part}")
