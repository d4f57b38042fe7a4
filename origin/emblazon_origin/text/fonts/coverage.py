"""Skia's contrast and gamma for text coverage, as Chromium sets them on Linux.

Light text on dark grounds gains coverage, dark text stays nearly as it is; the table depends on the text's
luminance, cut to three bits (SkMaskGamma with exponent 1.2 and contrast 0.2).
"""

from __future__ import annotations

from ...caching import remembered
from ...style.values.value_types import Color

GAMMA, CONTRAST = 1.2, 0.2
_LEVELS = 8


@remembered("luminance levels", 1024, bytes_each=250)
def luminance_level(color: Color) -> int:
    """Return which of the eight tables serves a text colour."""
    linear = sum(
        weight * min(max(channel, 0.0), 1.0) ** GAMMA
        for weight, channel in zip((0.2126, 0.7152, 0.0722), color[:3], strict=True)
    )
    return int(linear ** (1 / GAMMA) * 255 + 0.5) >> 5


@remembered("coverage tables", _LEVELS, bytes_each=300)
def coverage_table(level: int) -> bytes:
    """Return the 256 corrected coverages of a luminance level, as `bytes.translate` takes them."""
    source = ((level << 5) | (level << 2) | (level >> 1)) / 255
    ground = 1 - source  # what Skia takes the text to stand on
    linear_source, linear_ground = source**GAMMA, ground**GAMMA
    contrast = CONTRAST * linear_ground
    table = []
    for i in range(256):
        raw = i / 255
        alpha = raw + (1 - raw) * contrast * raw
        if abs(ground - source) >= 1 / 256:
            out = (linear_source * alpha + linear_ground * (1 - alpha)) ** (1 / GAMMA)
            alpha = (out - ground) / (source - ground)
        table.append(min(255, max(0, int(255 * alpha + 0.5))))
    return bytes(table)
