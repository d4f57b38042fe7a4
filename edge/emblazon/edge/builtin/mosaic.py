"""What the built-in card shows: a shield above the wordmark, as a mosaic of 8×8 pixel cells.

Cells of 8 pixels are what makes every encoder small: a JPEG block of one colour has no frequencies but the
lowest, and equal rows repeat eight times.
"""

from __future__ import annotations

from dataclasses import dataclass

CELL = 8  # pixels

GROUND, FIELD, DEEP, GOLD, PALE, TEXT = range(6)
PALETTE: tuple[tuple[int, int, int], ...] = (
    (23, 24, 42),  # ground: ink
    (54, 63, 122),  # field of the shield, dexter
    (42, 49, 99),  # field, sinister
    (233, 184, 76),  # gold: rim and chevron
    (240, 205, 128),  # lit gold
    (238, 236, 228),  # wordmark: parchment
)

_WORDMARK = (  # seven rows of EMBLAZON, five cells a letter
    "#####.#...#.####..#......###..#####..###..#...#",
    "#.....##.##.#...#.#.....#...#.....#.#...#.##..#",
    "#.....#.#.#.#...#.#.....#...#....#..#...#.#.#.#",
    "####..#...#.####..#.....#####...#...#...#.#..##",
    "#.....#...#.#...#.#.....#...#..#....#...#.#...#",
    "#.....#...#.#...#.#.....#...#.#.....#...#.#...#",
    "#####.#...#.####..#####.#...#.#####..###..#...#",
)
_SHIELD_WIDTH, _SHIELD_HEIGHT = 25, 28
_GAP = 5


@dataclass(frozen=True, slots=True)
class Mosaic:
    """A picture of cells: `rows[y][x]` is an index into `palette`. Cells at the edges may be cut."""

    width: int  # pixels
    height: int
    rows: tuple[bytes, ...]
    palette: tuple[tuple[int, int, int], ...] = PALETTE

    @property
    def columns(self) -> int:
        return -(-self.width // CELL)


def mosaic(width: int, height: int) -> Mosaic:
    """Lay the emblem out in the middle of a picture; what does not fit is left away."""
    columns, lines = -(-width // CELL), -(-height // CELL)
    canvas = [bytearray([GROUND]) * columns for _ in range(lines)]
    pieces = _pieces(columns, lines)
    total = sum(len(piece) for piece in pieces) + _GAP * max(0, len(pieces) - 1)
    top = (height // CELL - total) // 2
    for piece in pieces:
        left = (width // CELL - len(piece[0])) // 2
        for offset, row in enumerate(piece):
            for column, cell in enumerate(row):
                if cell:
                    canvas[top + offset][left + column] = cell
        top += len(piece) + _GAP
    return Mosaic(width, height, tuple(bytes(row) for row in canvas))


def _pieces(columns: int, lines: int) -> list[list[bytes]]:
    """The emblem that fits: shield and wordmark at a whole scale, else the shield, else nothing."""
    words = [bytes(TEXT if mark == "#" else GROUND for mark in row) for row in _WORDMARK]
    shield = _shield()
    height = len(shield) + _GAP + len(words)
    scale = min(columns // (len(words[0]) + 16), lines // (height + 10))
    if scale >= 1:
        return [_scaled(shield, scale), _scaled(words, scale)]
    if columns > _SHIELD_WIDTH + 2 and lines > _SHIELD_HEIGHT + 2:
        return [shield]
    if columns > len(words[0]) + 2 and lines > len(words) + 2:
        return [words]
    return []


def _scaled(piece: list[bytes], scale: int) -> list[bytes]:
    return [bytes(cell for cell in row for _ in range(scale)) for row in piece for _ in range(scale)]


def _shield() -> list[bytes]:
    """A heater shield, parted per pale, with a chevron: `_SHIELD_HEIGHT` rows of cells."""
    rows = [bytes(_shield_cell(x, y) for x in range(_SHIELD_WIDTH)) for y in range(_SHIELD_HEIGHT)]
    return rows


def _shield_cell(x: int, y: int) -> int:
    middle = _SHIELD_WIDTH // 2
    across = abs(x - middle)
    half = _half_width(y)
    if across > half:
        return GROUND
    if y == 0 or across == half or across > _half_width(y + 1):
        return GOLD
    chevron = y - 11 - (across * 3) // 4
    if 0 <= chevron < 4:
        return PALE if chevron == 0 else GOLD
    return FIELD if x < middle else DEEP


def _half_width(y: int) -> int:
    """Half the shield's width in row `y`: straight to the middle, then two arcs to the point."""
    middle = _SHIELD_WIDTH // 2
    straight = 11
    if y <= straight:
        return middle
    if y >= _SHIELD_HEIGHT:
        return -1
    down = (y - straight) / (_SHIELD_HEIGHT - straight)
    return int(middle * (1.0 - float(down**2.1)) + 0.5)
