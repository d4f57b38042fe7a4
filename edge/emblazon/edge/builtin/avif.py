"""A mosaic as AVIF: AV1 cannot be encoded here, but ready tiles can be laid out as a grid of any size.

ISO/IEC 23008-12 §6.6.2.3 (grid), AV1 Image File Format §2. Every tile is 80×70 pixels: the ground, or one of
the emblem's five by five, which `emblazon_origin.host.avif_tiles` encoded from the mosaic. Items of
equal tiles point to the same bytes. The emblem stands as near to the middle as whole tiles allow.
"""

from __future__ import annotations

import struct

from .avif_tiles import (
    CONFIG,
    EMBLEM,
    EMBLEM_COLUMNS,
    GROUND_TILE,
    TILE_HEIGHT,
    TILE_WIDTH,
)
from .mosaic import Mosaic

_GRID_ITEM = 1


def encode_avif(picture: Mosaic) -> bytes:
    """Return a complete AVIF file of the picture's size."""
    columns, rows = -(-picture.width // TILE_WIDTH), -(-picture.height // TILE_HEIGHT)
    kinds = _layout(picture, columns, rows)
    tiles = (GROUND_TILE, *EMBLEM)
    head = _ftyp()
    # The positions in `iloc` depend on the length of `meta`, which does not depend on the positions.
    meta = _meta(picture, columns, rows, kinds, tiles, 0)
    meta = _meta(picture, columns, rows, kinds, tiles, len(head) + len(meta) + 8)
    return head + meta + _box(b"mdat", b"".join(tiles))


def _layout(picture: Mosaic, columns: int, rows: int) -> list[int]:
    """Which tile stands where: 0 is the ground, 1… the emblem, row by row."""
    kinds = [0] * (columns * rows)
    emblem_rows = len(EMBLEM) // EMBLEM_COLUMNS
    left, top = picture.width // TILE_WIDTH - EMBLEM_COLUMNS, picture.height // TILE_HEIGHT - emblem_rows
    if left < 0 or top < 0:
        return kinds
    left = min(left, round((picture.width / TILE_WIDTH - EMBLEM_COLUMNS) / 2))
    top = min(top, round((picture.height / TILE_HEIGHT - emblem_rows) / 2))
    for index in range(len(EMBLEM)):
        row, column = divmod(index, EMBLEM_COLUMNS)
        kinds[(top + row) * columns + left + column] = index + 1
    return kinds


def _ftyp() -> bytes:
    return _box(b"ftyp", b"avif" + bytes(4) + b"avifmif1miaf")


def _meta(
    picture: Mosaic, columns: int, rows: int, kinds: list[int], tiles: tuple[bytes, ...], start: int
) -> bytes:
    items = range(_GRID_ITEM + 1, _GRID_ITEM + 1 + len(kinds))
    grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, picture.width, picture.height)
    boxes = (
        _full(b"hdlr", 0, 0, bytes(4) + b"pict" + bytes(12) + b"\0"),
        _full(b"pitm", 0, 0, struct.pack(">H", _GRID_ITEM)),
        _iloc(kinds, tiles, len(grid), start),
        _iinf(items),
        _full(b"iref", 0, 0, _box(b"dimg", struct.pack(f">HH{len(kinds)}H", _GRID_ITEM, len(kinds), *items))),
        _iprp(picture, items),
        _box(b"idat", grid),
    )
    return _full(b"meta", 0, 0, b"".join(boxes))


def _iloc(kinds: list[int], tiles: tuple[bytes, ...], grid_length: int, start: int) -> bytes:
    """Version 1, offsets and lengths of four bytes; the grid itself is in `idat` (construction method 1)."""
    offsets = [start + sum(map(len, tiles[:index])) for index in range(len(tiles))]
    entries = [struct.pack(">HHHHII", _GRID_ITEM, 1, 0, 1, 0, grid_length)]
    for number, kind in enumerate(kinds, start=_GRID_ITEM + 1):
        entries.append(struct.pack(">HHHHII", number, 0, 0, 1, offsets[kind], len(tiles[kind])))
    return _full(b"iloc", 1, 0, struct.pack(">BBH", 0x44, 0x00, len(entries)) + b"".join(entries))


def _iinf(items: range) -> bytes:
    entries = [_infe(_GRID_ITEM, b"grid", 0), *(_infe(item, b"av01", 1) for item in items)]
    return _full(b"iinf", 0, 0, struct.pack(">H", len(entries)) + b"".join(entries))


def _infe(item: int, kind: bytes, flags: int) -> bytes:
    """Flag 1 hides an item: tiles are no pictures of their own."""
    return _full(b"infe", 2, flags, struct.pack(">HH", item, 0) + kind + b"\0")


def _iprp(picture: Mosaic, items: range) -> bytes:
    """Properties 1 size of the grid, 2 size of a tile, 3 pixels, 4 AV1 configuration, 5 colour."""
    properties = (
        _full(b"ispe", 0, 0, struct.pack(">II", picture.width, picture.height)),
        _full(b"ispe", 0, 0, struct.pack(">II", TILE_WIDTH, TILE_HEIGHT)),
        _full(b"pixi", 0, 0, bytes([3, 8, 8, 8])),
        _box(b"av1C", CONFIG),
        _box(b"colr", b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)),
    )
    associations = [(_GRID_ITEM, (1, 3, 5)), *((item, (2, 3, 0x80 | 4, 5)) for item in items)]
    table = b"".join(
        struct.pack(f">HB{len(indexes)}B", item, len(indexes), *indexes) for item, indexes in associations
    )
    ipma = _full(b"ipma", 0, 0, struct.pack(">I", len(associations)) + table)
    return _box(b"iprp", _box(b"ipco", b"".join(properties)) + ipma)


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def _full(kind: bytes, version: int, flags: int, body: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags) + body)
