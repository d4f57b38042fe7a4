"""The image decoder under random bytes and mutated images: a picture or none, soon, and never a crash."""

from __future__ import annotations

import base64
import io
import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from sweeps import examples

from emblazon_origin.assets.images import ImageStore
from emblazon_origin.assets.resources import Resources
from emblazon_origin.limits import MAX_IMAGE_PIXELS
from emblazon_origin.report import Report

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
MAGIC = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"RIFF\0\0\0\0WEBP",
    b"GIF89a",
    b"\0\0\0 ftypavif",
    b"<svg ",
    b"BM",
    b"II*\0",
)
FUZZ = settings(max_examples=examples(150))


def sample(form: str) -> bytes:
    image = Image.effect_noise((48, 40), 60).convert("RGB")  # of more bytes than are inflated at once
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


SAMPLES = {form: sample(form) for form in FORMATS}
SAMPLES["SVG"] = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


def decode_safely(data: bytes) -> None:
    """Load, measure and draw the image at a small size, as a card would."""
    began = sum(os.times()[:4])  # of the processor, ended children included
    href = "data:;base64," + base64.b64encode(data).decode()
    store = ImageStore(Resources(), Report())
    natural = store.intrinsic(href)
    if natural is not None and natural.width and natural.height and not data.lstrip().startswith(b"<"):
        assert natural.width * natural.height <= MAX_IMAGE_PIXELS
    store.pixmap(href, 32, 32)
    assert sum(os.times()[:4]) - began < 2


@FUZZ
@given(st.sampled_from(MAGIC), st.binary(max_size=400))
@example(b"", b"")
def test_random_bytes_behind_every_magic_number(magic: bytes, tail: bytes) -> None:
    decode_safely(magic + tail)


Mutations = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=8)


@pytest.mark.slow
@pytest.mark.parametrize("form", SAMPLES)
@FUZZ
@given(Mutations, st.integers(0, 400))
@example([(23, 200)], 0)  # a PNG's rows: more than it has
def test_mutated_and_truncated_images(form: str, mutations: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(SAMPLES[form])
    for position, byte in mutations:
        data[position % len(data)] = byte
    decode_safely(bytes(data[: len(data) - cut] if cut < len(data) // 2 else data))


@pytest.mark.parametrize("form", SAMPLES)
def test_honest_images_decode(form: str) -> None:
    href = "data:;base64," + base64.b64encode(SAMPLES[form]).decode()
    assert ImageStore(Resources(), Report()).pixmap(href, 8, 8) is not None
