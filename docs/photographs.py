"""Draws the photographs of the templates' previews: `python docs/photographs.py [NAME]`.

So they are nobody else's. Landscapes are layers of haze over fractal ridges. Still lifes and portraits are
signed distance fields, marched by rays and lit by one soft window, with grain and a little blur as a lens
has them. The same seed gives the same picture.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Floats = NDArray[np.float64]
TEMPLATES = Path(__file__).parents[1] / "templates"


def color(value: str) -> Floats:
    """Return `#rrggbb` as linear light."""
    channels = np.array([int(value[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.asarray(channels**2.2)


def finished(light: Floats, seed: int, grain: float = 0.012, blur: float = 0.6) -> Image.Image:
    """Develop linear light of shape (height, width, 3): film curve, vignette, grain, a soft lens."""
    height, width, _ = light.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = light * (1 - 0.22 * (x**2 + y**2) / 2)[..., None]
    tone = np.clip(light, 0, None)
    tone = tone * (2.51 * tone + 0.03) / (tone * (2.43 * tone + 0.59) + 0.14)  # ACES, as fitted by Narkowicz
    noise = np.random.default_rng(seed).normal(0, grain, (height, width, 1))
    pixels = np.clip(tone, 0, 1) ** (1 / 2.2) + noise
    picture = Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(blur))


# --- landscapes ------------------------------------------------------------------------------------------


def ridge(width: int, rng: np.random.Generator, rough: float, octaves: int = 9) -> Floats:
    """Return a fractal line of `width` heights from 0 to 1."""
    line = np.zeros(width)
    for octave in range(octaves):
        points = rng.normal(0, 1, 3 + 2 ** (octave + 1))
        line += (
            np.interp(np.linspace(0, len(points) - 1, width), np.arange(len(points)), points) * rough**octave
        )
    return np.asarray((line - line.min()) / np.ptp(line))


def lake(width: int, height: int, seed: int, sky: tuple[str, str, str], far: str, near: str) -> Image.Image:
    """Draw mountains in morning haze over still water."""
    rng = np.random.default_rng(seed)
    shore = int(height * 0.66)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    t = np.clip(y / shore, 0, 1)[..., None]
    top, middle, low = (color(value) for value in sky)
    light = np.where(
        t < 0.55, top + (middle - top) * (t / 0.55), middle + (low - middle) * ((t - 0.55) / 0.45)
    )
    sun = np.hypot((x - width * 0.64) / width, (y - shore * 0.66) / width)
    light = light + np.exp(-((sun / 0.2) ** 2))[..., None] * color("#ffcf9a") * 0.55
    light = light + np.exp(-((sun / 0.03) ** 2))[..., None] * color("#fff1d6") * 1.6
    layers = 6
    for layer in range(layers):
        depth = layer / (layers - 1)
        line = ridge(width, rng, 0.5 if layer < layers - 1 else 0.6)
        crest = shore * (0.36 + 0.5 * depth) - (line - 0.4) * height * (0.3 - 0.2 * depth)
        body = color(far) * (1 - depth) + color(near) * depth
        haze = np.clip((y - crest[None, :]) / (height * 0.26), 0, 1)[..., None] * (1 - depth) * 0.75
        inside = np.clip(y - crest[None, :], 0, 1)[..., None]
        light = light * (1 - inside) + (body * (1 - haze) + low * haze) * inside
    mirror = light[np.clip(2 * shore - np.arange(height), 0, height - 1)]
    ripple = np.cumsum(rng.normal(0, 1, height)) * 0.2 + rng.normal(0, 1.6, height)
    depth_of = np.clip((np.arange(height) - shore) / (height - shore), 0, 1)
    for row in range(shore, height):
        shifted = np.roll(mirror[row], int(ripple[row] * (1 + 9 * depth_of[row])), axis=0)
        light[row] = shifted * (0.8 - 0.34 * depth_of[row]) + color("#20323f") * 0.1
    return finished(light, seed)


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "article/lake.jpg": lambda: lake(
        760, 800, 11, ("#39597c", "#c98f7d", "#f4cfa4"), far="#8fa0b4", near="#15222b"
    ),
}


def main() -> None:
    """Write the pictures whose name holds the argument, or all."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, draw in PICTURES.items():
        if wanted in name:
            draw().save(TEMPLATES / name, quality=82, optimize=True, progressive=True)
            print(name, (TEMPLATES / name).stat().st_size)


if __name__ == "__main__":
    main()
