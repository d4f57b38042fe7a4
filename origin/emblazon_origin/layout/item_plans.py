"""Items of flex containers and grids in their order, with what their styles decide alone."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import attrgetter
from typing import TypeVar

from .boxes.nodes import Node

T = TypeVar("T")
_ORDER = attrgetter("style.order")


def items_with_plans(node: Node, plan: Callable[[Node], T]) -> tuple[list[tuple[Node, T]], list[T]]:
    """Return the items by `order`, each with its plan, and the different plans: those alike share one."""
    children = [child for child in node.children if not child.is_out_of_flow]
    children.sort(key=_ORDER)
    items: list[tuple[Node, T]] = []
    plans: dict[Hashable, T] = {}
    for child in children:
        key = child.style, child.kind, child.natural_ratio
        if key not in plans:
            plans[key] = plan(child)
        items.append((child, plans[key]))
    return items, list(plans.values())
