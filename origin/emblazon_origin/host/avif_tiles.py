"""Encode the tiles of the built-in AVIF card: `python -m emblazon_origin.host.avif_tiles`.

Writes `edge/emblazon/edge/builtin/avif_tiles.py`. Run it again when the mosaic changes.
"""

from __future__ import annotations

import io
import struct
from base64 import b64encode
from pathlib import Path

from PIL import Image

import emblazon.edge.builtin as builtin
from emblazon.edge.builtin.mosaic import CELL, GROUND, PALETTE, mosaic
from emblazon.edge.builtin.png import encode_png

TILE_WIDTH, TILE_HEIGHT = 80, 70  # at least 64; 1200×630 is fifteen by nine of them
COLUMNS, ROWS = 5, 5  # of the emblem


def main() -> None:
    """Draw the emblem, cut it, encode each tile and write the module."""
    width, height = TILE_WIDTH * COLUMNS, TILE_HEIGHT * ROWS
    # The emblem as it stands in the middle of a 1200×630 card.
    card = Image.open(io.BytesIO(encode_png(mosaic(1200, 630)))).convert("RGB")
    left, top = (1200 - width) // 2, (630 - height) // 2
    emblem = card.crop((left, top, left + width, top + height))
    ground = Image.new("RGB", (TILE_WIDTH, TILE_HEIGHT), PALETTE[GROUND])
    tiles = [
        emblem.crop((x, y, x + TILE_WIDTH, y + TILE_HEIGHT))
        for y in range(0, height, TILE_HEIGHT)
        for x in range(0, width, TILE_WIDTH)
    ]
    encoded = [_av1(image) for image in (ground, *tiles)]
    configs = {config for config, _ in encoded}
    if len(configs) != 1:
        raise SystemExit("the tiles need one AV1 configuration")
    target = Path(builtin.__file__).with_name("avif_tiles.py")
    target.write_text(_module(configs.pop(), [data for _, data in encoded]))


def _av1(image: Image.Image) -> tuple[bytes, bytes]:
    """Return the av1C property and the coded frame of an image."""
    out = io.BytesIO()
    image.save(out, "avif", quality=80, speed=0, subsampling="4:4:4")
    file = out.getvalue()
    config = _find(file, b"av1C")
    offset, length = _location(_find(file, b"iloc"))
    return config, file[offset : offset + length]


def _find(file: bytes, kind: bytes) -> bytes:
    at = file.index(kind)
    (size,) = struct.unpack(">I", file[at - 4 : at])
    return file[at + 4 : at - 4 + size]


def _location(iloc: bytes) -> tuple[int, int]:
    """Offset and length of the only item; version 0 with four-byte fields, as libavif writes it."""
    version, sizes, count = iloc[0], iloc[4], struct.unpack(">H", iloc[6:8])[0]
    if (version, sizes, count) != (0, 0x44, 1):
        raise SystemExit("libavif writes iloc differently now; read it accordingly")
    offset, length = struct.unpack(">II", iloc[14:22])
    return int(offset), int(length)


def _module(config: bytes, tiles: list[bytes]) -> str:
    ground, *emblem = (_literal(tile) for tile in tiles)
    return f'''"""AV1 frames of the built-in tiles, written by `emblazon_origin.host.avif_tiles`."""

from base64 import b64decode

TILE_WIDTH, TILE_HEIGHT = {TILE_WIDTH}, {TILE_HEIGHT}  # pixels, 4:4:4, eight bits
CONFIG = bytes.fromhex("{config.hex()}")  # the av1C property of every tile
GROUND_TILE = b64decode({ground})
EMBLEM_COLUMNS = {COLUMNS}
EMBLEM = (  # row by row
{"".join(f"    b64decode({tile}),{chr(10)}" for tile in emblem)})
'''


def _literal(data: bytes) -> str:
    text = b64encode(data).decode()
    lines = [text[at : at + 100] for at in range(0, len(text), 100)]
    return "\n    " + "\n    ".join(f'"{line}"' for line in lines) + "\n"


if __name__ == "__main__":
    assert CELL == 8, "tiles and cells must agree"  # noqa: S101  # a tool's own check
    main()
