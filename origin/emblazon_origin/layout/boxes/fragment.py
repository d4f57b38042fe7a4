"""Results of layout: a `Fragment` is a box with its size, and its children placed inside it.

`Results` keeps what was found out about the boxes of a document, so that no box is laid out twice alike.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ...text.line_model import AtomicItem, InlineItem, InlineLayout, Line
from ..frame import Constraints
from .box import Box, Sides
from .nodes import Node


class Strut(NamedTuple):
    """Adjoining margins that collapse: the largest positive and the most negative one (CSS 2 §8.3.1)."""

    positive: float = 0.0
    negative: float = 0.0

    def add(self, margin: float) -> Strut:
        """Return the strut with one more margin."""
        if margin >= 0:
            return Strut(max(self.positive, margin), self.negative)
        return Strut(self.positive, min(self.negative, margin))

    def join(self, other: Strut) -> Strut:
        """Return the strut of both sets of margins."""
        return Strut(max(self.positive, other.positive), min(self.negative, other.negative))

    @property
    def value(self) -> float:
        """The collapsed margin in px."""
        return self.positive + self.negative


NO_MARGINS = Strut()


class StaticPosition(NamedTuple):
    """Where an absolutely positioned box would have been: a rectangle and how it is aligned in it.

    Block containers give a point (width 0 is the line's room for alignment); flex and grid containers the
    area in which the box is aligned as a sole item.
    """

    x: float
    y: float
    width: float = 0.0
    height: float = 0.0
    align_x: Literal["start", "center", "end"] = "start"
    align_y: Literal["start", "center", "end"] = "start"
    rtl: bool = False
    # The edge to which a box goes that is aligned safely and would overflow.
    safe_x: Literal["start", "center", "end"] | None = None
    safe_y: Literal["start", "center", "end"] | None = None


class OutOfFlowBox(NamedTuple):
    """An absolutely positioned descendant that waits for its containing block."""

    node: Node
    static: StaticPosition

    def moved(self, x: float, y: float) -> OutOfFlowBox:
        """Return it relative to an outer box in which this one is placed at x, y."""
        s = self.static
        return OutOfFlowBox(self.node, s._replace(x=s.x + x, y=s.y + y))


class Placed(NamedTuple):
    """A child's border box corner relative to its parent's border box corner."""

    fragment: Fragment
    x: float
    y: float


class BrokenLines(NamedTuple):
    """Lines of an inline formatting context, and the fragments of the atomics on them."""

    result: InlineLayout
    items: Sequence[InlineItem]
    fragments: dict[AtomicItem, Fragment]


class FinalText(NamedTuple):
    """An inline formatting context as it was laid out, for what the report says of it."""

    layout: InlineLayout
    items: Sequence[InlineItem]


@dataclass(slots=True, eq=False)
class ContentLayout:
    """What a layout algorithm makes of a node's content; positions from the border box corner."""

    height: float  # of the content box, before min and max
    children: list[Placed] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    first_baseline: float | None = None  # from the border box's top
    last_baseline: float | None = None
    pending: list[OutOfFlowBox] = field(default_factory=list)
    margin_top: Strut = NO_MARGINS  # of children that collapse with the box's own top margin
    margin_bottom: Strut = NO_MARGINS
    collapses_through: bool = False
    first_margins: Strut = NO_MARGINS  # top margins alone, first child by first child
    atomics: list[tuple[AtomicItem, Fragment]] = field(default_factory=list)
    inline: FinalText | None = None
    narrower: float = 0.0  # by the columns of a table that are collapsed
    pull: float = 0.0  # see `Fragment`
    area_of: dict[Node, tuple[float, float, float, float]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Fragment:
    """A laid-out box; shared between passes, so never changed after layout."""

    node: Node
    width: float  # of the border box
    height: float
    border: Sides
    padding: Sides
    children: list[Placed]
    lines: list[Line]
    first_baseline: float | None
    last_baseline: float | None
    pending: list[OutOfFlowBox]
    atomics: list[tuple[AtomicItem, Fragment]] = field(default_factory=list)
    inline: FinalText | None = None
    margin_top: Strut = NO_MARGINS
    margin_bottom: Strut = NO_MARGINS
    collapses_through: bool = False
    first_margins: Strut = NO_MARGINS  # top margins alone, first child by first child
    content_height: float = 0.0  # that its content has, whatever its own height is
    areas: dict[Node, tuple[float, float, float, float]] | None = None  # of a grid, for boxes that wait
    is_left_out: bool = False  # there was no work left for it: it makes no box
    # What its algorithm asked of boxes inside, in order; None where that is not all that it looked at.
    asked: list[Asked] | None = None
    drawing: int = 0  # the one that it was last found right in
    # How much further up it may be for marks over its first line, where there is room above its top edge.
    pull: float = 0.0
    # The box that it became where that is all that it and what it holds are: it stays in its place.
    box: Box | None = None

    def copied(self) -> Fragment:
        """Return another fragment like it, in a tenth of the steps of `copy.copy`, that is no box yet."""
        return Fragment(
            self.node, self.width, self.height, self.border, self.padding, self.children, self.lines,
            self.first_baseline, self.last_baseline, self.pending, self.atomics, self.inline, self.margin_top,
            self.margin_bottom, self.collapses_through, self.first_margins, self.content_height, self.areas,
            self.is_left_out, self.asked, self.drawing, self.pull,
        )  # fmt: skip


class Asked(NamedTuple):
    """A question that a layout algorithm asked of another box, and the answer that it got."""

    node: Node
    constraints: Constraints | None  # None: for the sizes of its content
    answer: Fragment | tuple[float, float]


class Measured(NamedTuple):
    """The sizes of a box's content, with what was asked for them, and in which drawing."""

    sizes: tuple[float, float]
    asked: list[Asked] | None
    drawing: int


@dataclass(slots=True, eq=False)
class NodeResults:
    """The results of one box. `variants` are the boxes made of it for measuring, in other styles.

    What was found before something inside changed is kept as long as nothing newer is: it may still hold.
    """

    fragments: dict[Constraints, Fragment] = field(default_factory=dict)
    lines: dict[tuple[float | None, ...], BrokenLines] = field(default_factory=dict)
    content_sizes: tuple[float, float] | None = None
    measured: Measured | None = None  # what `content_sizes` came from
    definite_height: tuple[float | None] | None = None  # of the content, once asked for
    variants: dict[Hashable, Node] = field(default_factory=dict)
    changed: int = 0  # the last drawing after which it, or something inside, became another one
    old_fragments: dict[Constraints, Fragment] = field(default_factory=dict)
    old_measured: Measured | None = None


class _ByNode(dict[Node, NodeResults]):
    def __missing__(self, node: Node) -> NodeResults:
        found = self[node] = NodeResults()
        return found


class LayoutResults:
    """The results of all boxes of a document, and how often it was laid out.

    `of` returns a box's results, to read and to fill. `has_anchored` says that boxes were placed by others:
    each place makes another box, so that none is kept.
    """

    __slots__ = ("_of", "drawing", "has_anchored", "of")

    def __init__(self) -> None:
        self._of = _ByNode()
        self.of: Callable[[Node], NodeResults] = self._of.__getitem__
        self.drawing = 0
        self.has_anchored = False

    def variant(self, node: Node, kind: Hashable, make: Callable[[Node], Node]) -> Node:
        """Return the box made of another one for a purpose, made once."""
        variants = self.of(node).variants
        found = variants.get(kind)
        if found is None:
            found = variants[kind] = make(node)
        return found

    def forget(self, node: Node) -> None:
        """Drop all that the content of a box decides, since that is another one now."""
        results = self._of.get(node)
        if results is None:
            return
        results.fragments, results.lines, results.old_fragments = {}, {}, {}
        results.content_sizes = results.measured = results.old_measured = None
        results.changed = self.drawing
        for variant in results.variants.values():
            self.forget(variant)

    def doubt(self, node: Node) -> None:
        """Let what is known of a box be found right again before it counts: something inside changed."""
        results = self._of.get(node)
        if results is None or results.changed == self.drawing:
            return
        results.changed = self.drawing
        if results.fragments:
            results.fragments, results.old_fragments = {}, results.fragments
        if results.content_sizes is not None:
            results.old_measured, results.content_sizes, results.measured = results.measured, None, None
        results.lines = {}
        for variant in results.variants.values():
            self.doubt(variant)
