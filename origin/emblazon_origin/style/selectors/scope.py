"""`@scope`: where its rules apply, and how far the root that they apply from is (CSS Cascade 6 §2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..values.budget import BUDGET
from ..values.dom import HtmlNode
from .model import Selector
from .pseudo_classes import any_matches


@dataclass(frozen=True, slots=True, eq=False)
class ScopeRule:
    """One `@scope (starts) to (ends)`, inside of another where there is `outer`."""

    starts: tuple[Selector, ...]
    ends: tuple[Selector, ...] = ()
    outer: ScopeRule | None = None

    def roots(self, node: HtmlNode) -> Iterator[tuple[int, HtmlNode]]:
        """Yield the roots in whose scope an element is, the nearest first, each after how far it is."""
        path: list[HtmlNode] = []
        ancestor: HtmlNode | None = node
        while ancestor is not None:
            BUDGET.step(1)
            path.append(ancestor)
            if self._begins_at(ancestor) and not self._ends_on(path, ancestor):
                yield len(path) - 1, ancestor
            ancestor = ancestor.parent

    def _begins_at(self, node: HtmlNode) -> bool:
        if self.outer is None:
            return any_matches(self.starts, node, None)
        return any(any_matches(self.starts, node, root) for _, root in self.outer.roots(node))

    def _ends_on(self, path: list[HtmlNode], root: HtmlNode) -> bool:
        return bool(self.ends) and any(any_matches(self.ends, node, root) for node in path)
