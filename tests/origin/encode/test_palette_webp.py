"""WebP of pictures in a palette, written by hand: libwebp reads every pixel back."""

from __future__ import annotations

import io
from random import Random

import numpy as np
import pytest
from PIL import Image

from emblazon_origin.encode.indexed import PACKED, Indexed
from emblazon_origin.encode.vp8l import encode_indexed_webp


def indexed(size: tuple[int, int], indices: bytes, colors: int) -> Indexed:
    """Return a picture in a palette of so many colours."""
    random = Random(colors)  # noqa: S311 - no secret
    palette = np.frombuffer(random.randbytes(3 * colors), np.uint8).reshape(-1, 3)
    rows = np.frombuffer(indices, np.uint8).reshape(size[1], size[0])
    if colors <= PACKED:
        rows = np.pad(rows, ((0, 0), (0, size[0] % 2)))
        rows = rows[:, ::2] * np.uint8(16) | rows[:, 1::2]
    return Indexed(size[0], palette, rows)


def assert_survives(picture: Indexed) -> bytes:
    """Check that libwebp reads the same picture, without loss; return the file."""
    data = encode_indexed_webp(picture)
    assert data[12:16] == b"VP8L"
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.size == picture.size
        assert opened.convert("RGB").tobytes() == picture.image().convert("RGB").tobytes()
    return data


@pytest.mark.parametrize("colors", [1, 2, 3, 4, 5, 15, 16, 17, 64, 255, 256])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 3), (3, 1), (17, 5), (64, 64), (301, 203)])
def test_pictures_of_every_shape_survive(size: tuple[int, int], colors: int) -> None:
    width, height = size
    random = Random(width * colors)  # noqa: S311 - no secret
    noise = bytes(random.randrange(colors) for _ in range(width * height))
    rows = bytes(index % colors for index in range(height) for _ in range(width))
    for indices in (
        noise,
        bytes(width * height),
        rows,
        rows[: width * height // 2] + noise[width * height // 2 :],
    ):
        assert_survives(indexed(size, indices, colors))


def test_areas_longer_than_a_copy_may_be_survive() -> None:
    picture = indexed((1200, 630), bytes(1200 * 630), 7)
    assert len(assert_survives(picture)) < 300


def test_codes_that_would_be_too_deep_survive() -> None:
    """Where each colour is twice as frequent as the next, Huffman's own code is as deep as they are many."""
    indices = b"".join(bytes([index]) * min(1 << index, 60_000) for index in range(24))
    order = list(indices)
    Random(5).shuffle(order)  # noqa: S311 - no secret
    assert_survives(indexed((len(order) // 300, 300), bytes(order[: len(order) // 300 * 300]), 24))


def test_same_picture_gives_the_same_bytes() -> None:
    picture = indexed((64, 64), Random(1).randbytes(64 * 64), 256)  # noqa: S311 - no secret
    assert encode_indexed_webp(picture) == encode_indexed_webp(picture._replace(rows=picture.rows.copy()))
