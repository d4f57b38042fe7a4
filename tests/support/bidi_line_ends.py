"""What Unicode's bidi test files have beyond what layout needs: rule L1."""

from __future__ import annotations

from collections.abc import Sequence

from emblazon_origin.text.shaping.bidi import bidi_class

_RESET = frozenset(
    ("WS", "PDI", "LRI", "RLI", "FSI", "LRE", "RLE", "LRO", "RLO", "PDF", "BN")
)  # with what X9 removes


def reset_levels(text: str, levels: list[int], base: int, classes: Sequence[str] | None = None) -> list[int]:
    """L1, which Unicode's cases are recorded with: white space at a line's end has the paragraph's level."""
    kinds = classes if classes is not None else [bidi_class(character) for character in text]
    result = list(levels)
    resetting = True
    for i in range(len(kinds) - 1, -1, -1):
        kind = kinds[i]
        if kind in ("B", "S"):
            resetting = True
        elif kind not in _RESET:
            resetting = False
        if resetting:
            result[i] = base
    return result
