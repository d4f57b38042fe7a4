"""How patient an encoder is, by the size of the picture alone.

Never by a clock: the same picture gives the same bytes on every machine. The rows keep the worst pictures
(noise: of few colours for deflate, of many for the others) within a quarter of the render deadline. What a
setting costs there, in seconds per megapixel:

    deflate level        9: 2.1    7: 0.33    6: 0.21
    AVIF speed           6: 1.8    7: 0.64    8: 0.35    10: 0.15    (twice that with whole chroma)
    WebP lossless        75, 4: 0.9           10, 1: 0.2
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, prod

from ..ground import Picture


@dataclass(frozen=True, slots=True)
class Effort:
    """Settings of the small form, and how far a byte budget is searched for."""

    deflate: int  # zlib level
    avif_speed: int
    lossless_webp: tuple[int, int]  # quality, method
    probes: int  # qualities tried between the lowest one and the wanted one
    colors: tuple[int, ...]  # sizes of palettes tried for a byte budget, ascending
    means: tuple[int, ...]  # sizes of palettes tried for the small form, ascending
    slow_search: bool  # whether what the search has found is encoded once more, small


_MEANS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 256)
# Up to so many megapixels → effort.
_EFFORTS = (
    (1.5, Effort(9, 6, (75, 4), 6, (16, 32, 64, 128), _MEANS, slow_search=True)),
    (5.0, Effort(7, 7, (75, 4), 4, (16, 32, 64, 128), (12, 32, 128), slow_search=True)),
    (20.0, Effort(6, 8, (10, 1), 2, (16, 64), (), slow_search=False)),
    (inf, Effort(6, 10, (10, 1), 2, (16, 64), (), slow_search=False)),
)


def effort_of(picture: Picture, *, times: float = 1.0) -> Effort:
    """Return the effort for a picture that costs so many `times` what its pixels tell."""
    megapixels = prod(picture.size) * times / 1e6
    return next(effort for limit, effort in _EFFORTS if megapixels <= limit)
