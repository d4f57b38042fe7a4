"""The box tree: what `box_generation` makes of the document and every layout algorithm works on.

Anonymous boxes have what their parent hands down, and initial values for the rest.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ...style.cascade.computed_values import INHERITED_FIELDS
from ...style.values.computed import ComputedStyle
from ...style.values.dom import Element
from ...text.line_model import BreakItem, TextItem

Kind = Literal[
    "block",
    "inline",
    "flex",
    "grid",
    "replaced",
    "table",
    "table-wrapper",
    "table-part",
    "columns",
    "turned",
]

# Decorations are not inherited in CSS, but a parent's anonymous boxes draw its text.
INHERITED = frozenset((*INHERITED_FIELDS, "text_decorations"))


@dataclass(slots=True, eq=False)
class OpenBox:
    """Start of an inline box; a part split off by a block inside it has no outer edge on that side."""

    style: ComputedStyle
    element: Element | None
    has_left: bool = True
    has_right: bool = True
    annotation: AnnotationContent | None = None  # of a base in ruby


@dataclass(slots=True, eq=False)
class AnnotationContent:
    """What stands over or under a base in ruby."""

    style: ComputedStyle
    content: list[InlineContent]


@dataclass(slots=True, eq=False)
class CloseBox:
    """End of the inline box that `open` started."""

    open: OpenBox


@dataclass(slots=True, eq=False)
class Atomic:
    """An inline-level box that lines treat as one piece."""

    node: Node


@dataclass(slots=True, eq=False)
class Absolute:
    """An absolutely positioned box or a float among inline content: it has no room on the line."""

    node: Node


InlineContent = TextItem | OpenBox | CloseBox | Atomic | BreakItem | Absolute


@dataclass(slots=True, eq=False)
class Node:
    """A box before layout.

    `kind` names the algorithm that lays out its content: `block` has block-level `children`, `inline` has
    `content`, `flex` and `grid` have items as `children`, `replaced` has neither. `order` is its place in
    document order. What layout finds out about it is in `LayoutResults`.
    """

    style: ComputedStyle
    element: Element | None
    kind: Kind = "block"
    children: list[Node] = field(default_factory=list)
    content: list[InlineContent] = field(default_factory=list)
    parent: Node | None = field(default=None, repr=False)
    order: int = 0
    replaced: str | None = None
    natural_width: float | None = None
    natural_height: float | None = None
    natural_ratio: float | None = None
    is_root_context: bool = False  # establishes an independent formatting context
    is_viewport_scroller: bool = False  # its overflow is the viewport's
    is_item: bool = False  # of a flex or grid container
    is_atomic: bool = False
    marker: Node | None = None  # an outside list marker
    marker_offset: float | None = None  # of a drawn outside marker: how far before the content it begins
    minds_height: bool | None = None  # around it, see layout/height_needs.py; None: not asked yet
    holds_minders: bool | None = None  # of its own height
    is_settled: bool | None = None  # by its width
    is_plain: bool | None = None  # see layout/engine.py
    looks_inside: bool | None = None  # its algorithm, beyond what it asks of what it holds; there, too
    makes_plain_box: bool | None = None  # see layout/boxes/box_tree.py
    plan: object = None  # what its algorithm made of the styles of what it holds, see layout/flex/plan.py
    holds_floats: bool = False  # in its block formatting context, at any depth
    table: TableGrid | None = None  # of a table: its rows and cells
    moved_by: tuple[ComputedStyle, ...] = ()  # relatively positioned inline boxes that a block cuts
    first_line: Element | None = None  # whose ::first-line the first line here is
    whole: Node | None = field(default=None, repr=False)  # the box, parent of its content, that this one cuts

    def restyled(self, style: ComputedStyle) -> Node:
        """Return the same box in another style."""
        other = copy.copy(self)
        other.style, other.plan = style, None
        other.minds_height = other.is_settled = None
        other.is_plain = other.looks_inside = other.makes_plain_box = None
        return other

    def emptied(self) -> Node:
        """Return the same box without content, which size containment measures instead of it."""
        other = self.restyled(self.style.replace(contain=frozenset()))
        within = [child.emptied() for child in self.children] if self.kind == "turned" else []
        other.children, other.content, other.holds_minders, other.is_settled = within, [], None, None
        return other

    @property
    def is_out_of_flow(self) -> bool:
        """True for absolutely and fixed positioned boxes."""
        return self.style.position in ("absolute", "fixed")

    @property
    def is_float(self) -> bool:
        """True for boxes that text flows around."""
        return self.style.float_ != "none"


# --- tables ---------------------------------------------------------------------------------------------


class JointBorder(NamedTuple):
    """A collapsed border between two grid cells; `style` "none" for nothing."""

    width: float
    style: str
    color: object


@dataclass(slots=True, eq=False)
class Cell:
    """A cell with its place; rows and columns count from 0."""

    node: Node
    row: int
    column: int
    rows: int
    columns: int


class ColumnStyles(NamedTuple):
    """The styles that a table's column has of its own."""

    group: ComputedStyle | None
    column: ComputedStyle | None


@dataclass(slots=True, eq=False)
class TableGrid:
    """Rows in visual order (headers first, footers last), each with its group, and all cells."""

    rows: list[Node] = field(default_factory=list)
    groups: list[Node] = field(default_factory=list)  # of each row
    cells: list[Cell] = field(default_factory=list)
    columns: int = 0
    declared: list[ColumnStyles] = field(
        default_factory=list
    )  # of the first columns, by <col> and <colgroup>
    horizontal: list[list[JointBorder]] = field(
        default_factory=list
    )  # collapsed borders: per grid line and column
    vertical: list[list[JointBorder]] = field(default_factory=list)  # per row and grid line


def anonymous_style(parent: ComputedStyle, **changes: object) -> ComputedStyle:
    """Return the style of an anonymous block box inside `parent`."""
    inherited = {name: value for name, value in parent.fields.items() if name in INHERITED}
    return ComputedStyle.of(inherited | {"display": "block"} | changes)
