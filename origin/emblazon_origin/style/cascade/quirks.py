"""What documents without a doctype have of their own (Quirks Mode Standard; HTML §15.3).

The layout and text stages have the rest: percentages of heights look through boxes of automatic height, and
boxes without text make no line higher. Both read `ComputedStyle.quirks`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ..values import value_types as v
from ..values.computed import ComputedStyle
from ..values.dom import Element, HtmlNode, Text
from ..values.units import Viewport
from ..values.writing_modes import HORIZONTAL
from .winners import USER_AGENT, Candidate, Winners

# The user agent's margins that are left out at the start of a body or a cell, and at the end of a cell.
_AT_START = frozenset((
    "p", "dl", "blockquote", "ul", "ol", "menu", "dir", "pre", "listing", "xmp", "plaintext",
    "h1", "h2", "h3", "h4", "h5", "h6",
))  # fmt: skip
_AT_END = frozenset(("p", "pre", "listing", "xmp", "plaintext"))
_CONTAINERS = frozenset(("body", "td", "th"))
_FLOWS = frozenset(("block", "list-item"))


class _Margins(NamedTuple):
    """An element with a margin of the user agent."""

    element: Element
    top: bool
    bottom: bool


@dataclass(slots=True)
class Quirks:
    """One document's quirks, beside the walk over it."""

    page: v.Color = v.BLACK  # body's colour, which tables take
    margins: list[_Margins] = field(default_factory=list)
    _own: tuple[bool, bool] = (False, False)  # of the element that is being opened
    _ends: dict[tuple[int, str], Element | Text | None] = field(default_factory=dict)

    def adjust(self, node: HtmlNode, candidates: list[Candidate], winners: Winners) -> None:
        """Look at an element's cascaded values, and give a table the page's colour."""
        if node.tag == "table":
            winners.values.setdefault("color", self.page)
        self._own = (
            node.tag in _AT_START and _is_given(candidates, winners, "margin_top"),
            node.tag in _AT_END and _is_given(candidates, winners, "margin_bottom"),
        )

    def opened(self, element: Element, color: v.Color) -> None:
        """Note an element that was opened after it was adjusted."""
        if element.tag == "body":
            self.page = color
        if any(self._own) and element.style.flow == "horizontal-tb":
            self.margins.append(_Margins(element, *self._own))

    @staticmethod
    def without_lines_around(style: ComputedStyle, around: ComputedStyle) -> ComputedStyle:
        """Return a table's style without the text decorations around it (Quirks §3.9)."""
        own = style.text_decorations[len(around.text_decorations) :]
        return style.replace(text_decorations=own) if around.text_decorations else style

    def drop_margins(self) -> None:
        """Take away margins of the user agent where a body or a cell begins, and where a cell ends."""
        for element, top, bottom in self.margins:
            if top and self._is_at(element, "top"):
                element.style = element.style.replace(margin_top=v.ZERO)
            if bottom and self._is_at(element, "bottom"):
                element.style = element.style.replace(margin_bottom=v.ZERO)

    def _is_at(self, element: Element, side: str) -> bool:
        """Whether nothing is between a box's margin and that edge of the body or cell around it."""
        child = element
        while _flows(child.style):
            parent = child.parent
            if parent is None or self._end(parent, side) is not child:
                return False
            if parent.tag in _CONTAINERS:
                return side == "top" or parent.tag != "body"
            style = parent.style
            padding = style.padding_top if side == "top" else style.padding_bottom
            border = style.border_top_width if side == "top" else style.border_bottom_width
            if border or padding != v.ZERO or style.display not in _FLOWS or style.overflow_y != "visible":
                return False
            child = parent
        return False

    def _end(self, parent: Element, side: str) -> Element | Text | None:
        """Return what an element begins or ends with, found once for all that is in it."""
        key = id(parent), side
        if key not in self._ends:
            siblings = parent.children if side == "top" else reversed(parent.children)
            self._ends[key] = next((child for child in siblings if not _is_nothing(child)), None)
        return self._ends[key]


def _is_given(candidates: list[Candidate], winners: Winners, key: str) -> bool:
    """Whether the user agent's own value of a margin wins."""
    value = winners.values.get(key)
    lines = HORIZONTAL[0]
    given = [c.block.values(lines).get(key) for c in candidates if c.normal[0] == USER_AGENT]
    return value is not None and any(value is own for own in given)


def _flows(style: ComputedStyle) -> bool:
    return style.position not in ("absolute", "fixed") and style.float_ == "none"


def _is_nothing(sibling: Element | Text) -> bool:
    if isinstance(sibling, Text):
        return not sibling.data.strip()
    return not _flows(sibling.style) or sibling.style.display == "none"


def fill_viewport(
    style: ComputedStyle, viewport: Viewport, root: ComputedStyle | None = None
) -> ComputedStyle:
    """Make `html` or `body` of a document without doctype as high as the viewport (Quirks §3.5, §3.6).

    A body is as high as its `root`, where that has a height of its own.

    Percentages of heights inside then have a basis, which is what such documents rely on.
    """
    margins = (style.margin_top, style.margin_bottom)
    flows = style.position in ("static", "relative") and style.display in (
        "block",
        "flex",
        "grid",
        "flow-root",
    )
    if style.height != "auto" or not flows or style.float_ != "none":
        return style
    height = viewport.height
    if root is not None and isinstance(root.height, v.Length) and root.height.is_absolute:
        height = root.height.px
    height -= sum(m.resolve(viewport.width) for m in margins if isinstance(m, v.Length))
    if style.box_sizing == "content-box":
        edges = (style.padding_top, style.padding_bottom)
        height -= sum(edge.resolve(viewport.width) for edge in edges)
        height -= style.border_top_width + style.border_bottom_width
    return style.replace(height=v.Length(max(height, 0.0)))
