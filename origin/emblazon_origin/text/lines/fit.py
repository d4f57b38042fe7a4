"""`text-fit`: one scale for all font sizes of a block, chosen so that its text fills but fits its box."""

from __future__ import annotations

from collections.abc import Callable

from ...style.values.value_types import TextFit

STEP = 0.25  # px of the block's own font size: finer sizes would look the same
MAX_GROWTH = 20.0

Fits = Callable[[float], bool]  # whether the text fits at a scale


def fit_scale(fit: TextFit, font_size: float, fits: Fits) -> float:
    """Return the largest scale at which the text fits, between the property's bounds (by bisection)."""
    if font_size <= 0:
        return 1.0
    if fit.mode == "shrink":
        if fits(1.0):
            return 1.0
        low, high = _steps(min(max(fit.min, STEP), font_size)), _steps(font_size)
    else:
        if not fits(1.0):
            return 1.0
        ceiling = fit.max if fit.max is not None else font_size * MAX_GROWTH
        low, high = _steps(font_size), _steps(max(ceiling, font_size)) + 1
    while high - low > 1:  # `low` is taken whatever happens, `high` is too much
        middle = (low + high) // 2
        if fits(middle * STEP / font_size):
            low = middle
        else:
            high = middle
    return low * STEP / font_size


def _steps(size: float) -> int:
    return max(1, int(size / STEP))
