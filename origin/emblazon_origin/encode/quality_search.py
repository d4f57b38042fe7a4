"""The search for the best encoding within a byte budget: few encodings, each one a guess from those before.

Sizes grow with quality, about evenly in their logarithm; so the next guess is interpolated, or halfway
where the last two came out on the same side.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor, log

_NEAR = 0.95  # of the budget is near enough


def search_quality(
    draw: Callable[[int], bytes], low: int, high: int, high_bytes: int, max_bytes: int, probes: int
) -> tuple[int, bytes]:
    """Return the best quality found that fits, and its bytes; the lowest one where none does.

    `high` is known not to fit, at `high_bytes`. Draws `low` and at most `probes` qualities in between.
    """
    best = draw(low)
    if len(best) > max_bytes:
        return low, best
    fitted_before: bool | None = None
    halve = False
    for _ in range(probes):
        if high - low <= 1 or len(best) >= _NEAR * max_bytes:
            break
        quality = (low + high) // 2 if halve else _guess(low, len(best), high, high_bytes, max_bytes)
        attempt = draw(quality)
        fits = len(attempt) <= max_bytes
        if fits:
            low, best = quality, attempt
        else:
            high, high_bytes = quality, len(attempt)
        halve = fits is fitted_before
        fitted_before = fits
    return low, best


def _guess(low: int, low_bytes: int, high: int, high_bytes: int, max_bytes: int) -> int:
    """Return the quality strictly between two whose size should just fit."""
    if high_bytes <= low_bytes:
        return (low + high) // 2
    part = log(max_bytes / low_bytes) / log(high_bytes / low_bytes)
    return max(low + 1, min(high - 1, floor(low + part * (high - low))))
