"""`flex-wrap: balance`: how many items go on each line (CSS Flexbox 2 §5.2 and §9.3).

As many lines as without balancing, `flex-line-count` at least; of all ways to fill them the one with the
smallest sum of squared line sizes, and of equal ones that with the most items on the first lines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

MAX_STEPS = 300_000  # of the search, in one container


def greedy_lines(sizes: Sequence[float], limit: float, gap: float) -> int:
    """Return how many lines the items take when each line holds what fits."""
    lines, used = 0, math.inf
    for size in sizes:
        used += gap + size
        if used > limit + 1 / 64:
            lines, used = lines + 1, size
    return lines


def balanced_lines(sizes: Sequence[float], limit: float, gap: float, least: int) -> list[int] | None:
    """Return the number of items of each line; None where the search would take too long.

    `limit` is the container's inner main size in px, infinite where it has none.
    """
    sizes = [max(0.0, size) for size in sizes]
    count = len(sizes)
    lines = max(greedy_lines(sizes, limit, gap), min(least, count))
    if lines * count * min(count, _widest(sizes, limit, gap)) > MAX_STEPS:
        return None
    starts = [0.0, *accumulate(size + gap for size in sizes)]

    # cost[i] is the least sum for the items from i on in the number of lines of the round; its end is kept.
    cost = [math.inf] * count + [0.0]
    ends: list[list[int]] = []
    for _ in range(lines):
        before, cost = cost, [math.inf] * (count + 1)
        chosen = [0] * count
        for first in range(count):
            for end in range(first + 1, count + 1):
                size = starts[end] - starts[first] - gap
                if end > first + 1 and size > limit + 1 / 64:
                    break
                if end < count and sizes[end] == 0 and _glues(starts, first, end, limit, before):
                    continue
                total = size * size + before[end]
                if total <= cost[first] and total < math.inf:
                    cost[first], chosen[first] = total, end
        ends.append(chosen)
    return _counts(ends, count)


def _glues(starts: Sequence[float], first: int, end: int, limit: float, before: Sequence[float]) -> bool:
    """An item without size stays on the line before it where it fits there and the rest can be divided."""
    size = starts[end + 1] - starts[first] - (starts[end + 1] - starts[end])
    return size <= limit + 1 / 64 and before[end + 1] < math.inf


def _widest(sizes: Sequence[float], limit: float, gap: float) -> int:
    """Return how many items a line can hold at most."""
    if limit == math.inf:
        return len(sizes)
    widest, first, used = 1, 0, -gap
    for last, size in enumerate(sizes):
        used += gap + size
        while used > limit + 1 / 64 and first < last:
            used -= sizes[first] + gap
            first += 1
        widest = max(widest, last - first + 1)
    return widest


def _counts(ends: list[list[int]], count: int) -> list[int]:
    found, first = [], 0
    for chosen in reversed(ends):
        if first >= count:
            break
        found.append(chosen[first] - first)
        first = chosen[first]
    return found
