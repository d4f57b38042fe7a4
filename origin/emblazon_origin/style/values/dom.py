"""The HTML tree, before and after styles.

`HtmlNode`s are what is parsed and what selectors match against; elements with computed styles, and text, are
what the later stages see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .computed import ComputedStyle


@dataclass(slots=True, eq=False)
class Text:
    """A text node, white space as in the source; `source` is its place among its parent's children there.

    A `::first-letter` parts a text: all parts have its source.
    """

    data: str
    source: tuple[HtmlNode, int] | None = None  # None: generated


@dataclass(slots=True, eq=False)
class Element:
    """An element, or a `::before`, `::after`, `::marker` or `::first-letter` (its tag begins with `::`).

    The `::marker` of a list item is its first child, with the ready text or an `img` child; `marker` is its
    style again. Elements with `display: none` are left out, and those with `display: contents` kept.

    `first_line` is the style of a block's `::first-line`, and that of an inline element on such a line.

    `svg` holds the serialised markup of an inline `<svg>` (which then has no children);
    `line` is the source line, 1-based, 0 where unknown.
    """

    tag: str
    attributes: dict[str, str]
    children: list[Element | Text]
    style: ComputedStyle
    line: int = 0
    svg: str | None = None
    selector: str = ""  # short readable path such as `div.card > h1`, for reports
    marker: ComputedStyle | None = None  # of a list item: the style of its ::marker
    parent: Element | None = field(default=None, repr=False)
    first_line: ComputedStyle | None = None


@dataclass(frozen=True, slots=True)
class FontFaceRule:
    """An `@font-face` rule; `sources` are URLs resolved against the stylesheet, or `local(name)` names."""

    family: str
    sources: tuple[tuple[str, str], ...]  # (kind "url" | "local", value)
    weight: tuple[float, float] | None = None  # None is `auto`: what the file can draw
    style: str = "normal"
    stretch: tuple[float, float] | None = None
    unicode_range: tuple[tuple[int, int], ...] = ()  # () is everything
    features: tuple[tuple[str, int], ...] = ()
    size_adjust: float = 1.0
    # Of the font size after size-adjust; None is `normal`: what the file says.
    ascent_override: float | None = None
    descent_override: float | None = None
    line_gap_override: float | None = None
    line: int = 0


class Container(NamedTuple):
    """An element whose size container queries may ask, and its number in the document."""

    place: int
    element: Element


@dataclass(frozen=True, slots=True)
class StyledDocument:
    """What the style stage hands on: the root element (`html`), the fonts that it brings, its HTML."""

    root: Element
    font_faces: tuple[FontFaceRule, ...] = ()
    source: HtmlNode | None = None
    containers: tuple[Container, ...] = ()


@dataclass(slots=True, eq=False)
class HtmlNode:
    """An element of the source. `children` holds nodes and text; `tag` is in lower case."""

    tag: str
    attributes: dict[str, str]
    parent: HtmlNode | None = None
    children: list[HtmlNode | str] = field(default_factory=list)
    id: str = ""
    classes: frozenset[str] = frozenset()
    index: int = 0  # among the element children of the parent
    siblings: list[HtmlNode] = field(default_factory=list)  # element children of the parent, itself included
    line: int = 0
    style_line: int = 0  # where the style attribute's value begins
    style_column: int = 0
    name: str = ""  # the tag as SVG writes it
    elements: list[HtmlNode] = field(default_factory=list)  # element children
    positions: dict[object, dict[int, int]] | None = None  # of the children, cached by what was asked
    _keys: tuple[tuple[str, str], ...] | None = field(default=None, repr=False)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """What rules for this element may be found by, once its attributes are settled."""
        if self._keys is None:
            found = [("*", ""), ("tag", self.tag), *[("class", name) for name in self.classes]]
            if self.id:
                found.append(("id", self.id))
            self._keys = (*found, *[("attribute", name) for name in self.attributes])
        return self._keys

    def subtree(self) -> Iterator[HtmlNode]:
        """Yield this element and all inside it, in the order of the document."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack += reversed(node.elements)

    @property
    def previous(self) -> HtmlNode | None:
        """The element before this one under the same parent."""
        return self.siblings[self.index - 1] if self.index else None
