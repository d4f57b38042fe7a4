"""The elements that container queries and container units ask, while a document is being styled.

Their sizes come from the layout of an earlier pass (`render.py`): a container's size does not depend on what
is inside, so that every pass settles one more level of nesting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..syntax.container_queries import ContainerQuery, QueriedBox
from ..values.budget import BUDGET
from ..values.dom import Container, Element, HtmlNode
from ..values.units import ContainerSize, Context
from .compute import Environment
from .font_properties import Computed

Groups = tuple[tuple[ContainerQuery, ...], ...]


@dataclass(slots=True)
class Containers:
    """One document's containers; `sizes` are their content boxes by place, as far as they are known."""

    env: Environment
    sizes: Mapping[int, tuple[float, float]]
    are_queried: bool  # by @container
    found: list[Container] = field(default_factory=list)
    _known: dict[int, Computed] = field(default_factory=dict)  # of elements that may be asked, by node
    _places: dict[int, int] = field(default_factory=dict)
    _answers: dict[tuple[int, int], bool] = field(default_factory=dict)
    _around: dict[int, ContainerSize | None] = field(default_factory=dict)

    def enter(self, node: HtmlNode, computed: Computed, element: Element) -> None:
        """Note an element, before anything inside of it is styled."""
        is_container = computed.style.container_type != "normal"
        if is_container or self.are_queried:
            self._known[id(node)] = computed
        if is_container:
            self.found.append(Container(self._place(node), element))

    def around(self, node: HtmlNode, pseudo: bool) -> ContainerSize | None:
        """Return what container units are of, for an element or its pseudo-elements."""
        if not self.found:
            return None
        start = node if pseudo else node.parent
        return None if start is None else self._nearest(start)

    def _nearest(self, start: HtmlNode) -> ContainerSize | None:
        above: list[HtmlNode] = []
        node: HtmlNode | None = start
        while node is not None and id(node) not in self._around:
            above.append(node)
            node = node.parent
        size = self._around[id(node)] if node is not None else None
        for inner in reversed(above):
            self._around[id(inner)] = size = self._inside(inner, size)
        return size

    def _inside(self, node: HtmlNode, outer: ContainerSize | None) -> ContainerSize | None:
        computed = self._known.get(id(node))
        size = self._size(node, computed) if computed is not None else None
        if size is None or computed is None:
            return outer
        if computed.style.container_type == "size":
            return ContainerSize(*size)
        return ContainerSize(size[0], outer.height if outer is not None else None)

    def hold(self, groups: Groups, node: HtmlNode, pseudo: str) -> bool:
        """Return whether one query of each group holds, for an element or its pseudo-element."""
        start = node if pseudo else node.parent
        if start is None:
            return False
        key = id(groups), id(start)
        if key not in self._answers:
            self._answers[key] = all(any(self._holds(q, start) for q in group) for group in groups)
        return self._answers[key]

    def _holds(self, query: ContainerQuery, start: HtmlNode) -> bool:
        node: HtmlNode | None = start
        while node is not None:
            BUDGET.step(1)
            computed = self._known.get(id(node))
            if computed is not None and _answers(query, computed):
                width, height = self._size(node, computed) or (None, None)
                if query.axes and width is None:
                    return False
                box = QueriedBox(
                    width or 0.0, height or 0.0, around=self._context(computed), custom=computed.custom
                )
                return query.condition(box) is True
            node = node.parent
        return False

    def _size(self, node: HtmlNode, computed: Computed) -> tuple[float, float] | None:
        return self.sizes.get(self._place(node)) if computed.style.container_type != "normal" else None

    def _context(self, computed: Computed) -> Context:
        root = self.env.root or computed
        return Context(
            self.env.viewport, computed.font.size, root.font.size, computed.line_height, root.line_height,
            style=computed.style, metrics=self.env.metrics,
        )  # fmt: skip

    def _place(self, node: HtmlNode) -> int:
        """Return the element's number in the document, equal in every pass."""
        if not self._places:
            top = node
            while top.parent is not None:
                top = top.parent
            self._places = {id(other): number for number, other in enumerate(top.subtree())}
        return self._places[id(node)]


def _answers(query: ContainerQuery, computed: Computed) -> bool:
    style = computed.style
    if query.name is not None and query.name not in style.container_name:
        return False
    given = {"size": {"width", "height"}, "inline-size": {"width"}}.get(style.container_type, set())
    return query.axes <= given
