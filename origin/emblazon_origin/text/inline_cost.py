"""What the steps of inline layout cost, in the units of `limits.py`; with what painting the lines will take.

Whoever asks for a layout gives a `Spend`, which counts and may raise: the work of a text is bounded by what
it is made of, never by a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .line_model import InlineItem, TextItem

Spend = Callable[[float], None]

TEXT = 90_000.0  # a text to break into lines
PLAIN_TEXT = 35_000.0  # the same of one that has one font and style, all in all
ITEM = 15_000.0  # an inline box's start or end, a run, an atomic
LETTER, WIDE_LETTER = 1_000.0, 4_000.0  # of ASCII, of other scripts
RUN = 8_000.0  # a stretch of one font, size and script
BREAK, LOOK = 4_000.0, 2_000.0  # a line found; each halving of the text in search of its end
TRIED = 20_000.0  # a place inside a word at which a line might end
SCORED = 3_000.0  # a line that balancing compares with others
LINE, LEAF = 16_000.0, 10_000.0  # a line built, a piece of one
FRAGMENT = 20_000.0  # of an inline box, on one line
ANCESTOR = 1_500.0  # an inline box around a piece of a line


def items_cost(items: Sequence[InlineItem]) -> float:
    """Return the units of preparing a text: shaping it, finding where it may break."""
    units = TEXT + ITEM * len(items)
    for item in items:
        if isinstance(item, TextItem):
            units += letters_cost(item.text)
    return units


def letters_cost(text: str) -> float:
    """Return the units of a text's length."""
    return len(text) * (LETTER if text.isascii() else WIDE_LETTER)


def free(units: float) -> None:
    """Count nothing."""
    del units
