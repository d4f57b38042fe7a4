"""Room for functions that follow nested boxes down."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
_FRAMES_PER_LEVEL = 40


@contextmanager
def room_for(root: T, children: Callable[[T], Iterable[T]]) -> Iterator[None]:
    """Raise Python's recursion limit while a tree is worked on; its depth itself is limited before.

    Only for that while: a template's endless macro must still end at Python's own limit, not the C stack's.
    """
    depth, level = 0, [root]
    while level:
        depth += 1
        level = [child for node in level for child in children(node)]
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, depth * _FRAMES_PER_LEVEL + 1000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
