"""The HTML tree as the later stages see it: elements with computed styles, and text."""

from __future__ import annotations

from dataclasses import dataclass, field

from .computed import ComputedStyle
from .node import HtmlNode


@dataclass(slots=True, eq=False)
class Text:
    """A text node, white space as in the source; `source` is its place among its parent's children there."""

    data: str
    source: tuple[HtmlNode, int] | None = None  # None: generated, or a part of one


@dataclass(slots=True, eq=False)
class Element:
    """An element, or a `::before`, `::after`, `::marker` or `::first-letter` (its tag begins with `::`).

    The `::marker` of a list item is its first child, with the ready text or an `img` child; `marker` is its
    style again. Elements with `display: none` are left out, and those with `display: contents` kept.

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


@dataclass(frozen=True, slots=True)
class StyledDocument:
    """What the style stage hands on: the root element (`html`), the fonts that it brings, its HTML."""

    root: Element
    font_faces: tuple[FontFaceRule, ...] = ()
    source: HtmlNode | None = None
