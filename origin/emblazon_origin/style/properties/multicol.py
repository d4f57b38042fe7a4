"""Multi-column layout, and where content may be broken between columns."""

from __future__ import annotations

from collections.abc import Callable

from ..syntax.registry import alias, longhand, shorthand
from ..values.calculation import integer, length_px
from ..values.tokens import Cursor, InvalidValue, one_of
from .common import mapped

_count = mapped(lambda cursor: integer(cursor, 1), {"auto": "auto"})
_width = mapped(lambda cursor: length_px(cursor, 0), {"auto": "auto"})
_INITIAL: dict[str, object] = {"column_width": "auto", "column_count": "auto"}


def _columns(cursor: Cursor) -> dict[str, object]:
    """Read `columns`; `auto` is the width or the number, whichever is not given; a height follows a slash."""
    found: dict[str, object] = {}
    height: object = "auto"
    autos = 0
    while not cursor.done:
        token = cursor.peek()
        if autos + len(found) and cursor.literal("/"):
            height = _width(cursor)
            cursor.end()
            break
        if cursor.keyword("auto"):
            autos += 1
        elif (
            token is not None and token.type == "number" and token.is_integer and "column_count" not in found
        ):
            found["column_count"] = _count(cursor)
        elif "column_width" not in found:
            found["column_width"] = _width(cursor)
        else:
            raise InvalidValue("expected a width and a number of columns")
    if autos + len(found) not in (1, 2):
        raise InvalidValue("expected a width and a number of columns")
    return _INITIAL | found | {"column_height": height}


def _older(key: str) -> Callable[[Cursor], dict[str, object]]:
    """Return the parser of a property of the first drafts, whose `always` is `column`."""
    words = {"always": "column", "avoid": "avoid", "auto": "auto"}
    read = one_of(tuple(words))
    return lambda cursor: {key: words[read(cursor)]}


_BETWEEN = (
    "auto", "avoid", "always", "all", "avoid-page", "page", "left", "right", "recto", "verso",
    "avoid-column", "column", "avoid-region", "region",
)  # fmt: skip
_INSIDE = ("auto", "avoid", "avoid-page", "avoid-column", "avoid-region")

_NOTE = "in each column images of backgrounds begin anew; columns inside of columns are cut as they lie"
longhand("column-count", "auto", _count, status="partly", note=_NOTE)
longhand("column-width", "auto", _width, status="partly", note=_NOTE)
longhand("column-height", "auto", _width, status="partly", note=_NOTE)
longhand("column-wrap", "auto", one_of(("auto", "wrap", "nowrap")))
shorthand("columns", ("column_width", "column_count", "column_height"), _columns)
longhand("column-fill", "balance", one_of(("balance", "balance-all", "auto")))
longhand(
    "column-span",
    "none",
    one_of(("none", "all")),
    note="a block with a height that it cuts keeps it in each part",
)
longhand("break-before", "auto", one_of(_BETWEEN))
longhand("break-after", "auto", one_of(_BETWEEN))
longhand("break-inside", "auto", one_of(_INSIDE))
longhand("orphans", 2, lambda cursor: integer(cursor, 1), inherited=True)
longhand("widows", 2, lambda cursor: integer(cursor, 1), inherited=True)
shorthand(
    "page-break-inside", ("break_inside",), lambda cursor: {"break_inside": one_of(("auto", "avoid"))(cursor)}
)
for _name in ("columns", "column-count", "column-width", "column-span"):
    alias(f"-webkit-{_name}", _name)
for _side in ("before", "after", "inside"):
    shorthand(f"-webkit-column-break-{_side}", (f"break_{_side}",), _older(f"break_{_side}"))
