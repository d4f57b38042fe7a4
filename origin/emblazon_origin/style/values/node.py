"""The parsed HTML tree that selectors match against, before styles."""

from __future__ import annotations

from dataclasses import dataclass, field


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

    @property
    def previous(self) -> HtmlNode | None:
        """The element before this one under the same parent."""
        return self.siblings[self.index - 1] if self.index else None
