"""What layout has found out about the boxes of a document, so that no box is laid out twice alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from ..frame import Constraints
from .fragment import BrokenLines, Fragment
from .nodes import Node


@dataclass(slots=True, eq=False)
class NodeResults:
    """The results of one box. `variants` are the boxes made of it for measuring, in other styles."""

    fragments: dict[Constraints, Fragment] = field(default_factory=dict)
    lines: dict[tuple[float | None, ...], BrokenLines] = field(default_factory=dict)
    content_sizes: tuple[float, float] | None = None
    definite_height: tuple[float | None] | None = None  # of the content, once asked for
    variants: dict[Hashable, Node] = field(default_factory=dict)


class LayoutResults:
    """The results of all boxes of a document."""

    __slots__ = ("_of",)

    def __init__(self) -> None:
        self._of: dict[Node, NodeResults] = {}

    def of(self, node: Node) -> NodeResults:
        """Return a box's results, to read and to fill."""
        found = self._of.get(node)
        if found is None:
            found = self._of[node] = NodeResults()
        return found

    def variant(self, node: Node, kind: Hashable, make: Callable[[Node], Node]) -> Node:
        """Return the box made of another one for a purpose, made once."""
        variants = self.of(node).variants
        found = variants.get(kind)
        if found is None:
            found = variants[kind] = make(node)
        return found

    def forget(self, node: Node) -> None:
        """Drop all about a box, since something inside is another one now."""
        results = self._of.pop(node, None)
        for variant in results.variants.values() if results is not None else ():
            self.forget(variant)
