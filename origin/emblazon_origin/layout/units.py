"""Used lengths fall on 1/64 px, as in Chromium: without that, halves would round to other pixels."""

from __future__ import annotations

from ..style.values.value_types import ZERO, Length

UNIT = 64
# What floating point may lose just below a multiple of 1/64 px.
_NOISE = 1e-4


def snap(value: float) -> float:
    """Return a length on the grid, towards zero."""
    if value >= 0:
        return int(value * UNIT + _NOISE) / UNIT if value < 1e15 else value
    return -snap(-value)


def snap_nearest(value: float) -> float:
    """Return the nearest length on the grid."""
    return round(value * UNIT) / UNIT


def snap_up(value: float) -> float:
    """Return the next length on the grid that is not smaller."""
    return -int(-value * UNIT - 1 + _NOISE) / UNIT if value > 0 else -snap(-value)


def used(length: Length, basis: float) -> float:
    """Resolve a length against a percentage basis in px."""
    return 0.0 if length is ZERO else snap(length.resolve(basis))
