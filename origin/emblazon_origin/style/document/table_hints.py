"""Presentational attributes of tables and their parts (HTML §15.3.10), with Chromium's borders."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..syntax.declarations import Wide
from ..syntax.registry import Values
from ..values import value_types as v
from ..values.dom import HtmlNode
from ..values.tokens import Deferred

SIDES = ("top", "right", "bottom", "left")
GROUPS = frozenset(("thead", "tbody", "tfoot"))
_THIN = 1.0
_FRAMES = {
    "void": (), "above": ("top",), "below": ("bottom",), "hsides": ("top", "bottom"), "lhs": ("left",),
    "rhs": ("right",), "vsides": ("left", "right"), "box": SIDES, "border": SIDES,
}  # fmt: skip
_CellBorders = Literal["none", "all", "columns", "rows", "inset"]


class _Table(NamedTuple):
    """What a table's attributes say about its parts."""

    cells: _CellBorders
    groups: bool  # lines around groups of rows and columns
    padding: float | None


def border_width(text: str | None) -> float | None:
    """Return the px of a `border` attribute: 1 where it is no number; None where it is missing."""
    if text is None:
        return None
    digits = text.strip().removeprefix("+")
    end = next((i for i, character in enumerate(digits) if not character.isdigit()), len(digits))
    return min(float(digits[:end]), 1e6) if end else 1.0


def table_hints(node: HtmlNode, hints: Values) -> None:
    """Add what the attributes of a table, or of the table around a part, stand for."""
    if node.tag == "table":
        _table(node, hints)
        return
    around = _table_around(node)
    if around is None:
        return
    if node.tag in ("td", "th"):
        if around.padding is not None:
            for side in SIDES:
                hints.setdefault(f"padding_{side}", v.Length(around.padding))
        _cell_borders(around.cells, hints)
    elif around.groups:
        sides = ("top", "bottom") if node.tag in GROUPS else ("left", "right")
        _lines(hints, sides, "solid")


def _table(node: HtmlNode, hints: Values) -> None:
    attributes = node.attributes
    border = border_width(attributes.get("border"))
    spacing = _length(attributes.get("cellspacing"))
    if spacing is not None:
        hints["border_spacing"] = (v.Length(spacing), v.Length(spacing))
    rules = attributes.get("rules", "").lower()
    if rules in ("none", "groups", "rows", "cols", "all"):
        hints["border_collapse"] = "collapse"
    if border is not None:
        hints.update({f"border_{side}_width": border for side in SIDES})
    frame = _FRAMES.get(attributes.get("frame", "").lower())
    style = None
    if border:
        style = "solid" if "bordercolor" in attributes else "outset"
    elif "rules" in attributes:
        style = "hidden"
    if frame is not None:
        hints.update({f"border_{side}_width": _THIN for side in SIDES})
        hints.update({f"border_{side}_style": "solid" if side in frame else "hidden" for side in SIDES})
    elif style is not None:
        hints.update({f"border_{side}_style": style for side in SIDES})
    if style == "outset":
        for side in SIDES:
            hints.setdefault(f"border_{side}_color", _TEXT_COLOR)


# That of the text, but named: what is raised is not grey here.
_TEXT_COLOR = Deferred(lambda context: v.Color(*context.color))


def _table_around(node: HtmlNode) -> _Table | None:
    parent = node.parent
    while parent is not None and parent.tag in ("tr", "colgroup", *GROUPS):
        parent = parent.parent
    if parent is None or parent.tag != "table":
        return None
    attributes = parent.attributes
    rules = attributes.get("rules", "").lower()
    known: dict[str, _CellBorders] = {
        "none": "none", "groups": "none", "all": "all", "cols": "columns", "rows": "rows",
    }  # fmt: skip
    cells = known.get(rules)
    if cells is None:
        bordered = bool(border_width(attributes.get("border")))
        cells = ("all" if "bordercolor" in attributes else "inset") if bordered else "none"
    return _Table(cells, rules == "groups", _length(attributes.get("cellpadding")))


def _cell_borders(kind: _CellBorders, hints: Values) -> None:
    match kind:
        case "all":
            _lines(hints, SIDES, "solid")
        case "inset":
            _lines(hints, SIDES, "inset")
        case "columns":
            _lines(hints, ("left", "right"), "solid")
        case "rows":
            _lines(hints, ("top", "bottom"), "solid")


def _lines(hints: Values, sides: tuple[str, ...], style: str) -> None:
    for side in sides:
        hints[f"border_{side}_width"] = _THIN
        hints[f"border_{side}_style"] = style
        hints.setdefault(f"border_{side}_color", Wide("inherit"))


def _length(text: str | None) -> float | None:
    digits = (text or "").strip()
    end = next((i for i, character in enumerate(digits) if not character.isdigit()), len(digits))
    return min(float(digits[:end]), 1e6) if end else None
