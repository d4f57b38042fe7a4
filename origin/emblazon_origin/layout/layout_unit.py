"""Used lengths fall on 1/64 px, as in Chromium: without that, halves would round to other pixels."""

from __future__ import annotations

from ..style.values.value_types import ZERO, Length

UNIT = 64
# Chromium's lengths saturate here: 32 bits, six of them below the point.
MOST = 2.0**25 - 1 / UNIT
# What floating point may lose just below a multiple of 1/64 px.
_NOISE = 1e-4


def snap(value: float) -> float:
    """Return a length on the grid, towards zero; out of range the nearest one in it."""
    if 0 <= value <= MOST:
        return int(value * UNIT + _NOISE) / UNIT
    if value < 0:
        return -snap(-value)
    return MOST if value > MOST else 0.0


def snap_nearest(value: float) -> float:
    """Return the nearest length on the grid."""
    return round(saturated(value) * UNIT) / UNIT


def saturated(value: float) -> float:
    """Return a length within Chromium's range; what is no number is 0."""
    return max(-MOST, min(value, MOST)) if value == value else 0.0


def used(length: Length, basis: float) -> float:
    """Resolve a length against a percentage basis in px."""
    return 0.0 if length is ZERO else snap(length.resolve(basis))
